package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was decided of a reservation. */
public sealed interface Decided {

  /** What the org made of the request. */
  Plan plan();

  /**
   * It may spend.
   *
   * @param limits every limit that applies, with this request in it, the nearest to the user first
   * @param hold what the wallet set aside; null for a dry run
   * @param balance the wallet's figures with the hold in them
   * @param charged how it was charged, for a request that commits at once; else null
   */
  record Allowed(
      Plan plan,
      List<LimitState> limits,
      @Nullable Hold hold,
      Balance balance,
      WalletReply.@Nullable Ended charged)
      implements Decided {}

  /** It may not, and this is all that stands in the way, the nearest to the user first. */
  record Denied(Plan plan, List<Denial> denials) implements Decided {

    /**
     * What whoever asked is told. A denial that nothing stood in the way of is an attempt that was
     * withdrawn: what it held was taken back before it had been answered.
     */
    public static Answer<Decided> answer(Plan plan, List<Denial> denials, boolean replayed) {
      return denials.isEmpty()
          ? new Answer.Refused<>(Refusal.withdrawn())
          : new Answer.Done<>(new Denied(plan, denials), replayed);
    }
  }
}
