package dev.bursar.projections.progress;

import dev.bursar.domain.operation.StorageAway;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away from a fault of ours. */
public final class Outages {

  private static final String CANCELED = "57014";
  private static final String LOCKED = "55P03";

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

  /** Whether the server gave up on a statement: it took, or waited for a lock, for too long. */
  public static boolean tookTooLong(Throwable fault) {
    return has(fault, CANCELED::equals) || has(fault, LOCKED::equals);
  }

  /** Whether the server gave up on a statement that took longer than statements may. */
  static boolean wasCanceled(Throwable fault) {
    return has(fault, CANCELED::equals);
  }

  /** Whether a fault, or what it comes of, has such an SQL state. */
  public static boolean has(Throwable fault, Predicate<String> state) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql
          && sql.getSQLState() != null
          && state.test(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOutage(Throwable fault) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (each instanceof SQLTransientConnectionException) {
        return true;
      }
    }
    return has(fault, Outages::isAway);
  }

  /**
   * Whether another try may simply succeed: the database is away, or others were in the way. What
   * was written is not to blame then, unless it {@link #tookTooLong}.
   */
  public static boolean isPassing(Throwable fault) {
    return isOutage(fault) || has(fault, Outages::wasInTheWay);
  }

  /** Deadlocks, locks that are held, statements that the server gave up on. */
  private static boolean wasInTheWay(String state) {
    return state.startsWith("40") || state.startsWith("55") || state.startsWith("57");
  }

  /** Connections that break, resources that are used up, a server that ends or begins. */
  private static boolean isAway(String state) {
    return state.startsWith("08") || state.startsWith("53") || state.startsWith("57P");
  }
}
