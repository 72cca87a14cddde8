package dev.bursar.api.operation;

import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import java.util.concurrent.CompletionStage;

/** What is not there has no books, not empty ones: fails as a request for it does. */
public final class Known {

  private Known() {}

  /** Done once the wallet is known to be there. */
  public static CompletionStage<?> wallet(Entities entities, String org, String wallet) {
    return entities
        .wallet(org, wallet, new Request<>(new WalletCommand.View(), null))
        .thenApply(Outcomes::done);
  }

  /** The org's name, once it is known to be one. */
  public static CompletionStage<String> org(Entities entities, String org) {
    return org(entities, org, "org");
  }

  /** The same, of an org that is named by a field of the request. */
  public static CompletionStage<String> org(Entities entities, String org, String field) {
    return entities
        .org(org, new Request<>(new OrgCommand.ViewOrg(), null))
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Refused<?> refused) {
                throw Outcomes.problem(refused.refusal()).at(field).fault();
              }
              Outcomes.done(answer);
              return org;
            });
  }
}
