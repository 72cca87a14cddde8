package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Rules by which nothing is ever to be done that nobody asks for: nobody is woken for it. */
record NeverDue<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    return real.decide(command, now, clock);
  }

  @Override
  public @Nullable Instant nextDue() {
    return null;
  }
}
