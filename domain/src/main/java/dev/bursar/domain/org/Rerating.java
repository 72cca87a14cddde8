package dev.bursar.domain.org;

import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.operation.Place;
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
 * have been denied: by the plan that the org had then, by a limit that comes with the plan, or
 * since it has no rate. Under the catalog by which it was decided, nothing costs otherwise, and
 * nothing is denied. The org's own budgets and its credits are not looked at. Mutable, owned by one
 * thread; the usage of an org comes in the order of the times for which it counted.
 */
public final class Rerating {

  /** Who could have denied it. */
  public enum Decider {
    /** The org, before it ran. */
    ORG,
    /** Whoever had a lease, before it ran. */
    LEASE,
    /** Nobody: it was reported after it had run. */
    NOBODY
  }

  /**
   * Usage of one request.
   *
   * @param counted for when it counts
   * @param recorded when and where the org put the decision on record
   * @param asked what was asked for: units, or only an amount
   * @param creditType the credit type of the amounts
   */
  public record Used(
      String org,
      @Nullable String user,
      @Nullable String feature,
      @Nullable String model,
      Decider decider,
      CountedWork counted,
      Moment recorded,
      Quantities asked,
      String creditType,
      Charge charge) {}

  /**
   * How it was charged.
   *
   * @param units by meter; empty if the amount was named, which stays the same
   * @param amount what was charged
   * @param cost what it came to: more than the amount if the wallet had no more, and the overage
   *     policy left the rest uncharged
   * @param at when and where the org put that on record
   * @param late whether it came after the hold had expired, or the lease had ended
   */
  public record Charge(
      Map<String, Long> units, Credits amount, Credits cost, Moment at, boolean late) {}

  /** A row of the org's journal: neither its time nor its place is ever before that of another. */
  public record Moment(Instant at, Place place) implements Comparable<Moment> {
    @Override
    public int compareTo(Moment other) {
      int order = at.compareTo(other.at);
      if (order == 0) {
        order = Long.compare(place.sequence(), other.place.sequence());
      }
      return order == 0 ? Integer.compare(place.index(), other.place.index()) : order;
    }
  }

  /** What an org had subscribed to from a moment on. */
  public record Since(Moment moment, OrgSettings settings) {}

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

  /**
   * What a request would come to.
   *
   * @param asked what it would be decided by
   * @param charged what would be charged
   */
  private record Rated(String creditType, Credits asked, Credits charged) {}

  private final Catalog catalog;
  private final Map<String, List<Since>> orgs;
  private final @Nullable Instant pricedAt;
  private final Map<String, Sums> byOrg = new TreeMap<>();

  /** Those of one org at a time. */
  private final Map<OrgSettings, Subscription> subscriptions = new HashMap<>();

  private PlanLimits limits = new PlanLimits();
  private String counting = "";
  private long events;

  /**
   * @param orgs what each had subscribed to, by name; from its beginning on, in order
   * @param pricedAt at which time's rates; null for those of when it counted
   */
  public Rerating(Catalog catalog, Map<String, List<Since>> orgs, @Nullable Instant pricedAt) {
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
      subscriptions.clear();
      limits = new PlanLimits();
    }
    Sums sums = byOrg.computeIfAbsent(used.org(), org -> new Sums());
    sums.events++;
    sums.before.merge(used.creditType(), used.charge().amount(), Credits::plusCapped);
    DenialCode denied = rate(used, sums);
    if (denied != null) {
      sums.denied.merge(denied, 1L, Long::sum);
      sums.deniedBefore.merge(used.creditType(), used.charge().amount(), Credits::plusCapped);
    }
  }

  private @Nullable DenialCode rate(Used used, Sums sums) {
    Rated rated = rated(used);
    if (rated == null) {
      return DenialCode.NO_RATE;
    }
    Subscription subscription = subscription(used);
    if (subscription != null) {
      if (used.decider() != Decider.NOBODY
          && subscription.fault(used.feature(), used.counted().countsAt()) != null) {
        return DenialCode.NOT_ENTITLED;
      }
      if (!limits.take(
          subscription.limits(), used, rated.creditType(), rated.asked(), rated.charged())) {
        return DenialCode.BUDGET_EXCEEDED;
      }
    }
    sums.after.merge(rated.creditType(), rated.charged(), Credits::plusCapped);
    return null;
  }

  /** Null if nobody could be charged: a rate is missing, or it comes to more than an amount. */
  private @Nullable Rated rated(Used used) {
    Map<String, Long> units = used.asked().usage();
    Charge charge = used.charge();
    if (units.isEmpty()) {
      return new Rated(used.creditType(), used.asked().amount(), charge.amount());
    }
    Price price =
        catalog.price(
            used.feature(), used.model(), pricedAt == null ? used.counted().countsAt() : pricedAt);
    Credits asked = price == null || price.unpriced(units) != null ? null : price.chargeable(units);
    if (price == null || asked == null) {
      return null;
    }
    Credits cost = charge.units().isEmpty() ? charge.amount() : cost(price, charge.units());
    if (cost == null) {
      return null;
    }
    boolean capped =
        charge.amount().compareTo(charge.cost()) < 0
            && price.creditType().equals(used.creditType());
    return new Rated(price.creditType(), asked, capped ? cost.min(charge.amount()) : cost);
  }

  /** What a commit would have come to, which may be more than can be asked for. */
  private static @Nullable Credits cost(Price price, Map<String, Long> units) {
    try {
      return price.unpriced(units) == null ? price.of(units) : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** What the org had subscribed to when it was decided on; null if it could use anything. */
  private @Nullable Subscription subscription(Used used) {
    List<Since> all = orgs.getOrDefault(used.org(), List.of());
    // What nobody decided counts by what the org had when it came to know of it.
    Moment decided =
        used.decider() == Decider.NOBODY
            ? used.recorded()
            : new Moment(used.counted().countsAt(), used.recorded().place());
    for (Since each : all.reversed()) {
      if (each.moment().compareTo(decided) <= 0) {
        OrgSettings settings = each.settings();
        return settings.plan() == null
            ? null
            : subscriptions.computeIfAbsent(settings, any -> new Subscription(any, catalog));
      }
    }
    return null;
  }

  /** What came of each org's usage, by name. */
  public List<OfOrg> orgs() {
    List<OfOrg> all = new ArrayList<>(byOrg.size());
    byOrg.forEach((org, sums) -> all.add(new OfOrg(org, plan(org), sums.totals())));
    return all;
  }

  /** The plan that it has last. */
  private @Nullable String plan(String org) {
    List<Since> all = orgs.getOrDefault(org, List.of());
    return all.isEmpty() ? null : all.getLast().settings().plan();
  }

  /** All of it together. */
  public static Totals sum(List<OfOrg> orgs) {
    Sums sums = new Sums();
    orgs.forEach(each -> sums.add(each.totals()));
    return sums.totals();
  }
}
