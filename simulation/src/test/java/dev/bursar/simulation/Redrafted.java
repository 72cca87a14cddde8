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
 * Rules that go by the name of an attempt to set a budget less than they should.
 *
 * @param last by budget, the attempt that drafted it last
 * @param anew whether an attempt that asks twice drafts twice; else each attempt is told where the
 *     last one has drafted
 */
record Redrafted<C, E, R>(Aggregate<C, E, R> real, Map<String, String> last, boolean anew)
    implements AsReal<C, E, R> {

  static <C, E, R> Aggregate<C, E, R> of(Aggregate<C, E, R> real, boolean anew) {
    return new Redrafted<>(real, new HashMap<>(), anew);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Decision<E, R> decide(C command, Instant now, Instant clock) {
    if (!anew && command instanceof OrgCommand.ViewDraft it) {
      String attempt = last.getOrDefault(it.budget(), it.attempt());
      return real.decide((C) new OrgCommand.ViewDraft(it.budget(), attempt), now, clock);
    }
    if (!anew || !(command instanceof OrgCommand.DraftBudget it)) {
      return real.decide(command, now, clock);
    }
    OrgCommand other =
        new OrgCommand.DraftBudget(it.budget(), it.attempt() + '+', it.actor(), it.put());
    return real.decide((C) other, now, clock) instanceof Decision.Accepted<E, R>(E event)
            && event instanceof OrgEvent.BudgetDrafted drafted
        ? new Decision.Accepted<>(
            (E)
                new OrgEvent.BudgetDrafted(
                    drafted.at(), drafted.budget(), drafted.open(), it.attempt(), drafted.actor()))
        : real.decide(command, now, clock);
  }

  @Override
  public void evolve(E event, Place place) {
    if (event instanceof OrgEvent.BudgetDrafted it) {
      last.put(it.budget().id(), it.attempt());
    }
    real.evolve(event, place);
  }
}
