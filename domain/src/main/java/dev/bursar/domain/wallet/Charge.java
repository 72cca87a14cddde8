package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.util.List;

/**
 * What a transaction charged, and what has become of that, as the wallet's ledger tells it up to an
 * entry.
 *
 * @param transaction its name
 * @param creditType the credit type
 * @param draws what was drawn, in the order in which it was
 * @param debt what no grant covered
 * @param paid which grants have paid that since, in the order in which they did
 * @param forgiven how much of the debt was refunded before anybody paid it
 * @param refunded how much of all has been refunded, that included
 * @param through the last entry of the wallet that was there when it was read, or an earlier one
 */
public record Charge(
    String transaction,
    String creditType,
    List<Draw> draws,
    Credits debt,
    List<Draw> paid,
    Credits forgiven,
    Credits refunded,
    long through) {

  /** All that was charged. */
  public Credits total() {
    return debt.plus(Draw.sum(draws));
  }

  /** What is still owed of the debt. */
  public Credits owed() {
    return debt.minus(forgiven).minus(Draw.sum(paid));
  }
}
