package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.Unit;
import java.time.Instant;
import java.util.List;

/**
 * Orgs that do not look whether a lease that is added to holds in the budgets that were set since
 * it was granted.
 */
record AddedThoughItLacks<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  /** A lease whose team comes to lie in a department that has been given a budget since. */
  static final Stage.History SINCE_ITS_TEAM_WAS_MOVED =
      new Stage.History(
          Scenario.REMEMBERED_ALL,
          stage -> {
            Scope eng = new Scope(Scope.Type.DEPARTMENT, "eng", null);
            Unit department = new Unit("eng", Unit.Kind.DEPARTMENT, "eng", null);
            stage.tell(Stage.ORG, new OrgCommand.PutUnit(department, ""));
            stage.lease("first", (byte) 0);
            stage.runUntil(() -> stage.told.containsKey("first"));
            stage.set(Stage.budget("new-eng", eng, 50));
            Unit moved = new Unit("red", Unit.Kind.TEAM, "red", "eng");
            stage.tell(Stage.ORG, new OrgCommand.PutUnit(moved, ""));
            stage.lease("more", (byte) 0, Stage.reservation("first"));
            stage.runForSeconds(1);
          });

  private static final Place NOWHERE = new Place(0, 0);

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    if (!(real instanceof OrgAggregate org)
        || !(command instanceof OrgCommand.Reserve reserve)
        || !(decision instanceof Decision.Refused<E, R>(Refusal refusal))
        || refusal.code() != Refusal.Code.LEASE_ENDED) {
      return decision;
    }
    LeaseTerms terms = reserve.request().lease();
    Plan lease = terms == null ? null : org.org().open().get(terms.more());
    Instant from = lease == null ? null : lease.countedAt();
    if (from == null) {
      return decision;
    }
    List<Budget> since =
        org.org().budgets().all().stream()
            .filter(each -> each.since() != null && each.mode() == Budget.Mode.HARD)
            .filter(each -> !each.scope().countedByTeam())
            .filter(each -> !each.windowAt(now).start().isAfter(from))
            .toList();
    // What denies nothing is not looked at.
    since.forEach(each -> put(org, each.withMode(Budget.Mode.SHADOW)));
    Decision<E, R> other = real.decide(command, now, clock);
    since.forEach(each -> put(org, each));
    return other instanceof Decision.Accepted<E, R>(E event)
            && event instanceof OrgEvent.ReservationBegun it
        ? new Decision.Accepted<>(
            (E) new OrgEvent.ReservationBegun(it.at(), Instead.denying(since, it.plan())))
        : decision;
  }

  private static void put(OrgAggregate org, Budget budget) {
    org.evolve(new OrgEvent.BudgetPut(org.lastAt(), budget, List.of(), "sim"), NOWHERE);
  }
}
