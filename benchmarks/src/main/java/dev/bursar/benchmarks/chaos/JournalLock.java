package dev.bursar.benchmarks.chaos;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A lock on the journal's table: others can read it, and write to it once this is closed. */
final class JournalLock implements AutoCloseable {

  private static final long POLL_MILLIS = 50;

  private final Connection connection;

  /** Waits until it has the lock. */
  JournalLock(DatabaseSettings settings) throws ChaosFailure {
    try {
      connection =
          DriverManager.getConnection(
              settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING).connectionUrl(),
              settings.user(),
              settings.password());
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("lock table event_journal in exclusive mode");
      }
    } catch (SQLException e) {
      throw new ChaosFailure("the journal can't be locked: " + e.getMessage(), e);
    }
  }

  /**
   * Waits until somebody who wants to write has waited for so long that PostgreSQL has him give up.
   *
   * @param most how long at most
   * @return whether somebody has
   */
  boolean awaitTimeout(Duration most) throws ChaosFailure, InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    Set<Long> waited = new HashSet<>();
    while (System.nanoTime() < end) {
      Set<Long> waiting = waiting();
      waited.addAll(waiting);
      // They can't have got it: it is held here.
      if (!waiting.containsAll(waited)) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return false;
  }

  /** The processes of PostgreSQL that wait for it. */
  private Set<Long> waiting() throws ChaosFailure {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select pid from pg_locks
                where relation = 'event_journal'::regclass and not granted
                """)) {
      Set<Long> pids = new HashSet<>();
      while (rows.next()) {
        pids.add(rows.getLong(1));
      }
      return pids;
    } catch (SQLException e) {
      throw new ChaosFailure("who waits for the journal can't be seen: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws ChaosFailure {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      throw new ChaosFailure("the journal can't be unlocked: " + e.getMessage(), e);
    }
  }
}
