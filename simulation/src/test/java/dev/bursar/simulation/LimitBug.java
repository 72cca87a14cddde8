package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Bugs in what orgs and teams count and let through. */
enum LimitBug implements PlantedBug {
  A_HOLD_OF_THE_TEAM_IS_NOT_COUNTED("model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof TeamEvent.BudgetHeld));
    }
  },

  A_HOLD_OF_THE_ORG_IS_NOT_COUNTED("model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof OrgEvent.ReservationBegun));
    }
  },

  A_HOLD_OF_THE_TEAM_IS_KEPT_AND_NOT_SUMMED("model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof TeamEvent.BudgetHeld it
                  ? new TeamEvent.BudgetHeld(
                      it.at(), it.reservation(), Credits.ZERO, it.usage(), it.limits())
                  : event);
    }
  },

  A_COMMIT_IS_CHARGED_TO_THE_WINDOW_OF_ITS_END("model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.takingIn(ChargedToAnotherWindow::new);
    }
  },

  A_COMMIT_COUNTS_NOWHERE("model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof TeamEvent.BudgetSettled settled
                  ? new TeamEvent.BudgetSettled(
                      settled.at(),
                      Closure.givenBack(settled.closure().reservation()),
                      settled.alerts())
                  : event);
    }
  },

  A_SETTLEMENT_IS_OF_LESS_THAN_WAS_CHARGED("I11: and its wallet has charged") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Settle it && it.closure().kind().hasRun()
          ? Instead.of(
              request,
              new OrgCommand.Settle(
                  Closure.of(
                      it.closure().reservation(),
                      new Credits(it.closure().charged().micros() / 2),
                      it.closure().kind())))
          : request;
    }
  },

  A_CHARGE_IS_SETTLED_AS_GIVEN_BACK("I11: in its wallet") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.Settle it && it.closure().kind().hasRun()
          ? Instead.of(
              request, new TeamCommand.Settle(Closure.givenBack(it.closure().reservation())))
          : request;
    }
  },

  A_TEAM_TELLS_OF_ANOTHER_END_OF_A_WINDOW("model: which was never so meanwhile") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return Instead.limits(
          answer,
          limit ->
              limit.scope().countedByTeam() && limit.window() != WindowKind.LIFETIME
                  ? Instead.resetting(limit, limit.resetsAt().plusSeconds(1))
                  : limit);
    }
  },

  AN_ANSWER_HAS_OLD_FIGURES_OF_THE_TEAM("model: which was never so meanwhile") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return Instead.limits(
          answer, limit -> limit.scope().countedByTeam() ? Instead.withNothingHeld(limit) : limit);
    }
  },

  THE_USER_OF_A_REQUEST_IS_LOST("model: and was asked for as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve it
          ? Instead.of(
              request,
              Instead.asking(
                  Instead.of(
                      it.request(),
                      Instead.ofAnybody(it.request().subject()),
                      it.request().session()),
                  it))
          : request;
    }
  },

  THE_SESSION_OF_A_REPORT_IS_LOST("model: and was asked for as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve it && it.request().hasRun()
          ? Instead.of(
              request, Instead.asking(Instead.of(it.request(), it.request().subject(), null), it))
          : request;
    }
  },

  A_REPORT_IS_DENIED_BY_A_BUDGET("model: is rejected") {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.CountUsage count
          ? new Request<>(
              (C)
                  new TeamCommand.HoldBudget(
                      count.reservation(), count.used(), count.limits(), count.origin()),
              request.operation())
          : request;
    }
  },

  A_REPORT_COUNTS_IN_TODAYS_WINDOW("model: falls under", "model: applies and") {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      if (!(request.command() instanceof OrgCommand.Reserve it)) {
        return request;
      }
      Reported reported = it.request().reported();
      return reported == null
          ? request
          : (Request<C>)
              new Request<OrgCommand>(
                  new OrgCommand.Reserve(
                      it.request()
                          .as(
                              new Reported(
                                  reported.source(),
                                  reported.id(),
                                  reported.happenedAt().minus(Duration.ofDays(1)))),
                      it.key(),
                      it.actor(),
                      it.idempotencyKey(),
                      it.salt()),
                  request.operation());
    }
  },

  A_REPORT_SKIPS_ONE_BUDGET("model: falls under") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.ReservationBegun begun && begun.plan().request().hasRun()
                  ? new OrgEvent.ReservationBegun(
                      begun.at(), Instead.without("org-month", begun.plan()))
                  : event);
    }
  },

  A_REPORT_SKIPS_ONE_BUDGET_OF_THE_TEAM("model: the team counts") {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.CountUsage it
          ? (Request<C>)
              new Request<TeamCommand>(
                  new TeamCommand.CountUsage(
                      it.reservation(),
                      it.used(),
                      it.limits().stream()
                          .filter(each -> !each.budget().id().equals("red-life"))
                          .toList(),
                      it.counted(),
                      it.origin()),
                  request.operation())
          : request;
    }
  },

  A_BUDGET_TAKES_THE_PLACE_OF_AN_ALLOWANCE_LIKE_IT("model: falls under") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.ReservationBegun begun
                      && begun.plan().limits().stream()
                          .anyMatch(each -> each.budget().equals(OF_THE_ORG))
                  ? new OrgEvent.ReservationBegun(
                      begun.at(), Instead.without(OF_THE_PLAN, begun.plan()))
                  : event);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.FURTHER_BUDGETS)
          && scenario.has(Beside.PLANS)
          && scenario.has(Beside.PLAN_LIMITS);
    }
  },

  A_REPORT_IS_SAID_TO_BE_AHEAD("model: is said to be ahead") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.refusing(
          event ->
              event instanceof OrgEvent.ReservationBegun it
                      && it.plan().request().reported() != null
                      && it.plan().request().reported().lease() == null
                  ? new Refusal(Refusal.Code.INVALID, "time", "planted")
                  : null);
    }
  },

  A_REPORT_MAY_LIE_AHEAD("model: though it lies too far ahead") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Fault.CLOCK_JUMPS);
    }

    @Override
    public Duration aheadMax() {
      return Duration.ofHours(2);
    }
  },

  A_FROZEN_SCOPE_IS_NOT_LOOKED_AT("I2: is frozen") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof OrgEvent.Frozen));
    }
  },

  A_PLAN_NEVER_ENDS("I2: though [the plan has ended", "model: is told that") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof OrgEvent.OrgPut(Instant at, String org, OrgSettings it, String actor)
                  ? new OrgEvent.OrgPut(
                      at, org, new OrgSettings(it.name(), it.zone(), it.plan(), it.addOns()), actor)
                  : event);
    }
  },

  A_PLAN_HAS_EVERY_FEATURE("I2: though [the plan lacks", "model: is told that") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.PLANS);
    }

    @Override
    public Catalog catalog(Catalog real) {
      return Instead.allowingAll(real);
    }
  },

  A_CHANGED_LIMIT_IS_NOT_TAKEN_IN("I2: is let through", "model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolvingTheFirst(
          event -> event instanceof OrgEvent.BudgetPut put ? put.budget().id() : null);
    }
  },

  A_BUDGET_IS_LEFT_OUT("model: falls under") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof OrgEvent.BudgetPut put && put.budget().id().equals("each-user")
                  ? new OrgEvent.BudgetRemoved(put.at(), put.budget().id(), put.actor())
                  : event);
    }
  },

  A_SOFT_LIMIT_DENIES("model: is told that", "model: is denied by", "model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(event -> Instead.inMode(Budget.Mode.SOFT, Budget.Mode.HARD, event));
    }
  },

  A_HARD_LIMIT_LETS_ALL_THROUGH("I2: is let through", "model: tells LimitState") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(event -> Instead.inMode(Budget.Mode.HARD, Budget.Mode.SOFT, event));
    }
  },

  A_THRESHOLD_IS_TOLD_AGAIN("model: tells the thresholds") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(Instead::withoutAlerts);
    }
  },

  A_THRESHOLD_IS_NOT_TOLD("model: tells the thresholds") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(Instead::withoutAlerts);
    }
  },

  A_TEAM_STAYS_IN_ITS_DEPARTMENT("model: is said to lie in", "I2: is let through") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolvingTheFirst(
          event -> event instanceof OrgEvent.UnitPut put ? put.unit().id() : null);
    }
  },

  A_LIMIT_OF_SOME_MODELS_COUNTS_ALL(
      "model: falls under", "model: the org wants", "model: is held in") {
    @Override
    public WrongRules wrongRules() {
      return Instead.budgets(
          each -> Instead.of(each, each.features(), Set.of(), each.window(), each.anchorDay()));
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.FURTHER_BUDGETS);
    }
  },

  A_LIMIT_OF_SOME_FEATURES_COUNTS_ALL(
      "model: falls under", "model: the org wants", "model: is held in") {
    @Override
    public WrongRules wrongRules() {
      return Instead.budgets(
          each -> Instead.of(each, Set.of(), each.models(), each.window(), each.anchorDay()));
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.FURTHER_BUDGETS);
    }
  },

  A_QUARTER_IS_A_MONTH("model: where Applied") {
    @Override
    public WrongRules wrongRules() {
      return Instead.budgets(
          each ->
              each.window() == WindowKind.QUARTER
                  ? Instead.of(
                      each, each.features(), each.models(), WindowKind.MONTH, each.anchorDay())
                  : each);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.FURTHER_BUDGETS);
    }
  },

  EVERY_WINDOW_BEGINS_ON_THE_FIRST_DAY("model: where Applied") {
    @Override
    public WrongRules wrongRules() {
      return Instead.budgets(
          each -> Instead.of(each, each.features(), each.models(), each.window(), 1));
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.FURTHER_BUDGETS);
    }
  },

  ONLY_THE_NEAREST_DEPARTMENT_COUNTS("model: is said to lie in", "model: falls under") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof OrgEvent.UnitPut it && it.unit().kind() == Unit.Kind.DEPARTMENT
                  ? new OrgEvent.UnitPut(
                      it.at(),
                      new Unit(it.unit().id(), it.unit().kind(), it.unit().name(), null),
                      it.actor())
                  : event);
    }
  };

  private static final String OF_THE_ORG = "org-search";
  private static final String OF_THE_PLAN =
      Budget.OF_ALLOWANCE + "search:" + OrgShape.TYPE + ":day";

  private final List<String> signs;

  LimitBug(String... signs) {
    this.signs = List.of(signs);
  }

  @Override
  public List<String> signs() {
    return signs;
  }
}
