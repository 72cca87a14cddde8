package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import java.time.Instant;

/**
 * Rules by which an attempt to report begins again that has come to nothing: what they refuse they
 * decide as if it had another name, and begin it under its own.
 */
record BegunAgain<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  static <C, E, R> Aggregate<C, E, R> of(Aggregate<C, E, R> real) {
    return new BegunAgain<>(real);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    if (!(command instanceof OrgCommand.Reserve ask)
        || !ask.request().hasRun()
        || !(decision instanceof Decision.Refused<E, R>(Refusal refusal))
        || refusal.code() != Refusal.withdrawn().code()) {
      return decision;
    }
    byte[] salt = ask.salt().clone();
    salt[0]++;
    Decision<E, R> other = real.decide((C) with(ask, salt), now, clock);
    return other instanceof Decision.Accepted<E, R>(E event)
            && event instanceof OrgEvent.ReservationBegun begun
        ? new Decision.Accepted<>(
            (E) new OrgEvent.ReservationBegun(begun.at(), Instead.as(ask, begun.plan())))
        : decision;
  }

  private static OrgCommand.Reserve with(OrgCommand.Reserve ask, byte[] salt) {
    return new OrgCommand.Reserve(
        ask.request(), ask.key(), ask.actor(), ask.idempotencyKey(), salt, ask.lookedUpThrough());
  }
}
