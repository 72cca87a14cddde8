package dev.bursar.api.wallet;

import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a wallet answered to an operation before. A retry gets that, whatever has become of what its
 * request names: so this is asked before anything that can change is held against a request.
 */
final class Earlier {

  private Earlier() {}

  /**
   * What was answered to this operation before, or why nothing can be; and if nothing was, what is
   * decided now, by the wallet as it is.
   */
  static CompletionStage<Answer<WalletReply>> answerOr(
      Entities entities,
      String org,
      String wallet,
      Operation operation,
      Function<WalletReply.Viewed, CompletionStage<Answer<WalletReply>>> decide) {
    return entities
        .wallet(org, wallet, new Request<>(new WalletCommand.View(), operation))
        .thenCompose(
            earlier ->
                earlier instanceof Answer.Done<WalletReply> done
                        && done.value() instanceof WalletReply.Viewed view
                    ? decide.apply(view)
                    : CompletableFuture.completedStage(earlier));
  }
}
