package dev.bursar.node.entity;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.node.entity.EntityMessage.TakeClosure;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A team's actor. When it starts, it asks what has become of the reservations it finds open. */
final class TeamEntity extends EntityActor<TeamCommand, TeamEvent, TeamReply> {

  private TeamEntity(
      ActorContext<EntityMessage> context, EntityId id, EntityParts parts, Region region) {
    super(context, id, parts.models().teams, parts, region);
    reopen();
  }

  @Override
  void reopen() {
    inbox.add(
        new Request<>(new TeamCommand.ListOpen(), null),
        new Replying<>(
            inbox,
            answer -> {
              if (answer instanceof Answer.Done<TeamReply> done
                  && done.value() instanceof TeamReply.Open open) {
                open.reservations().forEach(each -> Reopened.askWallet(this, each));
              } else {
                reopenLater();
              }
            }));
  }

  static Behavior<EntityMessage> create(EntityId id, EntityParts parts, Region region) {
    return Behaviors.setup(context -> new TeamEntity(context, id, parts, region));
  }

  @Override
  void onOther(EntityMessage message) {
    switch (message) {
      case EntityMessage.WalletAnswered it
          when it.answer() instanceof Answer.Done<WalletReply> done -> {
        Closure closure = Reopened.closure(it.reservation(), done.value());
        if (closure != null) {
          change(new TeamCommand.Settle(closure));
        }
      }
      case EntityMessage.WalletAnswered it
          when it.answer() instanceof Answer.Refused<WalletReply> ->
          Reopened.askOrg(this, it.reservation());
      case EntityMessage.OrgAnswered it -> {
        if (Reopened.isUnknown(it.answer())) {
          change(new TeamCommand.Cancel(it.reservation()));
        }
      }
      case EntityMessage other -> {}
    }
  }

  private void change(TeamCommand command) {
    inbox.add(new Request<>(command, null), new Replying<>(inbox, answer -> {}));
  }

  @Override
  EntityMessage answered(String reservation, Answer<TeamReply> answer) {
    return new EntityMessage.TeamAnswered(reservation, answer);
  }

  @Override
  TeamCommand settle(TakeClosure message) {
    return new TeamCommand.Settle(message.closure());
  }
}
