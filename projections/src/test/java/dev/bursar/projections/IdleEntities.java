package dev.bursar.projections;

import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Wallets in which nothing falls due. */
final class IdleEntities extends NoEntities {

  @Override
  public CompletionStage<Answer<WalletReply>> wallet(
      String org, String wallet, Request<WalletCommand> request) {
    return CompletableFuture.completedFuture(
        request.command() instanceof WalletCommand.Wake
            ? new Answer.Done<>(new WalletReply.Woken(null), false)
            : new Answer.Unreachable<>());
  }
}
