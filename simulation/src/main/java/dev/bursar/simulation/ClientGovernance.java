package dev.bursar.simulation;

import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.history.Call;
import java.util.List;

/** What a client changes of budgets, freezes and units. */
final class ClientGovernance {

  private final Asker asker;
  private final World world;
  private final OperationChecks others;

  ClientGovernance(Asker asker) {
    this.asker = asker;
    this.world = asker.world;
    this.others = asker.others;
  }

  private void govern(String what, String org, OrgCommand command, String key) {
    EntityId id = EntityId.org(org);
    OperationChecks.Asked asked = asker.asked(id, key, command.toString().hashCode(), "govern");
    Operation operation = asked.operation();
    asker.start(
        new SimulatedCall.Question<OrgReply>(
            what,
            id,
            List.of(id),
            replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
            (node, answer) -> {},
            answer -> others.governed(answer, asked, command),
            reply -> reply,
            () -> false,
            // What was so already changes nothing, is not remembered, and decided anew each time.
            () -> world.watch.effect(id, operation) != null,
            true),
        null);
  }

  /** As whoever sets a budget has it, once the org has said that the budget is there already. */
  void changeLimit(Call.PutBudget call, String key) {
    govern(
        "limit %s of %s, %s"
            .formatted(call.budget().limit(), call.budget().id(), call.budget().mode()),
        call.org(),
        new OrgCommand.PutBudget(call.budget(), List.of(), OrgCommand.PutBudget.THERE, Asker.ACTOR),
        key);
  }

  void freeze(Call.FreezeScope call, String key) {
    govern(
        "freeze " + call.freeze().scope().words(),
        call.org(),
        new OrgCommand.FreezeScope(call.freeze(), Asker.ACTOR),
        key);
  }

  void unfreeze(String org, Scope scope, String key) {
    govern("unfreeze " + scope.words(), org, new OrgCommand.UnfreezeScope(scope, Asker.ACTOR), key);
  }

  void override(String org, LimitOverride override, String key) {
    govern(
        "override: " + override,
        org,
        new OrgCommand.PutOverride(override, false, Asker.ACTOR),
        key);
  }

  void removeOverride(String org, String override, String key) {
    govern(
        "remove the override " + override,
        org,
        new OrgCommand.RemoveOverride(override, false, Asker.ACTOR),
        key);
  }

  void moveTeam(Call.PutUnit call, String key) {
    if (world.watch.limits(EntityId.org(call.org())).hasOpen()) {
      world.watch.saw(Rarity.TEAM_MOVED_UNDER_A_HOLD);
    }
    govern(
        "move %s to %s".formatted(call.unit().id(), call.unit().parent()),
        call.org(),
        new OrgCommand.PutUnit(call.unit(), Asker.ACTOR),
        key);
  }
}
