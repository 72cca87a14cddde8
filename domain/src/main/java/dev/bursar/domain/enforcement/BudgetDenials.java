package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Which budgets stand in a request's way. */
public final class BudgetDenials {

  private BudgetDenials() {}

  /** A denial for every hard limit that this much more does not fit into. */
  public static List<Denial> of(List<LimitState> limits, Credits amount) {
    List<Denial> denials = new ArrayList<>(0);
    for (LimitState limit : limits) {
      if (limit.mode() == Budget.Mode.HARD && !limit.fits(amount)) {
        DenialCode code =
            limit.window() == WindowKind.MINUTE
                ? DenialCode.RATE_LIMITED
                : DenialCode.BUDGET_EXCEEDED;
        denials.add(new Denial(code, limit, null, amount, sentence(limit, amount)));
      }
    }
    return denials;
  }

  private static String sentence(LimitState limit, Credits amount) {
    Scope scope = limit.scope();
    String id = scope.id();
    return "%s%s may use %s %s %s; %s is used, %s is held, %s is asked for"
        .formatted(
            scope.type().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            id == null ? "" : " " + id,
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
    return limit == null ? Scope.Type.values().length : limit.scope().type().ordinal();
  }
}
