package dev.bursar.projections.readmodel;

import dev.bursar.projections.audit.AuditTable;
import dev.bursar.projections.journal.JournalRow;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Who changed what in an org. */
final class AuditModel implements ReadModel {

  @Override
  public String name() {
    return "audit";
  }

  @Override
  public List<String> tables() {
    return List.of("audit_log");
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) {
    AuditTable.project(handle, rows);
  }

  @Override
  public void forget() {}
}
