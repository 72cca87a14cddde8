package dev.bursar.database;

import java.time.Duration;

/**
 * How long the database may take. Whole milliseconds; zero means no bound, except for {@code
 * connection}, which has to have one.
 *
 * <p>The server gives up on a statement before the client gives up on the server, so that a client
 * that was told of a failure is seldom surprised by a row that commits later; and all of it happens
 * before the journal's circuit breaker opens, unless other writes were waited for.
 *
 * @param statement a statement's run time, enforced by the server
 * @param lock a wait for one lock, enforced by the server
 * @param idleInTransaction silence inside a transaction, enforced by the server: an open one holds
 *     back every projection
 * @param socket silence on the network, enforced by the client, in whole seconds; longer than
 *     {@code statement}
 * @param connection a wait for a pooled connection, and for a new one, enforced by the client; from
 *     1 s
 */
public record DatabaseTimeouts(
    Duration statement,
    Duration lock,
    Duration idleInTransaction,
    Duration socket,
    Duration connection) {

  /** For a node's own work. */
  public static final DatabaseTimeouts STANDARD =
      new DatabaseTimeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(8),
          Duration.ofSeconds(4));

  /**
   * For what is one row however large it is: a snapshot. With less, a machine that is busy could
   * never read it, since each attempt begins anew.
   */
  public static final DatabaseTimeouts ONE_LARGE_ROW =
      new DatabaseTimeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(23),
          Duration.ofSeconds(4));

  /** For work that takes as long as the data is large: migrations, verification, exports. */
  public static final DatabaseTimeouts LONG_RUNNING =
      new DatabaseTimeouts(
          Duration.ZERO,
          Duration.ofSeconds(30),
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofSeconds(4));

  /**
   * @throws IllegalArgumentException if one is negative, {@code connection} is under a second, or
   *     {@code socket} would end before {@code statement}
   */
  public DatabaseTimeouts {
    if (statement.isNegative()
        || lock.isNegative()
        || idleInTransaction.isNegative()
        || socket.isNegative()) {
      throw new IllegalArgumentException("A database timeout is negative; zero means no bound.");
    }
    if (connection.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("The connection timeout is under a second: " + connection);
    }
    if (!socket.isZero() && (statement.isZero() || socket.compareTo(statement) <= 0)) {
      throw new IllegalArgumentException(
          "The socket timeout %s is not longer than the statement timeout %s."
              .formatted(socket, statement));
    }
  }
}
