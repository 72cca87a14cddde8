package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.simulation.history.OrgShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Bugs in what is frozen, in what changes limits for some time, and in limits that come with plans.
 */
enum GovernanceBug implements PlantedBug {
  AN_UNFREEZE_IS_IGNORED("model: is told that") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && !scenario.hasLeases();
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof OrgEvent.Unfrozen));
    }
  },

  A_FREEZE_OF_ALL_OF_THE_ORG_FREEZES_NOBODY("I2: is let through at") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(
          event ->
              !(event instanceof OrgEvent.Frozen it
                  && it.freeze().scope().type() == Scope.Type.ORG));
    }
  },

  A_LEASE_GOES_ON_WHATEVER_IS_FROZEN("I9: has been frozen since") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Beside.SIDECARS);
    }

    @Override
    public Told.Lease standing(Told.Lease told) {
      return new Told.Lease(
          told.lease(),
          told.open(),
          told.epoch(),
          told.granted(),
          told.reported(),
          told.revoked(),
          told.meters(),
          told.remaining(),
          told.lastsNanos(),
          told.settlesNanos(),
          told.version(),
          false);
    }
  },

  A_REMOVED_OVERRIDE_STILL_COUNTS(
      "I2: is let through, with", "model: applies and", "model: is told that", "model: which was") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof OrgEvent.OverrideRemoved));
    }
  },

  THE_OLDER_OF_TWO_OVERRIDES_COUNTS(
      "I2: is let through, with", "model: applies and", "model: is told that", "model: which was") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.takingIn(GovernanceBug::theOlderLast);
    }
  },

  WHAT_IS_SUSPENDED_FOR_ALL_OF_A_SCOPE_IS_NOT(
      "I2: is let through, with", "model: applies and", "model: is told that", "model: which was") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(
          event -> !(event instanceof OrgEvent.OverridePut it && it.override().budget() == null));
    }
  },

  A_LIMIT_OF_ONE_USER_IS_NOT_CHANGED(
      "I2: is let through, with", "model: applies and", "model: is told that", "model: which was") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Beside.LIMITS_OF_USERS);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(
          event ->
              !(event instanceof OrgEvent.OverridePut it
                  && it.override().budget() != null
                  && it.override().scope().type() == Scope.Type.USER));
    }
  },

  A_LIMIT_OF_A_PLAN_IS_NOT_COUNTED(
      "I2: is let through, with", "model: and falls under", "model: is told that") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return haveLimits(scenario);
    }

    @Override
    public Catalog catalog(Catalog real) {
      return Instead.withoutLimits(real);
    }
  },

  A_METERED_FEATURE_HAS_NO_LIMIT(
      "I2: is let through, with", "model: and falls under", "model: is told that") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return haveLimits(scenario);
    }

    @Override
    public Catalog catalog(Catalog real) {
      return Instead.withoutAllowances(real);
    }
  },

  A_LIMIT_OF_A_PLAN_IS_NAMED_WITHOUT_ITS_UNIT("model: tells null, where") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return haveLimits(scenario);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event -> Instead.beginning(event, each -> List.of(inUnit(each, ""))));
    }
  },

  A_LIMIT_OF_A_PLAN_GOES_ON_IN_ANOTHER_UNIT("model: tells LimitState[budget=plan:") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return haveLimits(scenario);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              Instead.beginning(
                  event,
                  each ->
                      List.of(
                          each,
                          inUnit(
                              each,
                              each.measure().equals("requests") ? ":platform" : ":requests"))));
    }
  },

  A_LIMIT_OF_A_PLAN_IS_NAMED_WITHOUT_ITS_WINDOW("model: tells null, where") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return haveLimits(scenario);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event -> Instead.beginning(event, each -> List.of(withoutWindow(each))));
    }
  },

  THE_TIME_ZONE_CHANGES_UNDER_LIMITS_OF_A_PLAN("I2: moves the windows") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return haveLimits(scenario) && scenario.has(Beside.TIME_ZONES);
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new MovedWindows<>(real);
    }
  },

  THE_TIME_ZONE_NEVER_CHANGES("model: is not put as") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.PLANS) && scenario.has(Beside.TIME_ZONES);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.refusing(
          event ->
              event instanceof OrgEvent.OrgPut it && it.settings().zone().equals(OrgShape.BERLIN)
                  ? new Refusal(Refusal.Code.OWNER_FIXED, "timezone", "planted")
                  : null);
    }
  };

  private final List<String> signs;

  GovernanceBug(String... signs) {
    this.signs = List.of(signs);
  }

  @Override
  public List<String> signs() {
    return signs;
  }

  @Override
  public boolean isSoughtIn(Scenario scenario) {
    return scenario.has(Beside.GOVERNORS);
  }

  /** A limit of a plan with something else in the place of its unit; others as they are. */
  private static LimitState inUnit(LimitState limit, String other) {
    String name = limit.budget();
    if (!name.startsWith(Budget.OF_PLAN)) {
      return limit;
    }
    int window = name.lastIndexOf(':');
    int measure = name.lastIndexOf(':', window - 1);
    return Instead.of(limit, name.substring(0, measure) + other + name.substring(window));
  }

  private static LimitState withoutWindow(LimitState limit) {
    String name = limit.budget();
    return name.startsWith(Budget.OF_PLAN)
        ? Instead.of(limit, name.substring(0, name.lastIndexOf(':')))
        : limit;
  }

  /** Whether limits come with plans. */
  private static boolean haveLimits(Scenario scenario) {
    return scenario.has(Beside.PLANS) && scenario.has(Beside.PLAN_LIMITS);
  }

  /** Whatever is set, those before it for the same scope count as if they were set after it. */
  private static Function<Object, List<Object>> theOlderLast() {
    Map<String, OrgEvent.OverridePut> set = new LinkedHashMap<>();
    return event -> {
      if (event instanceof OrgEvent.OverrideRemoved it) {
        set.remove(it.override());
      }
      if (!(event instanceof OrgEvent.OverridePut it)) {
        return List.of(event);
      }
      LimitOverride put = it.override();
      List<Object> all = new ArrayList<>(List.of(event));
      set.values().stream()
          .filter(each -> !each.override().id().equals(put.id()))
          .filter(each -> each.override().scope().equals(put.scope()))
          .forEach(all::add);
      set.putIfAbsent(put.id(), it);
      set.replace(put.id(), it);
      return all;
    };
  }
}
