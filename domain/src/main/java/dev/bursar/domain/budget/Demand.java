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
 * @param wide whether a feature or model that is null stands for any, as in a lease
 */
public record Demand(
    List<Scope> path,
    @Nullable String user,
    String creditType,
    Quantities quantities,
    @Nullable String feature,
    @Nullable String model,
    boolean wide) {

  /** Of one request. */
  public Demand(
      List<Scope> path,
      @Nullable String user,
      String creditType,
      Quantities quantities,
      @Nullable String feature,
      @Nullable String model) {
    this(path, user, creditType, quantities, feature, model, false);
  }

  /** Whether a budget counts it: by scope, measure and filters. */
  public boolean isCountedBy(Budget budget) {
    return path.contains(budget.scope()) && countsIn(budget);
  }

  /** Whether a budget of a scope on the path counts it, or may: by measure and filters. */
  boolean countsIn(Budget budget) {
    return wide
        ? budget.countsMeasure(creditType, quantities) && budget.mayAdmit(feature, model)
        : budget.counts(creditType, quantities, feature, model);
  }
}
