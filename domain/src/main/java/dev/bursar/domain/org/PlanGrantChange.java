package dev.bursar.domain.org;

import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.PlanGrantStep;
import dev.bursar.domain.wallet.WalletCommand;
import java.time.Instant;
import java.util.Collection;

/**
 * A change of what an org's plan and add-ons grant, which its wallet is told of until it has it.
 *
 * @param number 1, 2, 3 … in the order in which they were decided on and are told
 * @param kind what is done
 * @param grant the grant, as it is after that
 * @param at when it was decided on
 */
public record PlanGrantChange(long number, Kind kind, GivenGrant grant, Instant at) {

  /** What is done with a grant. */
  public enum Kind {
    /** It is given. */
    GIVE,
    /** It ends at another time. */
    MOVE_END,
    /** It is not given any more: of what recurs the rest of the running interval is withdrawn. */
    LEAVE,
    /** It ends at once. */
    END
  }

  /** What the wallet is asked: all of these changes, which are in their order, at once. */
  public static WalletCommand toWallet(Collection<PlanGrantChange> changes) {
    return new WalletCommand.ChangePlanGrants(
        changes.stream().map(PlanGrantChange::toStep).toList());
  }

  private PlanGrantStep toStep() {
    return switch (kind) {
      case GIVE -> give();
      case MOVE_END -> new PlanGrantStep.MoveEnd(number, grant.id(), grant.until());
      case LEAVE -> new PlanGrantStep.Leave(number, grant.id(), at);
      case END -> new PlanGrantStep.End(number, grant.id(), at);
    };
  }

  private PlanGrantStep give() {
    PlanGrant terms = grant.terms();
    return new PlanGrantStep.Give(
        number,
        new Grant(
            grant.id(),
            terms.creditType(),
            terms.amount(),
            Grant.Category.PLAN,
            terms.priority(),
            grant.from(),
            grant.until(),
            terms.features(),
            terms.models(),
            null,
            null,
            grant.source(),
            at),
        terms.recurrence() == null ? null : terms.recurrence().anchoredAt(grant.anchor()),
        grant.first());
  }
}
