package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.BudgetEffect;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.simulation.history.OrgShape;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Bugs in how a budget comes to count what was under way when it was set. */
enum BudgetBug implements PlantedBug {
  AN_OVERRIDE_NEVER_ENDS {
    @Override
    public List<String> signs() {
      return List.of(
          "model: where Applied",
          "model: which was not red-",
          "I2: is let through, with",
          "model: and falls under");
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.OVERRIDES);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof OrgEvent.OverridePut it
                  ? new OrgEvent.OverridePut(it.at(), Instead.forGood(it.override()), it.actor())
                  : event);
    }
  },

  THE_LAST_OVERRIDE_COUNTS_AND_NOT_THE_NEAREST {
    @Override
    public List<String> signs() {
      return List.of("model: which was not SHADOW of");
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.OVERRIDES);
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.takingIn(
          () ->
              event ->
                  event instanceof OrgEvent.OverridePut it
                          && it.override().scope().type() == Scope.Type.ORG
                      ? List.of(
                          it,
                          new OrgEvent.OverridePut(
                              it.at(), Instead.ofTheBudgetItself(it.override()), it.actor()))
                      : List.of(event));
    }
  },

  A_BUDGET_IS_SET_WITHOUT_ITS_THRESHOLDS {
    @Override
    public List<String> signs() {
      return List.of("I4: is done, and was never in force");
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.BudgetPut it
                  ? new OrgEvent.BudgetPut(
                      it.at(),
                      it.budget().countingOnly().withMode(it.budget().mode()),
                      it.counts(),
                      it.actor())
                  : event);
    }
  },

  A_BUDGET_IS_ONLY_SAID_TO_BE_REMOVED {
    @Override
    public List<String> signs() {
      return List.of("I4: is done, and was never in force");
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.telling(
          event -> event instanceof OrgEvent.BudgetRemoved ? new OrgReply.Done() : null);
    }
  },

  WHAT_ENDED_AFTER_THE_DRAFT_IS_ADDED {
    @Override
    public BudgetEffect settingBudgets(
        BudgetEffect wanted, Budget budget, Instant clock, int driver) {
      return wanted instanceof BudgetEffect.FindUsedBefore it
          ? new BudgetEffect.FindUsedBefore(it.budget(), it.window(), new Place(Long.MAX_VALUE, 0))
          : wanted;
    }
  },

  WHAT_HAD_ENDED_IS_ADDED_IN_THE_WINDOW_OF_ANOTHER_CLOCK {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.SET_ON_ANOTHER_DAY;
    }

    @Override
    public BudgetEffect settingBudgets(
        BudgetEffect wanted, Budget budget, Instant clock, int driver) {
      return wanted instanceof BudgetEffect.FindUsedBefore it
          ? new BudgetEffect.FindUsedBefore(it.budget(), budget.windowAt(clock), it.before())
          : wanted;
    }
  },

  SETTING_A_BUDGET_IS_GIVEN_UP_AS_OVERTAKEN {
    @Override
    public List<String> signs() {
      return List.of("model: and nobody else has set or removed it");
    }

    @Override
    public BudgetEffect settingBudgets(
        BudgetEffect wanted, Budget budget, Instant clock, int driver) {
      return wanted instanceof BudgetEffect.FindUsedBefore
          ? new BudgetEffect.Reply(new Answer.Refused<>(Refusal.overtaken()))
          : wanted;
    }
  },

  USAGE_IS_READ_BEFORE_IT_IS_COMPLETE {
    @Override
    public boolean readsUsageBehind() {
      return true;
    }
  },

  HOLDS_THAT_THE_TEAM_DOES_NOT_KNOW_ARE_NOT_WAITED_FOR {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.OVER_WHAT_THE_TEAM_HAS_YET_TO_HEAR_OF;
    }

    @Override
    public Map<String, Credits> usedOf(Set<String> sought, Map<String, Credits> found) {
      Map<String, Credits> all = new HashMap<>(found);
      sought.forEach(each -> all.putIfAbsent(each, Credits.ZERO));
      return all;
    }
  },

  ALL_ATTEMPTS_START_COUNTING_UNDER_ONE_NAME {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.BEGUN_ANEW;
    }

    @Override
    public BudgetEffect settingBudgets(
        BudgetEffect wanted, Budget budget, Instant clock, int driver) {
      return wanted instanceof BudgetEffect.AskTeam(String team, Request<TeamCommand> request)
              && request.command() instanceof TeamCommand.StartCounting
          ? new BudgetEffect.AskTeam(
              team,
              new Request<>(request.command(), new Operation("start_counting:" + budget.id(), 0)))
          : wanted;
    }
  },

  AN_ATTEMPT_IS_TOLD_WHERE_ANOTHER_HAS_DRAFTED {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.OVERTAKEN;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return id.kind() == EntityId.Kind.ORG ? Redrafted.of(real) : real;
    }
  },

  AN_ATTEMPT_THAT_ASKS_TWICE_DRAFTS_TWICE {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.DRAFTED_TWICE;
    }

    @Override
    public BudgetEffect settingBudgets(
        BudgetEffect wanted, Budget budget, Instant clock, int driver) {
      return wanted instanceof BudgetEffect.AskOrg(Request<OrgCommand> request)
              && request.command() instanceof OrgCommand.DraftBudget
          ? new BudgetEffect.AskOrg(new Request<>(request.command(), null))
          : wanted;
    }
  },

  WHAT_IS_HELD_IN_FEWER_LIMITS_IS_ALLOWED {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.OVER_A_VOID_DECISION;
    }

    @Override
    public Tampering forOneRun() {
      return new WidenedHolds();
    }
  },

  WHAT_HAD_EXPIRED_IS_LEFT_OUT {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.OVER_WHAT_HAD_EXPIRED;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return real instanceof OrgAggregate it
          ? new Redecided<>(
              real,
              (command, event) ->
                  event instanceof OrgEvent.BudgetDrafted drafted
                      ? withOpen(drafted, it.org().open().keySet())
                      : event)
          : real;
    }
  },

  LATE_USAGE_OF_WHICH_THE_TEAM_HAS_HEARD_IS_LEFT_OUT {
    @Override
    public Stage.History history() {
      return BudgetsSetMeanwhileTest.OVER_A_LATE_COMMIT;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return real instanceof TeamAggregate it
          ? new Redecided<>(
              real,
              (command, event) ->
                  event instanceof TeamEvent.CountingStarted started
                      ? withAwaited(started, it.team().tallies())
                      : event)
          : real;
    }
  },

  LEASES_ARE_LEFT_OUT {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return real instanceof OrgAggregate it
          ? new Redecided<>(
              real,
              (command, event) ->
                  event instanceof OrgEvent.BudgetDrafted drafted
                      ? withoutLeases(drafted, it.org().open())
                      : event)
          : real;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.hasLeases();
    }

    @Override
    public List<String> signs() {
      return List.of("model: at the least");
    }
  },

  THE_UNITS_OF_LEASES_ARE_LEFT_OUT {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return real instanceof OrgAggregate it
          ? new Redecided<>(
              real,
              (command, event) ->
                  event instanceof OrgEvent.BudgetDrafted drafted
                          && !drafted.budget().measure().equals(OrgShape.TYPE)
                      ? withoutLeases(drafted, it.org().open())
                      : event)
          : real;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.hasLeases();
    }

    @Override
    public List<String> signs() {
      return List.of("model: at the least");
    }
  },

  REPORTS_OF_A_PASSED_WINDOW_ARE_LEFT_OUT {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.ReservationBegun it && it.plan().request().hasRun()
                  ? new OrgEvent.ReservationBegun(it.at(), withoutPassed(it.plan(), it.at()))
                  : event);
    }

    @Override
    public List<String> signs() {
      return List.of("model: falls under");
    }
  },

  AN_EXPIRY_IS_SETTLED_TWICE {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return id.kind() == EntityId.Kind.TEAM ? new SettledTwice<>(real) : real;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return !scenario.has(Fault.CLOCK_JUMPS);
    }

    @Override
    public List<String> signs() {
      return List.of("I12: ends and is not open");
    }
  },

  BESIDE_A_LEASE_MORE_IS_ADDED_THAN_WAS_USED {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return real instanceof OrgAggregate it
          ? new Redecided<>(
              real,
              (command, event) ->
                  event instanceof OrgEvent.BudgetPut put
                          && it.org().open().values().stream()
                              .anyMatch(plan -> plan.request().isLease())
                      ? withOneMore(put)
                      : event)
          : real;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.hasLeases();
    }

    @Override
    public List<String> signs() {
      return List.of("model: which may have had room");
    }
  };

  private static OrgEvent.BudgetPut withOneMore(OrgEvent.BudgetPut put) {
    return new OrgEvent.BudgetPut(
        put.at(),
        put.budget(),
        put.counts().stream()
            .map(
                each ->
                    new OpeningCount(
                        each.member(), each.windowStart(), each.used().plus(Credits.of(1))))
            .toList(),
        put.actor());
  }

  private static OrgEvent withOpen(OrgEvent.BudgetDrafted drafted, Set<String> open) {
    return new OrgEvent.BudgetDrafted(
        drafted.at(),
        drafted.budget(),
        drafted.open().stream().filter(part -> open.contains(part.reservation())).toList(),
        drafted.attempt(),
        drafted.actor());
  }

  private static OrgEvent withoutLeases(OrgEvent.BudgetDrafted drafted, Map<String, Plan> open) {
    Set<String> leases =
        open.values().stream()
            .filter(plan -> plan.request().isLease())
            .map(Plan::reservation)
            .collect(Collectors.toSet());
    return new OrgEvent.BudgetDrafted(
        drafted.at(),
        drafted.budget(),
        drafted.open().stream().filter(part -> !leases.contains(part.reservation())).toList(),
        drafted.attempt(),
        drafted.actor());
  }

  /** A plan without the limits set in between whose window is over by some time. */
  private static Plan withoutPassed(Plan plan, Instant by) {
    Plan less = plan;
    for (LimitState limit : plan.limits()) {
      Instant end = limit.resetsAt();
      if (limit.since() != null && end != null && !end.isAfter(by)) {
        less = Instead.without(limit.budget(), less);
      }
    }
    return less;
  }

  private static TeamEvent withAwaited(TeamEvent.CountingStarted started, Tallies tallies) {
    return new TeamEvent.CountingStarted(
        started.at(),
        started.budget(),
        started.open().stream()
            .filter(
                part ->
                    tallies.holds(part.reservation())
                        || tallies.lapsed().containsKey(part.reservation()))
            .toList(),
        started.unknown());
  }

  /** The figures are others than what is open and has ended comes to; or some hold lacks it. */
  @Override
  public List<String> signs() {
    return List.of("I11: stands at", "I11: in the end", "model: the org wants");
  }

  @Override
  public boolean isSoughtIn(Scenario scenario) {
    return scenario.has(Beside.BUDGETERS);
  }
}
