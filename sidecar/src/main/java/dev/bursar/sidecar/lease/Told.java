package dev.bursar.sidecar.lease;

import dev.bursar.domain.identity.Subject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the server answered. */
public sealed interface Told {

  /** What a denial says where there is no more of something. */
  Set<String> SCARCE =
      Set.of("insufficient_credits", "budget_exceeded", "rate_limited", "concurrency_exceeded");

  /**
   * Whether denials stand in the way of anything more from a lease. Where something was to be added
   * that may be only that there is no more.
   *
   * @param denials their codes
   */
  static boolean areInTheWay(Collection<String> denials, boolean adding) {
    return !(adding ? SCARCE.containsAll(denials) : denials.isEmpty());
  }

  /**
   * How a lease stands.
   *
   * @param open whether anything is held for it
   * @param epoch how often its terms were settled
   * @param granted millionths that were granted, less what was handed back
   * @param reported millionths that were reported
   * @param revoked whether it is to be closed
   * @param meters units by meter that were granted now
   * @param remaining millionths that others could still be granted; below 0 if that was not told
   * @param lastsNanos how long it lasted when the server answered, by the server's clock alone
   * @param settlesNanos how long after that what is left stays held
   * @param version the version of the catalog by which what is decided from it is priced; 0 for
   *     whichever counts
   * @param over whether nothing is to be decided from it any more: nothing can be added to it, or
   *     something stands in the way of anything more
   */
  record Lease(
      String lease,
      boolean open,
      long epoch,
      long granted,
      long reported,
      boolean revoked,
      Map<String, Long> meters,
      long remaining,
      long lastsNanos,
      long settlesNanos,
      int version,
      boolean over)
      implements Told {}

  /** Nothing could be granted. */
  record Denied() implements Told {}

  /**
   * It can't be done as it was asked.
   *
   * @param subjects whom it could be asked for instead, where that is told
   */
  record Refused(String code, @Nullable String field, List<Subject> subjects) implements Told {

    public Refused(String code, @Nullable String field) {
      this(code, field, List.of());
    }
  }

  /** Nothing is known of it: it may have happened, and is to be asked again. */
  record Lost() implements Told {}
}
