package dev.bursar.domain.wallet;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Attribution;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credits set aside for a reservation.
 *
 * @param reservation the reservation's name
 * @param creditType the credit type
 * @param amount how much, 0 or more
 * @param draws the grants that it lies on, in burn order
 * @param price what its usage costs when it is committed by usage; null if it was made by amount
 * @param madeAt when
 * @param expiresAt when it is released unless it was ended before
 * @param overagePolicy what happens to an actual cost above the amount
 * @param teamHolds whether the subject's team holds budget for it too
 * @param attribution who and what it is for
 * @param lease what makes it a lease, of which the hold's end is the settle-by; else null
 */
public record Hold(
    String reservation,
    String creditType,
    Credits amount,
    List<Draw> draws,
    @Nullable Price price,
    Instant madeAt,
    Instant expiresAt,
    OveragePolicy overagePolicy,
    boolean teamHolds,
    Attribution attribution,
    @Nullable Lease lease) {

  /** For one request. */
  public Hold(
      String reservation,
      String creditType,
      Credits amount,
      List<Draw> draws,
      @Nullable Price price,
      Instant madeAt,
      Instant expiresAt,
      OveragePolicy overagePolicy,
      boolean teamHolds,
      Attribution attribution) {
    this(
        reservation,
        creditType,
        amount,
        draws,
        price,
        madeAt,
        expiresAt,
        overagePolicy,
        teamHolds,
        attribution,
        null);
  }

  Hold expiringAt(Instant later) {
    return new Hold(
        reservation,
        creditType,
        amount,
        draws,
        price,
        madeAt,
        later,
        overagePolicy,
        teamHolds,
        attribution,
        lease);
  }

  /** What is left of it, as a lease, on what is left of its grants. */
  Hold holding(List<Draw> left, Lease terms, Instant settleBy, boolean teamHoldsToo) {
    return new Hold(
        reservation,
        creditType,
        terms.left(),
        left,
        price,
        madeAt,
        settleBy,
        overagePolicy,
        teamHoldsToo,
        attribution,
        terms);
  }

  /** Whether what is attributed so may be decided from this lease: it names all that this does. */
  boolean covers(Attribution work) {
    Subject of = attribution.subject();
    Subject subject = work.subject();
    return admits(of.team(), subject.team())
        && admits(of.user(), subject.user())
        && admits(of.product(), subject.product())
        && admits(of.costCenter(), subject.costCenter())
        && admits(of.agent(), subject.agent())
        && admits(attribution.feature(), work.feature())
        && admits(attribution.model(), work.model());
  }

  private static boolean admits(@Nullable String named, @Nullable String asked) {
    return named == null || named.equals(asked);
  }
}
