package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which budgets stand in a request's way. */
public final class BudgetDenials {

  private BudgetDenials() {}

  /** A denial for every hard limit that a request does not fit into. */
  public static List<Denial> of(List<LimitState> limits, Quantities asked) {
    List<Denial> denials = new ArrayList<>(0);
    for (LimitState limit : limits) {
      if (limit.mode() == Budget.Mode.HARD && !limit.fits(asked)) {
        Credits amount = asked.in(limit.measure());
        denials.add(new Denial(code(limit), limit, null, null, amount, sentence(limit, amount)));
      }
    }
    return denials;
  }

  private static DenialCode code(LimitState limit) {
    if (limit.measure().equals(Quantities.OPEN_RESERVATIONS)) {
      return DenialCode.CONCURRENCY_EXCEEDED;
    }
    return limit.window() == WindowKind.MINUTE
        ? DenialCode.RATE_LIMITED
        : DenialCode.BUDGET_EXCEEDED;
  }

  private static String sentence(LimitState limit, Credits amount) {
    return "%s may use %s %s %s; %s is used, %s is held, %s is asked for"
        .formatted(
            limit.scope().words(),
            limit.limit(),
            limit.measure(),
            limit.window() == WindowKind.LIFETIME ? "in all" : "a " + limit.window().word(),
            limit.used(),
            limit.held(),
            amount);
  }

  /** All that stands in the way, the nearest to the user first, the wallet last. */
  public static List<Denial> inOrder(List<Denial> denials) {
    List<Denial> sorted = new ArrayList<>(denials);
    sorted.sort(Comparator.comparingInt(BudgetDenials::distance));
    return List.copyOf(sorted);
  }

  private static int distance(Denial denial) {
    LimitState limit = denial.limit();
    Scope scope = limit == null ? denial.scope() : limit.scope();
    return scope == null ? Scope.Type.values().length : scope.type().ordinal();
  }
}
