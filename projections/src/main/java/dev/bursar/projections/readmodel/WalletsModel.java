package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.wallet.WalletBalances;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The figures of every wallet, as they stand. */
final class WalletsModel implements ReadModel {

  @Override
  public String name() {
    return "wallets";
  }

  @Override
  public List<String> tables() {
    return List.of("wallet_balance");
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) {
    WalletBalances.project(handle, rows);
  }

  @Override
  public void forget() {}
}
