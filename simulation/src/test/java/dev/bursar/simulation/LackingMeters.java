package dev.bursar.simulation;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules by which a lease need not say how much it is to hold of what a limit counts. */
record LackingMeters<C, E, R>(Aggregate<C, E, R> real) implements AsReal<C, E, R> {

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    Decision<E, R> decision = real.decide(command, now, clock);
    String meter = command instanceof OrgCommand.Reserve ? lacking(decision) : null;
    if (meter == null || !(command instanceof OrgCommand.Reserve ask)) {
      return decision;
    }
    ReserveRequest filled = Instead.leasing(ask.request(), Map.of(meter, 0L));
    Decision<E, R> other = decide((C) Instead.asking(filled, ask), now, clock);
    return switch (other) {
      case Decision.Accepted<E, R>(OrgEvent.ReservationBegun it) ->
          new Decision.Accepted<>(
              (E) new OrgEvent.ReservationBegun(it.at(), Instead.of(ask.request(), it.plan())));
      case Decision.Accepted<E, R>(OrgEvent.ReservationDenied it) ->
          new Decision.Accepted<>(
              (E)
                  new OrgEvent.ReservationDenied(
                      it.at(), Instead.of(ask.request(), it.plan()), it.denials(), it.operation()));
      case Decision.Told<E, R>(OrgReply.Considered it) ->
          new Decision.Told<>(
              (R) new OrgReply.Considered(Instead.of(ask.request(), it.plan()), it.denials()));
      default -> other;
    };
  }

  private static @Nullable String lacking(Decision<?, ?> decision) {
    String field = decision instanceof Decision.Refused<?, ?>(Refusal why) ? why.field() : null;
    return field != null && (field.startsWith("meters.") || field.startsWith("top_up_meters."))
        ? field.substring(field.indexOf('.') + 1)
        : null;
  }
}
