package dev.bursar.benchmarks.chaos;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A lock on the journal's table: others can read it, and write to it once this is closed. */
final class JournalLock implements AutoCloseable {

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

  @Override
  public void close() throws ChaosFailure {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      throw new ChaosFailure("the journal can't be unlocked: " + e.getMessage(), e);
    }
  }
}
