package dev.bursar.api.wallet;

import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.wallet.WalletReply;
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

  /** Whether a wallet has credits of this type, or had some. */
  static boolean isOf(WalletReply.Viewed wallet, String name) {
    return wallet.balances().stream().anyMatch(each -> each.creditType().equals(name));
  }
}
