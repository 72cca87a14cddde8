package dev.bursar.sidecar.decision;

import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.usage.Use;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What came of a request. */
public sealed interface Decision {

  /**
   * It may spend.
   *
   * @param reservation its name here; null for a dry run
   * @param amount millionths of credits
   * @param lastsNanos how long the reservation lives; 0 where it is charged at once
   * @param use what was used, where it is charged at once; the answer waits until it is kept
   */
  record Allowed(
      @Nullable String reservation,
      long amount,
      String creditType,
      long lastsNanos,
      @Nullable Use use)
      implements Decision {}

  /** It may not. */
  record Denied(String code, String detail) implements Decision {

    /** Nobody could be asked, since too many are. */
    public static final String BUSY = "busy";

    private static final Set<String> PASSING =
        Set.of("server_away", BUSY, "key_refused", "usage_file_full", "usage_file_away");

    /** Whether nothing was decided: asked again, it may come out otherwise. */
    public boolean isPassing() {
      return PASSING.contains(code);
    }
  }

  /** It is to be asked again when something has changed for this key. */
  record Wait(LeaseKey key) implements Decision {}

  /** It is the server's to decide. */
  record Elsewhere() implements Decision {

    public static final Elsewhere IT_IS = new Elsewhere();
  }
}
