package dev.bursar.projections.readmodel;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.ledger.DayTable;
import dev.bursar.projections.ledger.LedgerTable;
import dev.bursar.projections.ledger.PageEntries;
import dev.bursar.projections.ledger.TurnTable;
import dev.bursar.projections.tree.TreeTable;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The ledger: every entry, their sums by day, where credit types take turns, and their places in
 * their org's Merkle tree.
 */
final class LedgerModel implements ReadModel {

  @Override
  public String name() {
    return "ledger";
  }

  @Override
  public List<String> tables() {
    return List.of("ledger_entry", "ledger_day", "ledger_turn", "ledger_tree", "ledger_subtree");
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) throws SQLException {
    List<LedgerEntry> entries = PageEntries.of(rows);
    if (!entries.isEmpty()) {
      LedgerTable.project(handle, TreeTable.project(handle, entries));
      // After it: whoever reads the table before writing it can be in a deadlock with who wants it
      // alone.
      TurnTable.project(handle, entries);
      DayTable.project(handle, entries);
    }
  }

  @Override
  public void forget() {}
}
