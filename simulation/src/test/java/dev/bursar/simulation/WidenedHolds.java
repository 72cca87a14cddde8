package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.entities.EntityMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Orgs that take what a team holds for held in all limits that it was asked to hold it in. */
final class WidenedHolds implements Tampering {

  private final Map<String, TeamCommand.HoldBudget> asked = new HashMap<>();

  @Override
  public boolean swallows(EntityId to, EntityMessage message) {
    if (message instanceof EntityMessage.AskFor<?> ask
        && ask.request().command() instanceof TeamCommand.HoldBudget hold) {
      asked.put(hold.reservation(), hold);
    }
    return false;
  }

  @Override
  public EntityMessage message(EntityId to, EntityMessage message) {
    if (message
            instanceof
            EntityMessage.TeamAnswered(
                String reservation,
                Answer.Done<TeamReply>(TeamReply reply, boolean again),
                long row)
        && reply instanceof TeamReply.Held held) {
      TeamCommand.HoldBudget hold = asked.get(reservation);
      return hold == null
          ? message
          : new EntityMessage.TeamAnswered(
              reservation, new Answer.Done<>(new TeamReply.Held(widened(held, hold)), again), row);
    }
    return message;
  }

  private static List<LimitState> widened(TeamReply.Held held, TeamCommand.HoldBudget hold) {
    List<LimitState> all = new ArrayList<>(held.limits());
    for (Budgets.Applicable each : hold.limits()) {
      if (held.limits().stream().noneMatch(each::isOf)) {
        all.add(untouched(each, hold));
      }
    }
    return all;
  }

  private static LimitState untouched(Budgets.Applicable of, TeamCommand.HoldBudget hold) {
    Budget budget = of.budget();
    Window window = budget.windowAt(hold.origin().madeAt());
    return new LimitState(
        budget.id(),
        of.counted(),
        budget.measure(),
        budget.window(),
        budget.mode(),
        budget.limit(),
        Credits.ZERO,
        hold.asked().in(budget.measure()),
        window.start(),
        window.end(),
        LimitState.SOURCE_BUDGET,
        null,
        budget.thresholds(),
        budget.since());
  }
}
