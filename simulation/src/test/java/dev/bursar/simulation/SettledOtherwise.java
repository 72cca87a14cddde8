package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.org.GivenGrant;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.PlanGrantChange;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Orgs that settle otherwise what their plans grant. */
record SettledOtherwise<C, E, R>(
    Aggregate<C, E, R> real, UnaryOperator<OrgEvent.PlanGrantsSettled> otherwise)
    implements AsReal<C, E, R> {

  /** All of an interval is given, however late in it the plan is put. */
  static final UnaryOperator<OrgEvent.PlanGrantsSettled> WHOLE =
      it ->
          new OrgEvent.PlanGrantsSettled(
              it.at(),
              it.subscribedAt(),
              it.changes().stream().map(SettledOtherwise::whole).toList());

  /** What does not come again never comes. */
  static final UnaryOperator<OrgEvent.PlanGrantsSettled> NEVER_ONCE =
      it ->
          new OrgEvent.PlanGrantsSettled(
              it.at(),
              it.subscribedAt(),
              it.changes().stream()
                  .filter(each -> each.grant().terms().recurrence() != null)
                  .toList());

  /** With each change of the plan the org subscribes anew. */
  static final UnaryOperator<OrgEvent.PlanGrantsSettled> ANEW =
      it -> new OrgEvent.PlanGrantsSettled(it.at(), it.at(), it.changes());

  @Override
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    return real.decide(command, now, clock);
  }

  @Override
  @SuppressWarnings("unchecked")
  public @Nullable E due(Instant now) {
    E due = real.due(now);
    return due instanceof OrgEvent.PlanGrantsSettled it ? (E) otherwise.apply(it) : due;
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
