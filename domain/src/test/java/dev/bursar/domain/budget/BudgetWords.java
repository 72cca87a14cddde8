package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.operation.Operation;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;

/** The words in which tests talk about budgets. */
public final class BudgetWords {

  public static final Instant NOON = Instant.parse("2024-01-31T12:00:00Z");
  public static final Scope ORG = new Scope(Scope.Type.ORG, null, null);
  public static final Scope EACH_USER = new Scope(Scope.Type.EACH_USER, null, null);

  /** A client's request to set a budget. */
  public static final Operation PUT = Operation.ofClient("put_budget:late", "k", 1);

  private BudgetWords() {}

  public static Scope user(String id) {
    return new Scope(Scope.Type.USER, id, null);
  }

  public static Scope member(String id, String team) {
    return new Scope(Scope.Type.USER, id, team);
  }

  public static Scope eachMember(String team) {
    return new Scope(Scope.Type.EACH_MEMBER, null, team);
  }

  public static Scope unit(Scope.Type type, String id) {
    return new Scope(type, id, null);
  }

  /** A hard daily budget of credits in UTC. */
  public static Budget daily(String id, Scope scope, String limit) {
    return budget(id, scope, limit, Budget.Mode.HARD, WindowKind.DAY);
  }

  public static Budget budget(
      String id, Scope scope, String limit, Budget.Mode mode, WindowKind window) {
    return filtered(id, scope, limit, mode, window, Set.of(), Set.of());
  }

  public static Budget filtered(
      String id,
      Scope scope,
      String limit,
      Budget.Mode mode,
      WindowKind window,
      Set<String> features,
      Set<String> models) {
    return new Budget(
        id,
        scope,
        "platform",
        window,
        Credits.parse(limit),
        mode,
        features,
        models,
        List.of(50, 75, 90, 100),
        ZoneId.of("UTC"),
        1);
  }

  public static Budgets.Applicable named(Budget budget) {
    return new Budgets.Applicable(budget, budget.scope());
  }

  public static Demand demand(String user, List<Scope> path) {
    return new Demand(path, user, "platform", Quantities.of(Credits.of(1)), "chat", "big");
  }

  /** A limit's figures, as {@code id used/held of limit}. */
  public static String figures(LimitState of) {
    return "%s %s/%s of %s".formatted(of.budget(), of.used(), of.held(), of.limit());
  }
}
