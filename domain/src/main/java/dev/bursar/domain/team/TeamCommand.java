package dev.bursar.domain.team;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.operation.Origin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked of a team. The limits come with the question: the org defines them. */
public sealed interface TeamCommand {

  /** Set budget aside in every limit, or say which stand in the way. */
  record HoldBudget(
      String reservation, Quantities asked, List<Budgets.Applicable> limits, Origin origin)
      implements TeamCommand, LookedFor<TeamCommand> {

    @Override
    public HoldBudget from(Origin later) {
      return new HoldBudget(reservation, asked, limits, later);
    }
  }

  /**
   * Count work that has run already, whatever the limits.
   *
   * @param counted in which windows it counts
   */
  record CountUsage(
      String reservation,
      Quantities used,
      List<Budgets.Applicable> limits,
      CountedWork counted,
      Origin origin)
      implements TeamCommand, LookedFor<TeamCommand> {

    @Override
    public CountUsage from(Origin later) {
      return new CountUsage(reservation, used, limits, counted, later);
    }
  }

  /** Say which limits would stand in the way; changes nothing. */
  record CheckBudget(Quantities asked, List<Budgets.Applicable> limits) implements TeamCommand {}

  /** The reservation has ended; if it has not come yet, it will not be held. */
  record Settle(Closure closure) implements TeamCommand {}

  /**
   * Take back a hold whose reservation was denied elsewhere, or bar it if it has not come yet.
   *
   * @param origin null where what is remembered is all that there can be
   */
  record Cancel(String reservation, @Nullable Origin origin)
      implements TeamCommand, LookedFor<TeamCommand> {

    @Override
    public Cancel from(Origin later) {
      return new Cancel(reservation, later);
    }
  }

  /** Say whether budget was set aside for a reservation; if it was not, it never will be. */
  record Bar(String reservation, Origin origin) implements TeamCommand, LookedFor<TeamCommand> {

    @Override
    public Bar from(Origin later) {
      return new Bar(reservation, later);
    }
  }

  /**
   * Count for a budget that is about to be set.
   *
   * @param open what is open and counts against it, as the org has it
   */
  record StartCounting(Budget budget, List<OpenPart> open) implements TeamCommand {}

  /** Count what had been used before a budget was set, and nothing else of its name. */
  record CountBefore(Budget budget, List<OpeningCount> counts) implements TeamCommand {}

  /**
   * Forget what was counted against a budget that is no more, and those of its name before it.
   *
   * @param through see {@link Budget#since}; null for all of its name
   */
  record ForgetBudget(String budget, @Nullable Long through) implements TeamCommand {}

  /** Tell the figures of these limits. */
  record ViewLimits(List<Budgets.Applicable> limits) implements TeamCommand {}

  /** Tell which reservations are open, once the journal is seen to have nothing newer. */
  record ListOpen() implements TeamCommand {}
}
