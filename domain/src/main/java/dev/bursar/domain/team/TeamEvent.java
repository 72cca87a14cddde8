package dev.bursar.domain.team;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import java.time.Instant;
import java.util.List;

/** What has happened in a team. */
public sealed interface TeamEvent {

  /** When; never earlier than the team's event before it. */
  Instant at();

  /** Budget was set aside; the limits are the ones with the hold in them. */
  record BudgetHeld(Instant at, String reservation, Credits amount, List<LimitState> limits)
      implements TeamEvent {}

  /** A reservation ended. */
  record BudgetSettled(Instant at, Closure closure) implements TeamEvent {}

  /** A hold was taken back, or will be refused if it has not come yet. */
  record BudgetBarred(Instant at, String reservation) implements TeamEvent {}

  /** What was counted against a budget was dropped. */
  record BudgetForgotten(Instant at, String budget) implements TeamEvent {}
}
