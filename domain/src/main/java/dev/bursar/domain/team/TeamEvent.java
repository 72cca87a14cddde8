package dev.bursar.domain.team;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has happened in a team. */
public sealed interface TeamEvent {

  /** When; never earlier than the team's event before it. */
  Instant at();

  /**
   * Budget was set aside.
   *
   * @param usage units by meter, where some limit counts them; else empty
   * @param limits the limits with the hold in them
   */
  record BudgetHeld(
      Instant at,
      String reservation,
      Credits amount,
      Map<String, Long> usage,
      List<LimitState> limits)
      implements TeamEvent {}

  /**
   * A reservation ended.
   *
   * @param alerts the thresholds that it reached
   */
  record BudgetSettled(Instant at, Closure closure, List<ThresholdAlert> alerts)
      implements TeamEvent {}

  /** A hold was taken back, or will be refused if it has not come yet. */
  record BudgetBarred(Instant at, String reservation) implements TeamEvent {}

  /**
   * A budget that is about to be set is counted for.
   *
   * @param open what is open and counts against it; from now on it is open here, if it was not
   * @param unknown what should have been open here, and was not
   */
  record CountingStarted(Instant at, Budget budget, List<OpenPart> open, List<String> unknown)
      implements TeamEvent {}

  /**
   * What had been used before a budget was set counts, and nothing else of its name.
   *
   * @param since see {@link Budget}
   */
  record CountedBefore(Instant at, String budget, @Nullable Long since, List<OpeningCount> counts)
      implements TeamEvent {}

  /**
   * What was counted against a budget, and those of its name before it, was dropped.
   *
   * @param through see {@link Budget#since}; null for all of its name
   */
  record BudgetForgotten(Instant at, String budget, @Nullable Long through) implements TeamEvent {}
}
