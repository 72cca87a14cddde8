package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.usage.UsageWriter;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What was decided and used, event by event and summed up. */
final class UsageModel implements ReadModel {

  private final UsageWriter usage;

  UsageModel(UsageWriter usage) {
    this.usage = usage;
  }

  @Override
  public String name() {
    return "usage";
  }

  @Override
  public List<String> tables() {
    return UsageWriter.NAMES;
  }

  @Override
  public void project(Handle handle, List<JournalRow> rows) throws SQLException {
    usage.project(handle, rows);
  }

  @Override
  public void dropPassed(Handle handle, Handle live, Instant latest) {
    usage.dropPassed(handle, live, latest);
  }

  @Override
  public Map<String, String> comparable(Handle handle) {
    return usage.comparable(handle);
  }

  @Override
  public void forget() {
    usage.forget();
  }
}
