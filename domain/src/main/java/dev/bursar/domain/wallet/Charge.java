package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.util.List;

/**
 * What a transaction charged, as its entries in the ledger tell it.
 *
 * @param transaction its name
 * @param creditType the credit type
 * @param draws what was drawn, in the order in which it was
 * @param debt what no grant covered
 */
public record Charge(String transaction, String creditType, List<Draw> draws, Credits debt) {

  /** All of it. */
  public Credits total() {
    Credits sum = debt;
    for (Draw draw : draws) {
      sum = sum.plus(draw.amount());
    }
    return sum;
  }
}
