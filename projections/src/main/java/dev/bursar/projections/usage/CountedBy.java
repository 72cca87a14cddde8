package dev.bursar.projections.usage;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;

/** Which rows of {@code usage_event} count against a budget, and with how much. */
final class CountedBy {

  private static final String RAN = "d.outcome in ('committed', 'late')";

  private final Budget budget;

  CountedBy(Budget budget) {
    this.budget = budget;
  }

  /** The condition of the rows that the budget's scope, filters and measure cover. */
  String condition() {
    List<String> all = new ArrayList<>();
    all.add("d.org = :org");
    switch (budget.scope().type()) {
      case ORG -> {}
      case TEAM -> all.add("d.team = :scopeId");
      case DEPARTMENT -> all.add(":scopeId = any(d.departments)");
      case PRODUCT -> all.add("d.product = :scopeId");
      case COST_CENTER -> all.add("d.cost_center = :scopeId");
      case AGENT -> all.add("d.agent = :scopeId");
      case USER -> all.add("d.user_id = :scopeId");
      case EACH_USER, EACH_MEMBER -> all.add("d.user_id is not null");
    }
    if (budget.scope().team() != null) {
      all.add("d.team = :scopeTeam");
    }
    if (!budget.features().isEmpty()) {
      all.add("d.feature = any(:features)");
    }
    if (!budget.models().isEmpty()) {
      all.add("d.model = any(:models)");
    }
    if (!isOwn()) {
      all.add("(d.credit_type = :measure or jsonb_exists(d.usage, :measure))");
    }
    return String.join(" and ", all);
  }

  /** Whether it counts requests, and not what they use. */
  boolean isOwn() {
    return budget.measure().equals(Quantities.REQUESTS)
        || budget.measure().equals(Quantities.OPEN_RESERVATIONS);
  }

  /** For a default, the user; else empty. */
  String member() {
    return budget.scope().isDefault() ? "d.user_id" : "''";
  }

  /** What a row used of the measure, in millionths; 0 of what has not run. */
  String used() {
    return switch (budget.measure()) {
      case Quantities.REQUESTS -> "case when " + RAN + " then 1000000 else 0 end";
      case Quantities.OPEN_RESERVATIONS -> "0";
      default ->
          "case when d.credit_type = :measure then coalesce(d.charged, 0) when "
              + RAN
              + " then 1000000 * coalesce((coalesce(d.used, d.usage) ->> :measure)::numeric, 0)"
              + " else 0 end";
    };
  }

  /** What a row asked for of the measure, in millionths. */
  String asked() {
    return isOwn()
        ? "1000000"
        : "case when d.credit_type = :measure then d.amount"
            + " else 1000000 * (d.usage ->> :measure)::numeric end";
  }

  <S extends SqlStatement<S>> S bind(S statement, String org) {
    Scope scope = budget.scope();
    String sql = condition() + used() + asked();
    statement.bind("org", org);
    if (sql.contains(":scopeId")) {
      statement.bind("scopeId", scope.id());
    }
    if (sql.contains(":scopeTeam")) {
      statement.bind("scopeTeam", scope.team());
    }
    if (sql.contains(":features")) {
      statement.bindArray("features", String.class, List.copyOf(budget.features()));
    }
    if (sql.contains(":models")) {
      statement.bindArray("models", String.class, List.copyOf(budget.models()));
    }
    if (sql.contains(":measure")) {
      statement.bind("measure", budget.measure());
    }
    return statement;
  }
}
