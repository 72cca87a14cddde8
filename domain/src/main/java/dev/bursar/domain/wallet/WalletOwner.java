package dev.bursar.domain.wallet;

import org.jspecify.annotations.Nullable;

/**
 * Who a wallet belongs to.
 *
 * @param team the team, or null when the org itself owns it
 */
public record WalletOwner(@Nullable String team) {

  /** The org itself. */
  public static final WalletOwner ORG = new WalletOwner(null);
}
