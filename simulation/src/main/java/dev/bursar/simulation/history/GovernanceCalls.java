package dev.bursar.simulation.history;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.org.Unit;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** What a client changes of budgets, freezes and units. */
final class GovernanceCalls {

  private final Draws draws;
  private final Random random;

  GovernanceCalls(Draws draws) {
    this.draws = draws;
    this.random = draws.random;
  }

  /** A limit is lowered or raised, or denies from now on what it let through, or the reverse. */
  Step changeLimit() {
    List<Budget> budgets = OrgShape.budgets();
    Budget budget = budgets.get(random.nextInt(budgets.size()));
    Budget.Mode mode =
        random.nextInt(4) == 0 ? Budget.Mode.values()[random.nextInt(3)] : budget.mode();
    Budget changed = budget.withLimit(Credits.of(1 + random.nextInt(150))).withMode(mode);
    return of(new Call.PutBudget(draws.orgs.busy(), changed));
  }

  Step freeze() {
    Scope scope =
        switch (random.nextInt(5)) {
          case 0 -> new Scope(Scope.Type.DEPARTMENT, draws.some(OrgShape.DEPARTMENTS), null);
          case 1, 2 -> new Scope(Scope.Type.TEAM, draws.some(OrgShape.TEAMS), null);
          default -> new Scope(Scope.Type.USER, draws.some(OrgShape.USERS), null);
        };
    String org = draws.orgs.busy();
    Instant until = draws.sight.now(org).plusSeconds(1 + random.nextInt(5));
    return of(new Call.FreezeScope(org, new Freeze(scope, until, "try")));
  }

  /** A team comes to lie in another department, or in none: what it has used stays where it was. */
  Step moveTeam() {
    String team = draws.some(OrgShape.TEAMS);
    String parent = random.nextInt(4) == 0 ? null : draws.some(OrgShape.DEPARTMENTS);
    return of(new Call.PutUnit(draws.orgs.busy(), new Unit(team, Unit.Kind.TEAM, team, parent)));
  }

  private Step of(Call call) {
    return new Step.New(call, draws.key());
  }
}
