package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.trace.Population;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The customers of a replay, with the terms of {@link CustomerTerms}. */
final class ReplayCustomers {

  private static final String MONTH = "month";
  private static final String DAY = "day";

  /** What makes everything last for the whole trace, and little of it be leased. */
  private static final BigDecimal AMPLE = BigDecimal.valueOf(1_000);

  private ReplayCustomers() {}

  private static String times(BigDecimal amount, BigDecimal times) {
    return amount.multiply(times).toPlainString();
  }

  static OrgRequests requests(long seed, Keys keys, int org, boolean ample) {
    BigDecimal times = ample ? AMPLE : BigDecimal.ONE;
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
    grant(requests, "welcome", "promotional", 10, times(CustomerTerms.promotional(org), times));
    grant(requests, "order-1", "paid", 50, times(CustomerTerms.paid(org), times));
    addBudgets(requests, org, times);
    return requests;
  }

  private static void addBudgets(OrgRequests requests, int org, BigDecimal times) {
    budget(requests, "org", null, MONTH, times(CustomerTerms.orgMonth(org), times));
    budget(
        requests,
        "department",
        Population.DEPARTMENT,
        MONTH,
        times(CustomerTerms.departmentMonth(org), times));
    for (String team : Population.TEAMS) {
      budget(requests, "team", team, MONTH, times(CustomerTerms.teamMonth(org), times));
    }
    for (int user = 0; user < Population.USERS_PER_ORG; user++) {
      String limit = times(CustomerTerms.userDay(org), times);
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
