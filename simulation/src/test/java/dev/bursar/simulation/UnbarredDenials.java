package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Orgs that deny a reservation without having barred it: team and wallet are said to have done so,
 * and never asked. Of one that has ended they are asked, since there it is about what they answered
 * once.
 */
final class UnbarredDenials implements Tampering {

  private final Set<String> ended = new HashSet<>();

  @Override
  public boolean swallows(EntityId to, EntityMessage message) {
    if (message instanceof EntityMessage.TakeClosure closure) {
      ended.add(closure.closure().reservation());
    }
    return false;
  }

  @Override
  public @Nullable EntityMessage answers(EntityId to, EntityMessage message) {
    if (!(message instanceof EntityMessage.AskFor<?> ask) || ended.contains(ask.reservation())) {
      return null;
    }
    String reservation = ask.reservation();
    return switch (ask.request().command()) {
      case TeamCommand.Bar bar ->
          new EntityMessage.TeamAnswered(
              reservation, new Answer.Done<>(new TeamReply.Barred(), false), 0);
      case WalletCommand.Bar bar ->
          new EntityMessage.WalletAnswered(
              reservation, new Answer.Done<>(new WalletReply.Barred(reservation), false), 0);
      case Object other -> null;
    };
  }
}
