package dev.bursar.domain.budget;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An org's budgets: their definitions, found by scope. Mutable, owned by one thread. No look-up
 * passes by a budget of another scope.
 */
public final class Budgets {

  /**
   * A budget that applies to a demand, and the scope it is counted for.
   *
   * @param override the override that has changed its limit or mode, or null
   */
  public record Applicable(Budget budget, Scope counted, @Nullable String override) {

    /** A budget as it is. */
    public Applicable(Budget budget, Scope counted) {
      this(budget, counted, null);
    }

    /** Whether these are its figures: of this very budget, for whom it is counted. */
    public boolean isOf(LimitState limit) {
      return budget.id().equals(limit.budget())
          && Objects.equals(budget.since(), limit.since())
          && budget.scope().member(counted.id()).equals(limit.member());
    }

    boolean isDefault() {
      return budget.scope().isDefault();
    }

    /** The same, going on counting, denying nothing and alerting nobody. */
    Applicable counting() {
      return new Applicable(budget.countingOnly(), counted, override);
    }

    /** Where the limit comes from, overrides aside. */
    String source() {
      if (isDefault()) {
        return LimitState.SOURCE_DEFAULT;
      }
      return budget.isOfPlan() ? LimitState.SOURCE_PLAN : LimitState.SOURCE_BUDGET;
    }
  }

  private final Map<String, Budget> byId = new LinkedHashMap<>();
  private final Map<Scope, List<Budget>> byScope = new HashMap<>();
  private final Map<String, Budget> drafts = new LinkedHashMap<>();

  /** Adds a budget, or replaces the one of the same name. */
  public void put(Budget budget) {
    dropDraft(budget.id());
    Budget before = byId.put(budget.id(), budget);
    List<Budget> same = byScope.computeIfAbsent(budget.scope(), s -> new ArrayList<>(1));
    if (before != null && before.scope().equals(budget.scope())) {
      // In its old place, so that the order does not depend on how often it was changed.
      same.replaceAll(each -> each.id().equals(budget.id()) ? budget : each);
      return;
    }
    if (before != null) {
      unindex(before);
    }
    same.add(budget);
  }

  /**
   * From now on counts for a budget that is about to be set, and denies nothing by it. It is none
   * of the budgets until it is put.
   */
  public void draft(Budget budget) {
    dropDraft(budget.id());
    drafts.put(budget.id(), budget);
    byScope
        .computeIfAbsent(budget.scope(), s -> new ArrayList<>(1))
        .add(budget.withMode(Budget.Mode.SHADOW));
  }

  private void dropDraft(String id) {
    Budget draft = drafts.remove(id);
    if (draft != null) {
      unindex(draft);
    }
  }

  /** The budgets that are about to be set, as they are to be then. */
  public Collection<Budget> drafts() {
    return drafts.values();
  }

  /** Removes a budget, if there is one of this name. */
  public void remove(String id) {
    dropDraft(id);
    Budget before = byId.remove(id);
    if (before != null) {
      unindex(before);
    }
  }

  private void unindex(Budget budget) {
    List<Budget> same = byScope.getOrDefault(budget.scope(), List.of());
    same.removeIf(each -> each.id().equals(budget.id()));
    if (same.isEmpty()) {
      byScope.remove(budget.scope());
    }
  }

  /** The budget of this name, or null. */
  public @Nullable Budget get(String id) {
    return byId.get(id);
  }

  /** All budgets, in the order in which they were first set. */
  public Collection<Budget> all() {
    return byId.values();
  }

  /** Whether any budget has this scope. */
  public boolean has(Scope scope) {
    return byScope.containsKey(scope);
  }

  /**
   * The budgets that a demand falls under, the nearest to the user first. A budget named for a user
   * overrides the default of the same measure and window, which goes on counting: it may be in
   * force again, in the middle of a window.
   */
  public List<Applicable> applicable(Demand demand) {
    return applicable(demand, List.of());
  }

  /**
   * The same with the limits of a plan. Its allowances count whatever there is besides; its budgets
   * are defaults, each of which counts unless the org has set one of its own for the same scope,
   * measure and window, and the same features and models.
   */
  public List<Applicable> applicable(Demand demand, List<Budget> ofPlan) {
    List<Applicable> found = new ArrayList<>(4);
    for (Scope scope : demand.path()) {
      for (Budget budget : byScope.getOrDefault(scope, List.of())) {
        add(budget, scope, demand, found);
      }
      for (Budget budget : ofPlan) {
        if (budget.scope().equals(scope) && !isReplaced(budget)) {
          add(budget, scope, demand, found);
        }
      }
    }
    found.replaceAll(each -> each.isDefault() && overridden(each, found) ? each.counting() : each);
    return found;
  }

  private static void add(Budget budget, Scope scope, Demand demand, List<Applicable> found) {
    if (demand.countsIn(budget)) {
      found.add(new Applicable(budget, scope.countedFor(demand.user())));
    }
  }

  /** By one that the org has set; one that is about to be set replaces nothing. */
  private boolean isReplaced(Budget ofPlan) {
    for (Budget own : byScope.getOrDefault(ofPlan.scope(), List.of())) {
      if (!ofPlan.isAllowance()
          && !drafts.containsKey(own.id())
          && own.measure().equals(ofPlan.measure())
          && own.window() == ofPlan.window()
          && own.features().equals(ofPlan.features())
          && own.models().equals(ofPlan.models())) {
        return true;
      }
    }
    return false;
  }

  /** A limit as it is in force for whom it is counted: a default may be overridden. */
  public Applicable inForce(Applicable limit) {
    List<Applicable> named =
        byScope.getOrDefault(limit.counted(), List.of()).stream()
            .map(budget -> new Applicable(budget, limit.counted()))
            .toList();
    return limit.isDefault() && overridden(limit, named) ? limit.counting() : limit;
  }

  /** By a budget that is in force: one that is about to be set overrides nothing. */
  private boolean overridden(Applicable byDefault, List<Applicable> found) {
    for (Applicable other : found) {
      if (!other.isDefault()
          && !drafts.containsKey(other.budget().id())
          && other.counted().equals(byDefault.counted())
          && other.budget().window() == byDefault.budget().window()
          && other.budget().measure().equals(byDefault.budget().measure())) {
        return true;
      }
    }
    return false;
  }
}
