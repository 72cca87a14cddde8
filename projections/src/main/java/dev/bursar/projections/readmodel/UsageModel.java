package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.usage.DecisionTable;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What was decided and used. */
final class UsageModel implements ReadModel {

  @Override
  public String name() {
    return "usage";
  }

  @Override
  public List<String> tables() {
    return List.of("decision");
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) throws SQLException {
    DecisionTable.project(handle, rows);
  }

  @Override
  public void forget() {}
}
