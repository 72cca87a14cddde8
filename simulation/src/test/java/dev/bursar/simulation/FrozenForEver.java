package dev.bursar.simulation;

import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgEvent;
import java.time.Instant;

/** Rules that grant no lease for all users once any of them was frozen, for however long. */
final class FrozenForEver<C, E, R> implements AsReal<C, E, R> {

  private final Aggregate<C, E, R> real;
  private boolean wereSome;

  FrozenForEver(Aggregate<C, E, R> real) {
    this.real = real;
  }

  @Override
  public Aggregate<C, E, R> real() {
    return real;
  }

  @Override
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    return wereSome
            && decision instanceof Decision.Accepted<E, R>(E event)
            && event instanceof OrgEvent.ReservationBegun it
            && it.plan().request().lease() != null
            && it.plan().request().subject().user() == null
        ? new Decision.Refused<>(Refusal.of(Refusal.Code.LEASE_TOO_WIDE, "planted"))
        : decision;
  }

  @Override
  public void evolve(E event, Place place) {
    wereSome |=
        event instanceof OrgEvent.Frozen it && it.freeze().scope().type() == Scope.Type.USER;
    real.evolve(event, place);
  }
}
