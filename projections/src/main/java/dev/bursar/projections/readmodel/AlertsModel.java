package dev.bursar.projections.readmodel;

import dev.bursar.projections.audit.AlertTable;
import dev.bursar.projections.journal.JournalRow;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The thresholds of budgets that were reached. */
final class AlertsModel implements ReadModel {

  @Override
  public String name() {
    return "alerts";
  }

  @Override
  public List<String> tables() {
    return List.of("alert");
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) {
    AlertTable.project(handle, rows);
  }

  @Override
  public void forget() {}
}
