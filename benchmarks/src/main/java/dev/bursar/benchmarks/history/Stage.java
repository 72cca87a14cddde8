package dev.bursar.benchmarks.history;

import dev.bursar.benchmarks.customers.OrgRequests;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the clients act: some orgs, all alike, whose names are the run's alone. What they have is
 * tight, so that a good part of what is asked for is denied, by each kind of limit.
 */
public final class Stage {

  static final String TYPE = "platform";
  static final List<String> TEAMS = List.of("red", "blue");
  static final List<String> USERS = List.of("ann", "bob", "cat");
  static final List<String> WALLETS = List.of("main", "second");

  private static final String FIRST_GRANT = "first";
  private static final String FIRST_AMOUNT = "60";

  private static final List<Terms> BUDGETS =
      List.of(
          terms("org-life", "org", null, null, TYPE, "lifetime", 400, false),
          terms("org-minute", "org", null, null, Terms.REQUESTS, "minute", 80, true),
          terms("org-open", "org", null, null, Terms.OPEN, "lifetime", 12, true),
          terms("each-user", "each_user", null, null, TYPE, "day", 150, false),
          terms("cat-life", "user", "cat", null, TYPE, "lifetime", 75, true),
          terms("red-life", "team", "red", null, TYPE, "lifetime", 200, false),
          terms("red-minute", "team", "red", null, TYPE, "minute", 60, true),
          terms("red-member", "each_member", null, "red", TYPE, "day", 110, false),
          terms("blue-day", "team", "blue", null, TYPE, "day", 90, false));

  private final String run;
  private final List<String> orgs;

  /**
   * @param run begins every name; nothing else has names that begin so
   * @param orgs how many, 1 to 100
   */
  public Stage(String run, int orgs) {
    this.run = run;
    this.orgs = IntStream.rangeClosed(1, orgs).mapToObj(org -> run + "-org" + org).toList();
  }

  /** The orgs, the busiest first. */
  List<String> orgs() {
    return orgs;
  }

  /** The budgets of each org. */
  List<Terms> budgets() {
    return BUDGETS;
  }

  /** What begins every key of a client. */
  String keyPrefix() {
    return run + "-call-";
  }

  /** What begins every key with which the orgs are set up. */
  String setupPrefix() {
    return run + "-";
  }

  /** Brings an org into being. */
  public OrgRequests requests(int org) {
    OrgRequests requests = new OrgRequests(setupPrefix(), orgs.get(org));
    TEAMS.forEach(team -> requests.unit(team, "team", null));
    for (String wallet : WALLETS) {
      requests.wallet(wallet);
      requests.grant(wallet, FIRST_GRANT, "paid", 50, TYPE, FIRST_AMOUNT);
    }
    BUDGETS.forEach(
        budget ->
            requests.also("/budgets/" + budget.id(), Requests.budget(budget, budget.limit())));
    return requests;
  }

  private static Terms terms(
      String id,
      String scope,
      @Nullable String of,
      @Nullable String team,
      String measure,
      String window,
      long limit,
      boolean fixed) {
    return new Terms(id, scope, of, team, measure, window, BigDecimal.valueOf(limit), fixed);
  }
}
