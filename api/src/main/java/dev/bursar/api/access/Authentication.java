package dev.bursar.api.access;

import dev.bursar.api.problem.Problem;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds the key that a request carries. Whatever is wrong with it, the answer is the same. */
public final class Authentication {

  private static final int SECRET_CHARS_MAX = 200;
  private static final String SCHEME = "bearer ";

  private static final Problem UNAUTHENTICATED =
      Problem.of(
              401,
              "unauthenticated",
              "a valid access key is required, as Authorization: Bearer <key>")
          .with("WWW-Authenticate", "Bearer realm=\"bursar\"");

  private final AccessKeys keys;
  private final InstantSource clock;

  public Authentication(AccessKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * The valid key of this {@code Authorization} header.
   *
   * @param header its value, or null if there is none
   */
  public CompletionStage<AccessKey> key(@Nullable String header) {
    String secret = header == null ? null : secret(header);
    return secret == null
        ? CompletableFuture.failedStage(UNAUTHENTICATED.fault())
        : keys.find(secret).thenApply(this::valid);
  }

  private AccessKey valid(@Nullable AccessKey key) {
    if (key == null || !key.isValidAt(clock.instant())) {
      throw UNAUTHENTICATED.fault();
    }
    return key;
  }

  private static @Nullable String secret(String header) {
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String secret = header.substring(SCHEME.length()).strip();
    return isSecret(secret) ? secret : null;
  }

  /** Whether a header can carry it: 1 to 200 characters of ASCII, no space among them. */
  public static boolean isSecret(String text) {
    return !text.isEmpty()
        && text.length() <= SECRET_CHARS_MAX
        && text.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
