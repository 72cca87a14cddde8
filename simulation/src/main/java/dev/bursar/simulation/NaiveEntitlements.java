package dev.bursar.simulation;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import java.time.Instant;
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
    return plan.entitlements().get(feature) instanceof Entitlement.Access(boolean allowed)
        && allowed;
  }
}
