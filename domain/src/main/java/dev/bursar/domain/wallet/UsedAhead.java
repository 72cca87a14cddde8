package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;

/**
 * What was used of a grant of a plan or an add-on that is for a time after it was left.
 *
 * @param amount 0 or more
 * @param until the end of the interval that it was for
 */
public record UsedAhead(String creditType, Credits amount, Instant until) {

  /** The same with so much less, but not less than nothing. */
  UsedAhead less(Credits part) {
    return new UsedAhead(creditType, amount.minus(part.min(amount)), until);
  }
}
