package dev.bursar.api.wallet;

import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.WalletReply;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The credit types that requests may name. New credits are of a type that the catalog has; those
 * that a wallet holds stay usable when their type has left the catalog.
 */
final class CreditTypes {

  private CreditTypes() {}

  /** What is wrong with this name of a credit type; null if the catalog has it. */
  static @Nullable Problem fault(Catalog catalog, String name) {
    return catalog.creditTypes().containsKey(name)
        ? null
        : Problem.of(
                400,
                "unknown_credit_type",
                "%s is no credit type of the catalog; known are %s"
                    .formatted(name, catalog.creditTypes().keySet()))
            .at("credit_type");
  }

  /**
   * Decides about credits of a type that the catalog has, or at least the wallet, now or once; of
   * any other it says only what it answered before.
   */
  static CompletionStage<Answer<WalletReply>> held(
      Entities entities,
      OrgCatalogs catalogs,
      String org,
      String wallet,
      String creditType,
      Operation operation,
      Supplier<CompletionStage<Answer<WalletReply>>> decide) {
    return catalogs
        .of(org)
        .thenCompose(
            catalog -> {
              Problem fault = fault(catalog, creditType);
              return fault == null
                  ? decide.get()
                  : Earlier.answerOr(
                      entities,
                      org,
                      wallet,
                      operation,
                      view -> {
                        if (view.balances().stream()
                            .noneMatch(each -> each.creditType().equals(creditType))) {
                          throw fault.fault();
                        }
                        return decide.get();
                      });
            });
  }
}
