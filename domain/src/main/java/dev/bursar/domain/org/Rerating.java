package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Works out what usage that has run would have cost under another catalog, and what of it would
 * have been denied: by the plan, by a limit that comes with the plan, or since it has no rate. The
 * org's own budgets and its credits are not looked at. Mutable, owned by one thread; the usage of
 * an org comes in the order in which it counted.
 */
public final class Rerating {

  /**
   * Usage of one request.
   *
   * @param units by meter; empty if it was charged by an amount, which stays the same
   * @param charged what it cost
   */
  public record Used(
      String org,
      @Nullable String user,
      Instant countedAt,
      @Nullable String feature,
      @Nullable String model,
      Map<String, Long> units,
      String creditType,
      Credits charged) {}

  /**
   * What became of some usage. A sum that passes what can be counted is that.
   *
   * @param events how many requests
   * @param before what all of it cost, by credit type
   * @param after what it would have cost, but for what would have been denied
   * @param denied how many requests would have been denied, by why
   * @param deniedBefore what those cost
   */
  public record Totals(
      long events,
      Map<String, Credits> before,
      Map<String, Credits> after,
      Map<DenialCode, Long> denied,
      Map<String, Credits> deniedBefore) {

    /**
     * What would cost more or less, of what would not have been denied; what stays is not in it.
     */
    public Map<String, Credits> change() {
      Map<String, Credits> change = new TreeMap<>(after);
      before.forEach((type, cost) -> change.merge(type, cost.negated(), Credits::plusCapped));
      deniedBefore.forEach((type, cost) -> change.merge(type, cost, Credits::plusCapped));
      change.values().removeIf(Credits::isZero);
      return change;
    }
  }

  /** An org's. */
  public record OfOrg(String org, @Nullable String plan, Totals totals) {}

  /** What was gathered so far. */
  private static final class Sums {
    private long events;
    private final Map<String, Credits> before = new TreeMap<>();
    private final Map<String, Credits> after = new TreeMap<>();
    private final Map<DenialCode, Long> denied = new EnumMap<>(DenialCode.class);
    private final Map<String, Credits> deniedBefore = new TreeMap<>();

    void add(Totals more) {
      events += more.events();
      more.before().forEach((type, cost) -> before.merge(type, cost, Credits::plusCapped));
      more.after().forEach((type, cost) -> after.merge(type, cost, Credits::plusCapped));
      more.denied().forEach((code, count) -> denied.merge(code, count, Long::sum));
      more.deniedBefore()
          .forEach((type, cost) -> deniedBefore.merge(type, cost, Credits::plusCapped));
    }

    Totals totals() {
      return new Totals(events, before, after, denied, deniedBefore);
    }
  }

  /** Where a limit counts. */
  private record Counter(String limit, String member, Instant windowStart) {}

  private final Catalog catalog;
  private final Map<String, OrgSettings> orgs;
  private final @Nullable Instant pricedAt;
  private final Map<String, Sums> byOrg = new TreeMap<>();
  private final Map<String, Subscription> subscriptions = new HashMap<>();

  /** Those of one org at a time. */
  private final Map<Counter, Credits> counted = new HashMap<>();

  private String counting = "";
  private long events;

  /**
   * @param orgs their settings, by name
   * @param pricedAt at which time's rates; null for those of when it counted
   */
  public Rerating(Catalog catalog, Map<String, OrgSettings> orgs, @Nullable Instant pricedAt) {
    this.catalog = catalog;
    this.orgs = orgs;
    this.pricedAt = pricedAt;
  }

  /** How much was taken in. */
  public long events() {
    return events;
  }

  /** Takes in more. */
  public void add(Used used) {
    events++;
    if (!used.org().equals(counting)) {
      counting = used.org();
      counted.clear();
    }
    Sums sums = byOrg.computeIfAbsent(used.org(), org -> new Sums());
    sums.events++;
    sums.before.merge(used.creditType(), used.charged(), Credits::plusCapped);
    DenialCode denied = rate(used, sums);
    if (denied != null) {
      sums.denied.merge(denied, 1L, Long::sum);
      sums.deniedBefore.merge(used.creditType(), used.charged(), Credits::plusCapped);
    }
  }

  private @Nullable DenialCode rate(Used used, Sums sums) {
    String creditType = used.creditType();
    Credits cost = used.charged();
    if (!used.units().isEmpty()) {
      Price price =
          catalog.price(
              used.feature(), used.model(), pricedAt == null ? used.countedAt() : pricedAt);
      // Nobody could be charged: a rate is missing, or it comes to more than an amount.
      Credits priced =
          price == null || price.unpriced(used.units()) != null
              ? null
              : price.chargeable(used.units());
      if (price == null || priced == null) {
        return DenialCode.NO_RATE;
      }
      creditType = price.creditType();
      cost = priced;
    }
    Subscription subscription = subscription(used.org());
    if (subscription != null) {
      if (subscription.fault(used.feature(), used.countedAt()) != null) {
        return DenialCode.NOT_ENTITLED;
      }
      if (!fits(subscription.limits(), used, creditType, cost)) {
        return DenialCode.BUDGET_EXCEEDED;
      }
    }
    sums.after.merge(creditType, cost, Credits::plusCapped);
    return null;
  }

  private @Nullable Subscription subscription(String org) {
    OrgSettings settings = orgs.get(org);
    return settings == null || settings.plan() == null
        ? null
        : subscriptions.computeIfAbsent(org, any -> new Subscription(settings, catalog));
  }

  /** Whether it fits into all limits of the plan; if so, it counts in them. */
  private boolean fits(List<Budget> limits, Used used, String creditType, Credits cost) {
    if (limits.isEmpty()) {
      return true;
    }
    Quantities quantities = new Quantities(cost, used.units());
    Map<Counter, Credits> sums = new HashMap<>();
    for (Budget limit : limits) {
      boolean isMeant =
          !limit.measure().equals(Quantities.OPEN_RESERVATIONS)
              && (limit.scope().type() != Scope.Type.EACH_USER || used.user() != null)
              && limit.counts(creditType, quantities, used.feature(), used.model());
      if (isMeant) {
        Counter counter =
            new Counter(
                limit.id(),
                limit.scope().member(used.user()),
                limit.windowAt(used.countedAt()).start());
        Credits sum =
            counted.getOrDefault(counter, Credits.ZERO).plusCapped(quantities.in(limit.measure()));
        if (limit.mode() == Budget.Mode.HARD && sum.compareTo(limit.limit()) > 0) {
          return false;
        }
        sums.put(counter, sum);
      }
    }
    counted.putAll(sums);
    return true;
  }

  /** What came of each org's usage, by name. */
  public List<OfOrg> orgs() {
    List<OfOrg> all = new ArrayList<>(byOrg.size());
    byOrg.forEach((org, sums) -> all.add(new OfOrg(org, plan(org), sums.totals())));
    return all;
  }

  private @Nullable String plan(String org) {
    OrgSettings settings = orgs.get(org);
    return settings == null ? null : settings.plan();
  }

  /** All of it together. */
  public static Totals sum(List<OfOrg> orgs) {
    Sums sums = new Sums();
    orgs.forEach(each -> sums.add(each.totals()));
    return sums.totals();
  }
}
