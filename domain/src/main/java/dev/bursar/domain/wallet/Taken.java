package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.util.List;

/**
 * What a transaction took away without a charge, as its entries in the ledger tell it: an
 * adjustment, or what ended with a grant that was voided.
 *
 * @param transaction its name
 * @param creditType the credit type
 * @param voided whether it was taken by voiding its grant
 * @param draws what was taken, in the order in which it was; empty for a transaction that did
 *     anything else
 */
public record Taken(String transaction, String creditType, boolean voided, List<Draw> draws) {

  /** All of it. */
  public Credits total() {
    Credits sum = Credits.ZERO;
    for (Draw draw : draws) {
      sum = sum.plus(draw.amount());
    }
    return sum;
  }
}
