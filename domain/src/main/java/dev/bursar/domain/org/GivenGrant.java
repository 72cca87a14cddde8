package dev.bursar.domain.org;

import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.wallet.Recurrence;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A grant of a plan or an add-on, as it was given to an org's wallet.
 *
 * @param id its name in the wallet; of one that recurs, that of its first interval
 * @param source the plan or add-on that it comes with: {@code plan:} or {@code add_on:}, and its
 *     name
 * @param terms what the catalog said of it
 * @param anchor where its intervals are counted from
 * @param from from when on it can be used
 * @param first how much the interval gives into which {@code from} falls, above 0; each later one
 *     gives the amount of the terms
 * @param until until when it can be used, exclusive; null means for ever
 */
public record GivenGrant(
    String id,
    String source,
    PlanGrant terms,
    Instant anchor,
    Instant from,
    Credits first,
    @Nullable Instant until) {

  /** The same, with another end. */
  GivenGrant until(@Nullable Instant end) {
    return new GivenGrant(id, source, terms, anchor, from, first, end);
  }

  /** The same, with the interval that runs at this time as the last. */
  GivenGrant leftAt(Instant at) {
    if (terms.recurrence() == null) {
      return this;
    }
    Instant end = recurrence(terms.recurrence()).endOfIntervalAt(at.isBefore(from) ? from : at);
    return until(end);
  }

  /**
   * Whether nothing can be left of one that is not given any more. Its wallet may have heard of
   * that an interval later.
   */
  boolean isGone(Instant now) {
    return until != null
        && (terms.recurrence() == null
            ? !now.isBefore(until)
            : !now.isBefore(recurrence(terms.recurrence()).nextAfter(until)));
  }

  boolean endsBefore(GivenGrant other) {
    return until != null && (other.until == null || until.isBefore(other.until));
  }

  private Recurrence recurrence(Recurrence.Terms of) {
    return new Recurrence(of, anchor, until, terms.amount(), null, id, 1);
  }

  boolean recurs() {
    return terms.recurrence() != null;
  }
}
