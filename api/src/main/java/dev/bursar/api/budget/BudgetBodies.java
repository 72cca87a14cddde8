package dev.bursar.api.budget;

import dev.bursar.api.json.Body;
import dev.bursar.api.json.Words;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What requests about budgets carry. */
final class BudgetBodies {

  static final Set<String> PUT =
      Set.of(
          "scope",
          "measure",
          "window",
          "limit",
          "mode",
          "filters",
          "thresholds",
          "timezone",
          "anchor_day");

  private static final Set<String> SCOPE = Set.of("type", "id", "team");
  private static final Set<String> FILTERS = Set.of("features", "models");
  private static final Words<Scope.Type> SCOPES = Words.of(Scope.Type.values());
  private static final Words<WindowKind> WINDOWS = Words.of(WindowKind.values());
  private static final Words<Budget.Mode> MODES = Words.of(Budget.Mode.values());
  private static final int THRESHOLDS_MAX = 20;
  private static final int FILTER_ITEMS_MAX = 100;
  private static final int ZONE_CHARS_MAX = 100;
  private static final int DAYS_OF_WEEK = 7;
  private static final int DAYS_OF_MONTH_MAX = 31;

  private BudgetBodies() {}

  /**
   * A budget.
   *
   * @param orgZone the zone of a budget that names none
   */
  static Budget budget(String id, Body body, ZoneId orgZone) {
    Scope scope = requiredScope(body);
    Credits limit = body.amount("limit");
    if (limit == null) {
      throw body.missing("limit");
    }
    WindowKind window = body.requiredWord("window", WINDOWS);
    Budget.Mode mode = body.word("mode", MODES);
    Body filters = body.object("filters", FILTERS);
    String zone = body.text("timezone", ZONE_CHARS_MAX);
    long anchorMax = window == WindowKind.WEEK ? DAYS_OF_WEEK : DAYS_OF_MONTH_MAX;
    return new Budget(
        id,
        scope,
        body.requiredName("measure"),
        window,
        limit,
        mode == null ? Budget.Mode.HARD : mode,
        filter(filters, "features"),
        filter(filters, "models"),
        thresholds(body),
        zone == null ? orgZone : OrgRoutes.zone("timezone", zone),
        (int) body.integer("anchor_day", 1, anchorMax, 1));
  }

  /** The limit of a body that holds nothing else. */
  static Credits onlyLimit(Body body) {
    for (String other : PUT) {
      if (!other.equals("limit") && body.has(other)) {
        throw Problem.invalid(
                body.path(other), "goes with scope: either a whole budget, or another limit alone")
            .fault();
      }
    }
    Credits limit = body.amount("limit");
    if (limit == null) {
      throw body.missing("limit");
    }
    return limit;
  }

  private static Set<String> filter(@Nullable Body filters, String name) {
    return filters == null ? Set.of() : new LinkedHashSet<>(filters.names(name, FILTER_ITEMS_MAX));
  }

  private static List<Integer> thresholds(Body body) {
    return body.has("thresholds")
        ? body.integers("thresholds", THRESHOLDS_MAX, 1, Budget.THRESHOLD_MAX).stream()
            .distinct()
            .sorted()
            .toList()
        : Budget.THRESHOLDS_DEFAULT;
  }

  /** The scope that a body names under {@code scope}, or else the org. */
  static Scope scopeOrOrg(Body body) {
    Body scope = body.object("scope", SCOPE);
    return scope == null ? new Scope(Scope.Type.ORG, null, null) : scope(scope);
  }

  /** The scope that a body names under {@code scope}. */
  static Scope requiredScope(Body body) {
    if (body.object("scope", SCOPE) == null) {
      throw body.missing("scope");
    }
    return scopeOrOrg(body);
  }

  private static Scope scope(Body body) {
    Scope.Type type = body.requiredWord("type", SCOPES);
    String id = body.name("id");
    String team = body.name("team");
    boolean takesId =
        switch (type) {
          case USER, TEAM, DEPARTMENT, AGENT, PRODUCT, COST_CENTER -> true;
          case EACH_USER, EACH_MEMBER, ORG -> false;
        };
    boolean takesTeam = type == Scope.Type.USER || type == Scope.Type.EACH_MEMBER;
    if (takesId && id == null) {
      throw body.missing("id");
    }
    if (type == Scope.Type.EACH_MEMBER && team == null) {
      throw body.missing("team");
    }
    if (!takesId && id != null) {
      throw unwanted(body, "id", type);
    }
    if (!takesTeam && team != null) {
      throw unwanted(body, "team", type);
    }
    return new Scope(type, id, team);
  }

  private static RuntimeException unwanted(Body body, String field, Scope.Type type) {
    return Problem.invalid(body.path(field), "does not go with the type " + Words.word(type))
        .fault();
  }
}
