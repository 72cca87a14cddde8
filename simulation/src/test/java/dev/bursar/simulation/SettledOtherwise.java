package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.org.GivenGrant;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.org.PlanGrantChange.Kind;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Orgs that settle otherwise what their plans grant. */
record SettledOtherwise<C, E, R>(
    Aggregate<C, E, R> real, UnaryOperator<OrgEvent.PlanGrantsSettled> otherwise)
    implements AsReal<C, E, R> {

  /** All of an interval is given, however late in it the plan is put. */
  static final UnaryOperator<OrgEvent.PlanGrantsSettled> WHOLE = changing(SettledOtherwise::whole);

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

  /** Nobody is left what is theirs by then. */
  static final UnaryOperator<OrgEvent.PlanGrantsSettled> AT_ONCE =
      changing(it -> it.kind() == Kind.LEAVE ? of(it, Kind.END) : it);

  /** What does not come again is not taken back. */
  static final UnaryOperator<OrgEvent.PlanGrantsSettled> KEPT =
      changing(
          it ->
              it.kind() == Kind.LEAVE && it.grant().terms().recurrence() == null
                  ? of(it, Kind.MOVE_END)
                  : it);

  private static UnaryOperator<OrgEvent.PlanGrantsSettled> changing(
      UnaryOperator<PlanGrantChange> each) {
    return it ->
        new OrgEvent.PlanGrantsSettled(
            it.at(), it.subscribedAt(), it.changes().stream().map(each).toList());
  }

  private static PlanGrantChange of(PlanGrantChange change, Kind kind) {
    return new PlanGrantChange(change.number(), kind, change.grant(), change.at());
  }

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
