package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an org may use, as its journal has its plan and the catalog says what that is: without a
 * plan all there is, and nothing once its plan has ended.
 */
final class NaiveEntitlements {

  /** What stands in the way, then. */
  static final String ENDED = "the plan has ended";

  /** From each moment on. */
  private final TreeMap<Long, OrgSettings> settings = new TreeMap<>();

  /** What stands in the way of one who names a feature that the plan does not have. */
  static String lacks(String feature) {
    return "the plan lacks " + feature;
  }

  /** Takes in what has happened in the org. */
  void take(OrgEvent event, long moment) {
    if (event instanceof OrgEvent.OrgPut put) {
      settings.put(moment, put.settings());
    }
  }

  /** A moment, and those since then from which on something else is on record. */
  Set<Long> changes(long since) {
    Set<Long> moments = new TreeSet<>(settings.tailMap(since, false).keySet());
    moments.add(since);
    return moments;
  }

  /**
   * Why it may not use a feature by some time; null if it may.
   *
   * @param feature null where none is named
   * @param moment what was on record then is looked at
   * @param catalog the one that counts
   */
  @Nullable String fault(@Nullable String feature, Instant at, long moment, Catalog catalog) {
    Map.Entry<Long, OrgSettings> entry = settings.floorEntry(moment);
    String name = entry == null ? null : entry.getValue().plan();
    if (entry == null || name == null) {
      return null;
    }
    Instant end = entry.getValue().endsAt();
    if (end != null && !at.isBefore(end)) {
      return ENDED;
    }
    PricingPlan plan = catalog.plans().get(name);
    return feature == null || (plan != null && has(plan, feature)) ? null : lacks(feature);
  }

  private static boolean has(PricingPlan plan, String feature) {
    Entitlement said = plan.entitlements().get(feature);
    return said != null && !(said instanceof Entitlement.Access(boolean allowed) && !allowed);
  }

  /**
   * The limits that an org has by its plan, ended or not, unless it has set others in their place.
   *
   * @param moment what was on record then is looked at
   * @param catalog the one that counts
   */
  List<Budget> limits(long moment, Catalog catalog) {
    Map.Entry<Long, OrgSettings> entry = settings.floorEntry(moment);
    return entry == null ? List.of() : limits(entry.getValue(), catalog);
  }

  /** Whether an org had these settings at any time between two moments. */
  boolean had(OrgSettings these, long from, long to) {
    return NaiveBudgets.between(settings, from, to).contains(these);
  }

  /**
   * Whether an org may not be put so: its windows would begin at other times than they did, and
   * what was used in them would not count any more.
   *
   * @param moment what was on record then is looked at
   * @param catalog the one that counts
   */
  boolean movesWindows(OrgSettings put, long moment, Catalog catalog) {
    return isOfAnotherZone(put, moment)
        && hasWindows(limits(moment, catalog))
        && hasWindows(limits(put, catalog));
  }

  /** Whether an org had another time zone at a moment. */
  boolean isOfAnotherZone(OrgSettings put, long moment) {
    Map.Entry<Long, OrgSettings> entry = settings.floorEntry(moment);
    return entry != null && !entry.getValue().zone().equals(put.zone());
  }

  private static boolean hasWindows(List<Budget> limits) {
    return limits.stream().anyMatch(each -> each.window() != WindowKind.LIFETIME);
  }

  private static List<Budget> limits(OrgSettings so, Catalog catalog) {
    PricingPlan plan = so.plan() == null ? null : catalog.plans().get(so.plan());
    if (plan == null) {
      return List.of();
    }
    ZoneId zone = so.zone();
    List<Budget> found = new ArrayList<>();
    plan.budgets()
        .forEach(
            (id, of) ->
                found.add(
                    new Budget(
                        "plan:budget:%s:%s:%s".formatted(id, of.measure(), word(of.window())),
                        of.scope(),
                        of.measure(),
                        of.window(),
                        of.limit(),
                        of.mode(),
                        of.features(),
                        of.models(),
                        of.thresholds(),
                        zone,
                        of.anchorDay())));
    plan.entitlements()
        .forEach(
            (feature, said) -> {
              if (said instanceof Entitlement.Allowance each) {
                found.add(
                    new Budget(
                        "plan:feature:%s:%s:%s"
                            .formatted(feature, each.measure(), word(each.window())),
                        new Scope(Scope.Type.ORG, null, null),
                        each.measure(),
                        each.window(),
                        each.limit(),
                        Budget.Mode.HARD,
                        Set.of(feature),
                        Set.of(),
                        List.of(50, 75, 90, 100),
                        zone,
                        1));
              }
            });
    return found;
  }

  private static String word(WindowKind window) {
    return window.name().toLowerCase(Locale.ROOT);
  }
}
