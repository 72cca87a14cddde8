package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.org.GivenGrant;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.PlanGrantChange;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Orgs whose plans give all of an interval, however late in it they are put. */
record GivenWhole<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    return real.decide(command, now, clock);
  }

  @Override
  @SuppressWarnings("unchecked")
  public @Nullable E due(Instant now) {
    E due = real.due(now);
    return due instanceof OrgEvent.PlanGrantsSettled it
        ? (E)
            new OrgEvent.PlanGrantsSettled(
                it.at(), it.subscribedAt(), it.changes().stream().map(GivenWhole::whole).toList())
        : due;
  }

  private static PlanGrantChange whole(PlanGrantChange change) {
    GivenGrant it = change.grant();
    return new PlanGrantChange(
        change.number(),
        change.kind(),
        new GivenGrant(
            it.id(),
            it.source(),
            it.terms(),
            it.anchor(),
            it.from(),
            it.terms().amount(),
            it.until()),
        change.at());
  }
}
