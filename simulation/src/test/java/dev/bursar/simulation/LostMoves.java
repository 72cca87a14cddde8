package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.wallet.PlanGrantStep;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityMessage;

/** The first times that a wallet is told to move an end, it does not hear of it. */
final class LostMoves implements Tampering {

  private static final int LOST = 5;

  private int lost;

  @Override
  public boolean swallows(EntityId to, EntityMessage message) {
    return message instanceof EntityMessage.AskFor<?> ask
        && ask.request().command() instanceof WalletCommand.ChangePlanGrants change
        && change.steps().stream().anyMatch(PlanGrantStep.MoveEnd.class::isInstance)
        && ++lost <= LOST;
  }
}
