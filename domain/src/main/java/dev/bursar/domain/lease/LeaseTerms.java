package dev.bursar.domain.lease;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What makes a request one for a lease, or for more on one.
 *
 * @param sidecar who is to decide from it
 * @param settleSeconds how long after its expiry it may still be reported on before what is left is
 *     given back; at least as long as clocks may be apart
 * @param allowances what it may use of each meter, and of {@code requests} and {@code
 *     open_reservations}; what is not in it, it may not use where a hard limit counts it
 * @param more the lease that it is to be added to; null for a lease of its own
 * @param canName what it names none of, and could: where that counts by itself the lease is too
 *     wide. {@value #FEATURE}, or nothing
 */
public record LeaseTerms(
    String sidecar,
    long settleSeconds,
    Map<String, Long> allowances,
    @Nullable String more,
    Set<String> canName) {

  /** What a holder can name that decides for one feature at a time. */
  public static final String FEATURE = "feature";

  /** Of who names all that it can. */
  public LeaseTerms(
      String sidecar, long settleSeconds, Map<String, Long> allowances, @Nullable String more) {
    this(sidecar, settleSeconds, allowances, more, Set.of());
  }

  /**
   * How long what is to be added is held by itself: as long as one message may take, and longer.
   */
  public static final long ADDED_WITHIN_SECONDS = 120;
}
