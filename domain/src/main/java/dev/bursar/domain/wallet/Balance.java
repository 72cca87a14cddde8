package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;

/**
 * A wallet's figures in one credit type.
 *
 * @param creditType the credit type
 * @param balance the sum of its grants' remainders, held parts included
 * @param held set aside for open reservations
 * @param debt used and not covered by any grant
 */
public record Balance(String creditType, Credits balance, Credits held, Credits debt) {

  /** What a reservation may draw on: the balance less what is held. */
  public Credits available() {
    return balance.minus(held);
  }
}
