package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import java.time.Instant;
import java.util.List;

/** Rules of a team that puts on record that something expired whenever it is told so. */
record SettledTwice<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    return command instanceof TeamCommand.Settle(Closure closure)
            && closure.kind() == Closure.Kind.EXPIRED
            && !(decision instanceof Decision.Accepted)
        ? new Decision.Accepted<>((E) new TeamEvent.BudgetSettled(now, closure, List.of()))
        : decision;
  }
}
