package dev.bursar.domain.wallet;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
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
    Attribution attribution) {

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
        attribution);
  }
}
