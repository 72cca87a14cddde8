package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.trace.Population;
import org.jspecify.annotations.Nullable;

/** The customers of a replay, with the terms of {@link CustomerTerms}. */
final class ReplayCustomers {

  private static final String MONTH = "month";
  private static final String DAY = "day";

  private ReplayCustomers() {}

  static OrgRequests requests(long seed, Keys keys, int org) {
    String id = Population.org(seed, org);
    OrgRequests requests = new OrgRequests(keys.prefix(), id);
    requests.unit(Population.DEPARTMENT, "department", null);
    for (String team : Population.TEAMS) {
      requests.unit(team, "team", Population.DEPARTMENT);
    }
    for (String product : Population.PRODUCTS) {
      requests.unit(product, "product", null);
    }
    for (int user = 0; user < Population.USERS_PER_ORG; user++) {
      requests.user(Population.user(user), Population.team(user));
    }
    requests.wallet(CustomerTerms.WALLET);
    grant(requests, "welcome", "promotional", 10, CustomerTerms.promotional(org).toPlainString());
    grant(requests, "order-1", "paid", 50, CustomerTerms.paid(org).toPlainString());
    addBudgets(requests, org);
    return requests;
  }

  private static void addBudgets(OrgRequests requests, int org) {
    budget(requests, "org", null, MONTH, CustomerTerms.orgMonth(org).toPlainString());
    budget(
        requests,
        "department",
        Population.DEPARTMENT,
        MONTH,
        CustomerTerms.departmentMonth(org).toPlainString());
    for (String team : Population.TEAMS) {
      budget(requests, "team", team, MONTH, CustomerTerms.teamMonth(org).toPlainString());
    }
    for (int user = 0; user < Population.USERS_PER_ORG; user++) {
      String limit = CustomerTerms.userDay(org).toPlainString();
      budget(requests, "user", Population.user(user), DAY, limit);
    }
  }

  private static void grant(
      OrgRequests requests, String grant, String category, int priority, String amount) {
    requests.grant(
        CustomerTerms.WALLET, grant, category, priority, CustomerTerms.CREDIT_TYPE, amount);
  }

  private static void budget(
      OrgRequests requests, String scope, @Nullable String scopeId, String window, String limit) {
    String id = (scopeId == null ? scope : scope + "-" + scopeId) + "-" + window;
    requests.budget(id, scope, scopeId, window, CustomerTerms.CREDIT_TYPE, limit);
  }
}
