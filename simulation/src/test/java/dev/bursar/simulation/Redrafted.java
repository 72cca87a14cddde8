package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Rules by which each attempt to set a budget is told where the last one has drafted it.
 *
 * @param last by budget, the attempt that drafted it last
 */
record Redrafted<C, E, R>(Aggregate<C, E, R> real, Map<String, String> last)
    implements AsReal<C, E, R> {

  static <C, E, R> Aggregate<C, E, R> of(Aggregate<C, E, R> real) {
    return new Redrafted<>(real, new HashMap<>());
  }

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    if (command instanceof OrgCommand.ViewDraft it) {
      String attempt = last.getOrDefault(it.budget(), it.attempt());
      return real.decide((C) new OrgCommand.ViewDraft(it.budget(), attempt), now, clock);
    }
    return real.decide(command, now, clock);
  }

  @Override
  public void evolve(E event, Place place) {
    if (event instanceof OrgEvent.BudgetDrafted it) {
      last.put(it.budget().id(), it.attempt());
    }
    real.evolve(event, place);
  }
}
