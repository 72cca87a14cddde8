package dev.bursar.sidecar.gateway;

import dev.bursar.api.problem.Problem;
import java.net.InetAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who may spend through a gateway: whoever is on this machine, by a loopback address, and whoever
 * has the sidecar's key. A key that is sent has to be the right one in either case.
 */
public final class Door {

  /** The header, or the metadata, that has the sidecar's key. */
  public static final String KEY = Said.PREFIX + "key";

  private static final Problem WRONG =
      Problem.of(401, "unauthenticated", "is not the sidecar's key").at(KEY);
  private static final Problem MISSING =
      Problem.of(
              401,
              "unauthenticated",
              "is required of who calls from another machine: the sidecar's key")
          .at(KEY);

  private final Predicate<String> isOwnKey;

  /**
   * @param isOwnKey whether a secret is that of the sidecar's key
   */
  public Door(Predicate<String> isOwnKey) {
    this.isOwnKey = isOwnKey;
  }

  /**
   * Lets a caller in.
   *
   * @param from where it calls from; null if nobody knows
   * @param key what it sent as a key, or null
   * @throws dev.bursar.api.problem.Fault if it may not
   */
  public void demand(@Nullable InetAddress from, @Nullable String key) {
    if (key != null) {
      if (!isOwnKey.test(key)) {
        throw WRONG.fault();
      }
    } else if (from == null || !from.isLoopbackAddress()) {
      throw MISSING.fault();
    }
  }

  /** Whether this is the sidecar's own key, which is nobody else's business. */
  public boolean isOwnKey(String secret) {
    return isOwnKey.test(secret);
  }
}
