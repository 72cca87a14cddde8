package dev.bursar.domain.budget;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An org's overrides and freezes, found by scope. Mutable, owned by one thread. No look-up passes
 * by those of another scope; without any, none takes place.
 */
public final class Overrides {

  private final Map<String, LimitOverride> byId = new LinkedHashMap<>();
  private final Map<Scope, List<LimitOverride>> byScope = new HashMap<>();
  private final Map<Scope, Freeze> freezes = new LinkedHashMap<>();

  /** Adds an override, or replaces the one of the same name. */
  public void put(LimitOverride override) {
    remove(override.id());
    byId.put(override.id(), override);
    byScope.computeIfAbsent(override.scope(), s -> new ArrayList<>(1)).add(override);
  }

  /** Removes an override, if there is one of this name. */
  public void remove(String id) {
    LimitOverride before = byId.remove(id);
    if (before != null) {
      byScope.computeIfPresent(
          before.scope(),
          (scope, same) -> {
            same.remove(before);
            return same.isEmpty() ? null : same;
          });
    }
  }

  /** The override of this name, or null. */
  public @Nullable LimitOverride get(String id) {
    return byId.get(id);
  }

  /** All overrides, in the order in which they were last set. */
  public Collection<LimitOverride> all() {
    return byId.values();
  }

  /** Freezes a scope, or changes how it is frozen. */
  public void freeze(Freeze freeze) {
    freezes.put(freeze.scope(), freeze);
  }

  /** Lifts a freeze. */
  public void unfreeze(Scope scope) {
    freezes.remove(scope);
  }

  /** Drops what does not count any more. */
  public void dropEnded(Instant now) {
    List<String> ended =
        byId.values().stream().filter(each -> !each.inForce(now)).map(LimitOverride::id).toList();
    ended.forEach(this::remove);
    freezes.values().removeIf(each -> !each.inForce(now));
  }

  /** How this very scope is frozen, or null. */
  public @Nullable Freeze freezeOf(Scope scope) {
    return freezes.get(scope);
  }

  /** All freezes. */
  public Collection<Freeze> freezes() {
    return freezes.values();
  }

  /** The freezes on a path that are in force, the nearest to the user first. */
  public List<Freeze> frozen(List<Scope> path, Instant now) {
    if (freezes.isEmpty()) {
      return List.of();
    }
    List<Freeze> found = new ArrayList<>(0);
    for (Scope scope : path) {
      Freeze freeze = freezes.get(scope);
      if (freeze != null && freeze.inForce(now)) {
        found.add(freeze);
      }
    }
    return found;
  }

  /**
   * The limits as the overrides in force have them. Of several for one limit the nearest to the
   * user counts, and of those the last that was set. A suspended limit goes on counting, and denies
   * nothing.
   *
   * @param path the scopes that the request falls under, the nearest to the user first
   */
  public List<Budgets.Applicable> applied(
      List<Budgets.Applicable> limits, List<Scope> path, Instant now) {
    if (byId.isEmpty() || limits.isEmpty()) {
      return limits;
    }
    List<Budgets.Applicable> changed = new ArrayList<>(limits);
    // From the farthest to the nearest, so that the nearest is what stays.
    for (int i = path.size() - 1; i >= 0; i--) {
      for (LimitOverride override : byScope.getOrDefault(path.get(i), List.of())) {
        if (override.inForce(now)) {
          apply(override, limits, below(path, i), changed);
        }
      }
    }
    return changed;
  }

  private static void apply(
      LimitOverride override,
      List<Budgets.Applicable> limits,
      List<Scope> below,
      List<Budgets.Applicable> changed) {
    for (int i = 0; i < limits.size(); i++) {
      Budgets.Applicable limit = limits.get(i);
      if (override.changes(limit, below)) {
        Budget budget = limit.budget();
        changed.set(
            i,
            new Budgets.Applicable(
                override.limit() == null
                    ? budget.withMode(Budget.Mode.SHADOW)
                    : budget.withLimit(override.limit()),
                limit.counted(),
                override.id()));
      }
    }
  }

  /** What lies below a scope: all, below the org; the tree, below a department or team. */
  private static List<Scope> below(List<Scope> path, int at) {
    return switch (path.get(at).type()) {
      case ORG, DEPARTMENT, TEAM, USER -> path.subList(0, at);
      case AGENT, PRODUCT, COST_CENTER, EACH_USER, EACH_MEMBER -> List.of();
    };
  }
}
