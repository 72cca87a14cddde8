package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.org.OrgTable;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The orgs and their settings. */
final class OrgsModel implements ReadModel {

  @Override
  public String name() {
    return "orgs";
  }

  @Override
  public List<String> tables() {
    return List.of("org");
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) {
    OrgTable.project(handle, rows);
  }

  @Override
  public void forget() {}
}
