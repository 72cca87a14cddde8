package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What changes the limits of an org for some time, as its journal has it: of what changes one limit
 * for somebody, the nearest to them counts as long as it lasts, and of that of one scope what was
 * set last.
 */
final class NaiveOverrides {

  /** For whom a limit counts, and the departments that their team lies in, the nearest first. */
  record Whom(Subject subject, List<String> departments) {}

  /**
   * What is set.
   *
   * @param moment when it was set last
   */
  private record Put(LimitOverride override, long moment) {}

  /** By name, what there was from some moment on; null where it was removed. */
  private final Map<String, TreeMap<Long, @Nullable LimitOverride>> all = new TreeMap<>();

  /** Takes in what has happened in the org. */
  void take(OrgEvent event, long moment) {
    switch (event) {
      case OrgEvent.OverridePut it -> past(it.override().id()).put(moment, it.override());
      case OrgEvent.OverrideRemoved it -> past(it.override()).put(moment, null);
      case OrgEvent other -> {}
    }
  }

  private TreeMap<Long, @Nullable LimitOverride> past(String name) {
    return all.computeIfAbsent(name, n -> new TreeMap<>());
  }

  /** All moments between two in which any was set or removed. */
  Set<Long> changes(long from, long to) {
    Set<Long> found = new TreeSet<>();
    all.values().forEach(past -> found.addAll(past.subMap(from, false, to, true).keySet()));
    return found;
  }

  /** What changes a limit for somebody, if that still lasts: what counts first comes first. */
  List<LimitOverride> of(Budget budget, Whom whom, long moment) {
    if (all.isEmpty()) {
      return List.of();
    }
    List<Put> found = new ArrayList<>();
    for (TreeMap<Long, @Nullable LimitOverride> past : all.values()) {
      Map.Entry<Long, @Nullable LimitOverride> entry = past.floorEntry(moment);
      LimitOverride override = entry == null ? null : entry.getValue();
      if (entry != null && override != null && changes(override, budget, whom)) {
        found.add(new Put(override, entry.getKey()));
      }
    }
    found.sort(
        Comparator.comparingInt((Put each) -> distance(each.override.scope(), whom))
            .thenComparing(Put::moment, Comparator.reverseOrder()));
    return found.stream().map(Put::override).toList();
  }

  /** Whether it was changed for somebody at some time between two moments, by any clock since. */
  boolean mayHaveChanged(Budget budget, Whom whom, Instant earliest, long from, long to) {
    return all.values().stream()
        .flatMap(past -> NaiveBudgets.between(past, from, to).stream())
        .anyMatch(each -> earliest.isBefore(each.until()) && changes(each, budget, whom));
  }

  /** Whether there was this very override at any time between two moments. */
  boolean had(LimitOverride override, long from, long to) {
    return NaiveBudgets.between(all.get(override.id()), from, to).contains(override);
  }

  /** The ends of an override that there was between two moments; null where there was none. */
  List<@Nullable Instant> ends(String name, long from, long to) {
    List<@Nullable Instant> found = new ArrayList<>();
    TreeMap<Long, @Nullable LimitOverride> past = all.getOrDefault(name, new TreeMap<>());
    Long first = past.floorKey(from);
    if (first == null) {
      found.add(null);
    }
    past.subMap(first == null ? from : first, true, to, true)
        .values()
        .forEach(each -> found.add(each == null ? null : each.until()));
    return found;
  }

  /** Whether there is one of this name that lasts. */
  boolean isThere(String name, Instant at, long moment) {
    TreeMap<Long, @Nullable LimitOverride> past = all.getOrDefault(name, new TreeMap<>());
    Map.Entry<Long, @Nullable LimitOverride> entry = past.floorEntry(moment);
    LimitOverride override = entry == null ? null : entry.getValue();
    return override != null && at.isBefore(override.until());
  }

  private static boolean changes(LimitOverride override, Budget budget, Whom whom) {
    Scope scope = override.scope();
    boolean isFor =
        override.budget() == null
            ? !budget.id().startsWith("plan:feature:")
            : override.budget().equals(budget.id());
    if (!isFor || !NaiveBudgets.concerns(scope, whom.subject(), whom::departments)) {
      return false;
    }
    Scope counted = counted(budget.scope(), whom.subject());
    // What is suspended for a scope is for all below it; another limit is for that scope's own.
    return scope.equals(budget.scope())
        || scope.equals(counted)
        || (override.limit() == null
            && hasBelow(scope)
            && Math.min(distance(budget.scope(), whom), distance(counted, whom))
                < distance(scope, whom));
  }

  private static boolean hasBelow(Scope scope) {
    return switch (scope.type()) {
      case ORG, DEPARTMENT, TEAM, USER -> true;
      case AGENT, PRODUCT, COST_CENTER, EACH_USER, EACH_MEMBER -> false;
    };
  }

  /** A default is counted for each user by itself. */
  private static Scope counted(Scope scope, Subject subject) {
    return switch (scope.type()) {
      case EACH_USER, EACH_MEMBER -> new Scope(Scope.Type.USER, subject.user(), scope.team());
      default -> scope;
    };
  }

  /** How far above the user a scope lies that they fall under. */
  private static int distance(Scope scope, Whom whom) {
    return switch (scope.type()) {
      case USER -> scope.team() != null ? 0 : 1;
      case EACH_USER -> 2;
      case EACH_MEMBER -> 3;
      case TEAM -> 4;
      case DEPARTMENT -> 5 + whom.departments().indexOf(Objects.requireNonNull(scope.id()));
      case AGENT, PRODUCT, COST_CENTER, ORG -> Integer.MAX_VALUE;
    };
  }
}
