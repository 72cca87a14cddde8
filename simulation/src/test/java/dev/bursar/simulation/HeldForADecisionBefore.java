package dev.bursar.simulation;

import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.entities.EntityMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a team holds for a decision that came to nothing is taken for what was asked last, though it
 * lacks a limit that was set meanwhile.
 */
final class HeldForADecisionBefore implements Tampering {

  private final Map<String, List<Budgets.Applicable>> asked = new HashMap<>();
  private final Tallies none = new Tallies(Lateness.ofHolds(Duration.ofHours(1)));

  @Override
  public <C> Request<C> request(EntityId id, Request<C> request) {
    if (request.command() instanceof TeamCommand.HoldBudget it) {
      asked.put(it.reservation(), it.limits());
    }
    return request;
  }

  @Override
  public EntityMessage message(EntityId to, EntityMessage message) {
    return message
                instanceof
                EntityMessage.TeamAnswered(
                    String reservation,
                    Answer.Done<TeamReply>(TeamReply reply, boolean again),
                    long row)
            && reply instanceof TeamReply.Held held
        ? new EntityMessage.TeamAnswered(
            reservation,
            new Answer.Done<>(new TeamReply.Held(all(reservation, held.limits())), again),
            row)
        : message;
  }

  private List<LimitState> all(String reservation, List<LimitState> told) {
    List<LimitState> all = new ArrayList<>(told);
    for (Budgets.Applicable limit : asked.getOrDefault(reservation, List.of())) {
      if (told.stream().noneMatch(limit::isOf)) {
        all.add(none.state(limit, Instant.EPOCH));
      }
    }
    return all;
  }
}
