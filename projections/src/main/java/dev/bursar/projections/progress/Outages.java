package dev.bursar.projections.progress;

import dev.bursar.domain.operation.StorageAway;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away from a fault of ours. */
public final class Outages {

  private static final String CANCELED = "57014";

  private Outages() {}

  /**
   * Reads or writes.
   *
   * @throws StorageAway if the database is not there, is stopping or starting, or has no connection
   *     to spare
   */
  public static <T extends @Nullable Object> T asking(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw isOutage(e) ? new StorageAway(e) : e;
    }
  }

  /** Whether the server gave up on a statement, as it took longer than statements may. */
  static boolean tookTooLong(Throwable fault) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql && CANCELED.equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOutage(Throwable fault) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (each instanceof SQLTransientConnectionException
          || (each instanceof SQLException sql && isAway(sql.getSQLState()))) {
        return true;
      }
    }
    return false;
  }

  /** Connections that break, resources that are used up, a server that ends or begins. */
  private static boolean isAway(@Nullable String state) {
    return state != null
        && (state.startsWith("08") || state.startsWith("53") || state.startsWith("57P"));
  }
}
