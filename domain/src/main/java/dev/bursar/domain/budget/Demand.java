package dev.bursar.domain.budget;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of budgets.
 *
 * @param path the scopes it falls under, the nearest to the user first
 * @param user the user that defaults for each user or member apply to, or null
 * @param creditType the credit type it is counted in
 * @param quantities how much it uses
 * @param feature the feature, or null
 * @param model the model, or null
 */
public record Demand(
    List<Scope> path,
    @Nullable String user,
    String creditType,
    Quantities quantities,
    @Nullable String feature,
    @Nullable String model) {

  /** Whether a budget counts it: by scope, measure and filters. */
  public boolean isCountedBy(Budget budget) {
    return path.contains(budget.scope()) && budget.counts(creditType, quantities, feature, model);
  }
}
