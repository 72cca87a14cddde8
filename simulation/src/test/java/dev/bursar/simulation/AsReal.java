package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Rules that are the real ones but for what is overridden. */
interface AsReal<C, E, R> extends Aggregate<C, E, R> {

  Aggregate<C, E, R> real();

  /** The real rules below these. */
  static <C, E, R> Aggregate<C, E, R> of(Aggregate<C, E, R> rules) {
    return rules instanceof AsReal<C, E, R> it ? it.real() : rules;
  }

  @Override
  default Decision<E, R> decide(C command, Instant now) {
    return decide(command, now, now);
  }

  @Override
  Decision<E, R> decide(C command, Instant now, Instant clock);

  @Override
  default @Nullable E due(Instant now) {
    return real().due(now);
  }

  @Override
  default void evolve(E event, Place place) {
    real().evolve(event, place);
  }

  @Override
  default @Nullable Operation replaces(E event) {
    return real().replaces(event);
  }

  @Override
  default R reply(E event) {
    return real().reply(event);
  }

  @Override
  default Instant lastAt() {
    return real().lastAt();
  }

  @Override
  default @Nullable Instant nextDue() {
    return real().nextDue();
  }
}
