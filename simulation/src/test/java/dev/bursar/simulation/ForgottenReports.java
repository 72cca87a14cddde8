package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import java.util.HashSet;
import java.util.Set;

/** Teams that say of work that has run that it is counted, and write nothing. */
final class ForgottenReports implements Tampering {

  private final Set<String> reported = new HashSet<>();

  @Override
  public <C> Request<C> request(EntityId id, Request<C> request) {
    if (request.command() instanceof TeamCommand.CountUsage count) {
      reported.add(count.reservation());
    }
    return request;
  }

  @Override
  public boolean hasOtherRules() {
    return true;
  }

  @Override
  public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    return WrongRules.telling(
            event ->
                event instanceof TeamEvent.BudgetHeld held && reported.contains(held.reservation())
                    ? new TeamReply.Held(held.limits())
                    : null)
        .of(real);
  }
}
