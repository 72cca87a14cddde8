package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgEvent;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Orgs that add nothing to a lease once any budget was set since it was granted, of whomever. */
final class NotAddedSinceABudget implements Tampering {

  private final Map<String, Integer> setBefore = new HashMap<>();
  private int set;

  @Override
  public boolean hasOtherRules() {
    return true;
  }

  @Override
  public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    return WrongRules.refusing(this::refusal).of(real);
  }

  private @Nullable Refusal refusal(Object event) {
    if (event instanceof OrgEvent.BudgetPut) {
      set++;
    }
    LeaseTerms terms =
        event instanceof OrgEvent.ReservationBegun it ? it.plan().request().lease() : null;
    if (!(event instanceof OrgEvent.ReservationBegun it) || terms == null) {
      return null;
    }
    String more = terms.more();
    if (more == null) {
      setBefore.putIfAbsent(it.plan().reservation(), set);
    }
    return more != null && setBefore.getOrDefault(more, set) < set
        ? Refusal.of(Refusal.Code.LEASE_ENDED, "planted")
        : null;
  }
}
