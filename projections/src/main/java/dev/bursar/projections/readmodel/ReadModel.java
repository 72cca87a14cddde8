package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.JournalRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * What is made of the journal for one kind of question: some tables, written by nobody else, and
 * the same whenever they are made again from the journal's first row.
 *
 * <p>One of these belongs to one slice range, and is used by one thread at a time. Tables are named
 * without a schema: the {@code search_path} of the handle says where they are.
 */
public interface ReadModel {

  /** What it is called, to whoever runs the service. */
  String name();

  /** The tables that it writes; of partitioned ones, the parent. */
  List<String> tables();

  /**
   * Takes in these rows, in the transaction of the handle.
   *
   * @param rows in the order of the projection; each entity's follow on what this model has taken
   *     in before, without a gap and without a repetition
   */
  void project(Handle handle, List<JournalRow> rows) throws SQLException;

  /**
   * Takes away what has passed its retention, of tables made anew that nobody else uses yet.
   *
   * @param handle in a transaction
   * @param live where the tables are that these are made like; what is gone from there, and has
   *     passed by the latest time, need not wait for the clock
   * @param latest no node's clock that is right is ahead of this
   */
  default void dropPassed(Handle handle, Handle live, Instant latest) {}

  /**
   * Which rows of the tables have to be the same as of ones that are made anew by this model.
   *
   * @return by table, a condition on its rows {@code t}; none of tables of which all rows have to
   */
  default Map<String, String> comparable(Handle handle) {
    return Map.of();
  }

  /**
   * Forgets what it remembers of the tables beyond a transaction, since a transaction may have been
   * rolled back, or another may have written since.
   */
  void forget();
}
