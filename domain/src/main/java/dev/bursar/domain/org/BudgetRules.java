package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Absent;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an org's budgets, overrides and freezes may be. */
final class BudgetRules {

  private static final OrgReply DONE = new OrgReply.Done();

  private final Org org;
  private final HierarchyRules hierarchy;
  private final ReservationRules reservations;

  BudgetRules(Org org, HierarchyRules hierarchy, ReservationRules reservations) {
    this.org = org;
    this.hierarchy = hierarchy;
    this.reservations = reservations;
  }

  Decision<OrgEvent, OrgReply> check(Budget budget, Catalog catalog) {
    Refusal fault = fault(budget, catalog);
    return fault == null ? new Told<>(DONE) : new Refused<>(fault);
  }

  Decision<OrgEvent, OrgReply> draft(OrgCommand.DraftBudget draft, Catalog catalog, Instant now) {
    Budget budget = draft.budget();
    if (org.placeOf(draft.put()) != null) {
      return new Told<>(DONE);
    }
    Refusal fault = fault(budget, catalog);
    if (fault != null) {
      return new Refused<>(fault);
    }
    return org.budgets().get(budget.id()) != null
        ? new Told<>(DONE)
        : new Accepted<>(
            new OrgEvent.BudgetDrafted(
                now, budget, reservations.open(budget, now), draft.attempt(), draft.actor()));
  }

  Decision<OrgEvent, OrgReply> put(OrgCommand.PutBudget put, Catalog catalog, Instant now) {
    Refusal fault = fault(put.budget(), catalog);
    if (fault != null) {
      return new Refused<>(fault);
    }
    String id = put.budget().id();
    Budget before = org.budgets().get(id);
    Place drafted = put.draft();
    Draft draft = org.draft(id);
    boolean overtaken =
        drafted != null
            && (drafted.equals(OrgCommand.PutBudget.THERE)
                ? before == null
                : draft == null || !drafted.equals(draft.place()));
    if (overtaken) {
      // Whoever drafted it after this attempt counts from there, and sets it.
      return new Refused<>(Refusal.overtaken());
    }
    Long since =
        before != null ? before.since() : drafted == null ? null : (Long) drafted.sequence();
    return new Accepted<>(
        new OrgEvent.BudgetPut(now, put.budget().since(since), put.counts(), put.actor()));
  }

  private @Nullable Refusal fault(Budget budget, Catalog catalog) {
    if (budget.isOfPlan()) {
      return new Refusal(
          Code.INVALID,
          "budget",
          "is %s; names that begin with %s are of limits that come with a plan"
              .formatted(budget.id(), Budget.OF_PLAN));
    }
    Refusal fault = hierarchy.fault(budget.scope());
    if (fault != null) {
      return fault;
    }
    if (!catalog.isMeasure(budget.measure())) {
      return new Refusal(
          Code.UNKNOWN_CREDIT_TYPE,
          "measure",
          "%s is nothing that a budget counts; known are %s"
              .formatted(budget.measure(), catalog.measures()));
    }
    if (budget.measure().equals(Quantities.OPEN_RESERVATIONS)
        && budget.window() != WindowKind.LIFETIME) {
      return new Refusal(
          Code.INVALID, "window", "has to be lifetime: what is open at one time has no window");
    }
    Budget before = org.budgets().get(budget.id());
    return before == null || before.countsLike(budget) ? null : fixed(before, budget);
  }

  /** What was counted for one thing can't go on as the count of another. */
  private static Refusal fixed(Budget before, Budget budget) {
    String field =
        !before.scope().equals(budget.scope())
            ? "scope"
            : !before.measure().equals(budget.measure())
                ? "measure"
                : before.window() != budget.window()
                    ? "window"
                    : !before.zone().equals(budget.zone())
                        ? "timezone"
                        : before.anchorDay() != budget.anchorDay() ? "anchor_day" : "filters";
    return new Refusal(
        Code.OWNER_FIXED,
        field,
        "the budget counts something else; limit, mode and thresholds can be changed, for this set"
            + " a budget of another name");
  }

  /**
   * @param ofPlan the limits that come with the org's plan
   */
  Decision<OrgEvent, OrgReply> put(OrgCommand.PutOverride put, List<Budget> ofPlan, Instant now) {
    LimitOverride override = put.override();
    Refusal fault = hierarchy.fault(override.scope());
    boolean isOfAllowance = override.isOfAllowance() || changesAllowance(override.id(), now);
    if (fault == null && isOfAllowance && !put.byOperator()) {
      fault = ofSeller();
    }
    if (fault == null) {
      fault = past("until", override.until(), now);
    }
    if (fault == null) {
      fault = budgetFault(override, ofPlan);
    }
    if (fault != null) {
      return new Refused<>(fault);
    }
    return override.equals(org.overrides().get(override.id()))
        ? new Unchanged<>(DONE)
        : new Accepted<>(new OrgEvent.OverridePut(now, override, put.actor()));
  }

  private static @Nullable Refusal past(String field, @Nullable Instant until, Instant now) {
    return until == null || until.isAfter(now)
        ? null
        : new Refusal(Code.INVALID, field, "is not after the present, " + now);
  }

  private boolean changesAllowance(String override, Instant now) {
    LimitOverride it = org.overrides().get(override);
    return it != null && it.inForce(now) && it.isOfAllowance();
  }

  private static Refusal ofSeller() {
    return new Refusal(
        Code.FORBIDDEN,
        "override",
        "changes what the org's plan allows of a feature, which takes an operator's key");
  }

  private @Nullable Refusal budgetFault(LimitOverride override, List<Budget> ofPlan) {
    String named = override.budget();
    if (named != null) {
      Budget budget =
          Stream.concat(Stream.ofNullable(org.budgets().get(named)), ofPlan.stream())
              .filter(each -> each.id().equals(named))
              .findFirst()
              .orElse(null);
      return budget == null
          ? new Refusal(
              Code.BUDGET_NOT_FOUND,
              "budget",
              "the org has no budget named %s, and its plan no such limit".formatted(named))
          : reaches(override, budget)
              ? null
              : new Refusal(
                  Code.INVALID,
                  "budget",
                  "%s limits %s, which an override for %s does not change"
                      .formatted(named, budget.scope().words(), override.scope().words()));
    }
    if (override.suspends()) {
      return null;
    }
    List<Budget> changed =
        Stream.concat(org.budgets().all().stream(), ofPlan.stream())
            .filter(each -> !each.isAllowance() && limits(each, override.scope()))
            .toList();
    long measures = changed.stream().map(Budget::measure).distinct().count();
    return measures <= 1
        ? null
        : new Refusal(
            Code.INVALID,
            "budget",
            "is needed, since the limits of the scope are in several measures; known are "
                + changed.stream().map(Budget::id).collect(Collectors.joining(", ")));
  }

  private static boolean limits(Budget budget, Scope scope) {
    boolean byDefault =
        scope.type() == Scope.Type.USER && budget.scope().countedFor(scope.id()).equals(scope);
    return budget.scope().equals(scope) || (budget.scope().isDefault() && byDefault);
  }

  /** Whether there can be a request for which the override changes the budget. */
  private boolean reaches(LimitOverride override, Budget budget) {
    Scope scope = override.scope();
    if (limits(budget, scope)) {
      return true;
    }
    boolean hasBelow =
        switch (scope.type()) {
          case ORG, DEPARTMENT, TEAM, USER -> true;
          case AGENT, PRODUCT, COST_CENTER, EACH_USER, EACH_MEMBER -> false;
        };
    if (!override.suspends() || !hasBelow) {
      return false;
    }
    boolean ofUser = scope.type() == Scope.Type.USER;
    Scope counted = ofUser ? budget.scope().countedFor(scope.id()) : budget.scope();
    boolean inAnyTeam =
        counted.team() == null
            && (counted.type() == Scope.Type.USER || counted.type() == Scope.Type.EACH_USER);
    return org.path(counted).contains(scope) || (inAnyTeam && !ofUser);
  }

  Decision<OrgEvent, OrgReply> remove(OrgCommand.RemoveOverride remove, Instant now) {
    if (changesAllowance(remove.override(), now) && !remove.byOperator()) {
      return new Refused<>(ofSeller());
    }
    return org.overrides().get(remove.override()) == null
        ? new Absent<>(
            new Refusal(
                Code.NOT_FOUND, "override", "the org has no override named " + remove.override()))
        : new Accepted<>(new OrgEvent.OverrideRemoved(now, remove.override(), remove.actor()));
  }

  Decision<OrgEvent, OrgReply> freeze(OrgCommand.FreezeScope ask, Instant now) {
    Freeze freeze = ask.freeze();
    Refusal fault = hierarchy.fault(freeze.scope());
    if (fault == null) {
      fault = past("until", freeze.until(), now);
    }
    if (fault != null) {
      return new Refused<>(fault);
    }
    return freeze.equals(org.overrides().freezeOf(freeze.scope()))
        ? new Unchanged<>(DONE)
        : new Accepted<>(new OrgEvent.Frozen(now, freeze, ask.actor()));
  }

  Decision<OrgEvent, OrgReply> unfreeze(OrgCommand.UnfreezeScope ask, Instant now) {
    if (org.overrides().freezeOf(ask.scope()) != null) {
      return new Accepted<>(new OrgEvent.Unfrozen(now, ask.scope(), ask.actor()));
    }
    Refusal fault = hierarchy.fault(ask.scope());
    return fault == null ? new Unchanged<>(DONE) : new Absent<>(fault);
  }
}
