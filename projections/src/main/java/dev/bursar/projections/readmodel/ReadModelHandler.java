package dev.bursar.projections.readmodel;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.projections.audit.AlertTable;
import dev.bursar.projections.audit.AuditTable;
import dev.bursar.projections.decision.DecisionTable;
import dev.bursar.projections.due.DueTimes;
import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.ledger.DayTable;
import dev.bursar.projections.ledger.LedgerTable;
import dev.bursar.projections.ledger.PageEntries;
import dev.bursar.projections.org.OrgTable;
import dev.bursar.projections.progress.EntityProgress;
import dev.bursar.projections.tree.TreeTable;
import dev.bursar.projections.wallet.WalletBalances;
import java.sql.SQLException;
import java.util.List;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;
import org.jdbi.v3.core.Handle;

/** Writes a page of one slice range to all read tables. */
final class ReadModelHandler extends JdbcHandler<JournalPage, ReadModelSession> {

  private final DueTimes dueTimes;

  ReadModelHandler(DueTimes dueTimes) {
    this.dueTimes = dueTimes;
  }

  /** With every start of the stream, also after a failure. */
  @Override
  public void start() {
    dueTimes.forget();
  }

  @Override
  public void process(ReadModelSession session, JournalPage page) throws SQLException {
    Handle handle = session.handle();
    List<JournalRow> rows =
        page.mayRepeat() ? EntityProgress.unprojected(handle, page.rows()) : page.rows();
    if (rows.isEmpty()) {
      return;
    }
    // First, since it is what keeps a second projector out.
    EntityProgress.advance(handle, rows);
    List<LedgerEntry> entries = PageEntries.of(rows);
    if (!entries.isEmpty()) {
      LedgerTable.project(handle, TreeTable.project(handle, entries));
      DayTable.project(handle, entries);
    }
    WalletBalances.project(handle, rows);
    OrgTable.project(handle, rows);
    DecisionTable.project(handle, rows);
    AlertTable.project(handle, rows);
    AuditTable.project(handle, rows);
    dueTimes.project(handle, rows);
  }
}
