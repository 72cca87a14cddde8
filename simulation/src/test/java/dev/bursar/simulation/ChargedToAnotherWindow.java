package dev.bursar.simulation;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.team.TeamEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A team that charges what ends to the window of its end, and not to that of its hold. */
final class ChargedToAnotherWindow implements Function<Object, List<Object>> {

  private final Map<String, TeamEvent.BudgetHeld> holds = new HashMap<>();

  @Override
  public List<Object> apply(Object event) {
    if (event instanceof TeamEvent.BudgetHeld held) {
      holds.put(held.reservation(), held);
    }
    if (!(event instanceof TeamEvent.BudgetSettled settled) || !settled.closure().kind().hasRun()) {
      return List.of(event);
    }
    TeamEvent.BudgetHeld held = holds.get(settled.closure().reservation());
    return held == null
        ? List.of(event)
        : List.of(
            new TeamEvent.BudgetSettled(
                settled.at(), Closure.givenBack(held.reservation()), List.of()),
            new TeamEvent.BudgetHeld(
                held.at(),
                held.reservation(),
                held.amount(),
                held.usage(),
                held.limits().stream().map(each -> in(settled.at(), each)).toList()),
            event);
  }

  private static LimitState in(Instant at, LimitState limit) {
    Window window = limit.window().containing(at, ZoneOffset.UTC, 1);
    return new LimitState(
        limit.budget(),
        limit.scope(),
        limit.measure(),
        limit.window(),
        limit.mode(),
        limit.limit(),
        limit.used(),
        limit.held(),
        window.start(),
        window.end(),
        limit.source(),
        limit.override(),
        limit.thresholds(),
        limit.since());
  }
}
