package dev.bursar.domain.catalog;

import dev.bursar.domain.enforcement.OveragePolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an org subscribes to. A plan may extend another: it has all that the other has, but for what
 * it says itself.
 *
 * @param id its name
 * @param name the name shown to people
 * @param base the plan that it extends, or null
 * @param ownEntitlements what it says of features itself, by feature
 * @param ownGrants the credits that it adds or says otherwise, by name
 * @param ownBudgets the budgets that it adds or says otherwise, by name
 * @param overagePolicy what happens to an actual cost above what was held, unless a request says it
 * @param failMode what is done with requests while nobody can be asked, unless an allowance says it
 */
public record PricingPlan(
    String id,
    String name,
    @Nullable PricingPlan base,
    Map<String, Entitlement> ownEntitlements,
    Map<String, PlanGrant> ownGrants,
    Map<String, PlanBudget> ownBudgets,
    OveragePolicy overagePolicy,
    FailMode failMode) {

  /** How many plans may extend each other in a row. */
  public static final int CHAIN_MAX = 10;

  /** What it says of a feature; null if it does not let an org use it. */
  public @Nullable Entitlement entitlement(String feature) {
    for (PricingPlan plan = this; plan != null; plan = plan.base) {
      Entitlement own = plan.ownEntitlements.get(feature);
      if (own != null) {
        return own;
      }
    }
    return null;
  }

  /** What it lets an org use, by feature; what is not there it does not. */
  public Map<String, Entitlement> entitlements() {
    return all(PricingPlan::ownEntitlements);
  }

  /** The credits that come with it, by name. */
  public Map<String, PlanGrant> grants() {
    return all(PricingPlan::ownGrants);
  }

  /** The budgets that an org has unless it sets its own, by name. */
  public Map<String, PlanBudget> budgets() {
    return all(PricingPlan::ownBudgets);
  }

  private <T> Map<String, T> all(Function<PricingPlan, Map<String, T>> own) {
    if (base == null) {
      return own.apply(this);
    }
    Map<String, T> all = new LinkedHashMap<>(base.all(own));
    all.putAll(own.apply(this));
    return all;
  }
}
