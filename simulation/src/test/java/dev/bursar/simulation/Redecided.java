package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import java.time.Instant;
import java.util.function.BinaryOperator;

/**
 * Rules that decide something else for some commands.
 *
 * @param change of a command and the event that it should lead to, the one that it leads to
 */
record Redecided<C, E, R>(Aggregate<C, E, R> real, BinaryOperator<Object> change)
    implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    return decision instanceof Decision.Accepted<E, R>(E event)
        ? new Decision.Accepted<>((E) change.apply(command, event))
        : decision;
  }
}
