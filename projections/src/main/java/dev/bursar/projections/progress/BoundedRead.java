package dev.bursar.projections.progress;

import dev.bursar.domain.operation.StorageAway;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A read that nobody has to wait for: once its answer is there, be it because its deadline has
 * passed or because whoever asked has gone away, what the server does for it is cut off, and its
 * connection is free.
 */
final class BoundedRead<T extends @Nullable Object> implements Runnable {

  /** A statement may end by itself just as it is cut off, and another begin. */
  private static final long CUT_OFF_AGAIN_MS = 50;

  private final Jdbi jdbi;
  private final Function<Handle, T> read;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private boolean connecting;
  private @Nullable PGConnection connection;

  BoundedRead(Jdbi jdbi, Function<Handle, T> read) {
    this.jdbi = jdbi;
    this.read = read;
    answer.whenComplete((value, fault) -> abandon());
  }

  CompletableFuture<T> answer() {
    return answer;
  }

  /** Reads, and answers. */
  @Override
  public void run() {
    if (answer.isDone()) {
      return;
    }
    try {
      synchronized (this) {
        connecting = true;
      }
      answer.complete(Outages.asking(() -> jdbi.withHandle(this::answered)));
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }

  private T answered(Handle handle) {
    handle.getConfig(SqlStatements.class).addCustomizer(new OnlyIfWanted());
    begin(handle);
    try {
      return read.apply(handle);
    } finally {
      end();
    }
  }

  private synchronized void begin(Handle handle) {
    try {
      connection = handle.getConnection().unwrap(PGConnection.class);
    } catch (SQLException e) {
      throw new IllegalStateException("not a connection to PostgreSQL", e);
    }
    connecting = false;
  }

  private synchronized void end() {
    connection = null;
    notifyAll();
  }

  /** That it has not been answered in time. */
  Throwable late(Throwable tooMuch) {
    synchronized (this) {
      if (connection != null) {
        return tooMuch;
      }
      return connecting
          ? new StorageAway(new SQLTimeoutException("no connection in time"))
          : new RejectedExecutionException("it has waited in vain for its turn");
    }
  }

  private void abandon() {
    synchronized (this) {
      if (connection == null) {
        return;
      }
    }
    Thread.ofPlatform().daemon().name("read-cut-off").start(this::cutOff);
  }

  /** While this is under way, the connection goes to nobody else. */
  private synchronized void cutOff() {
    try {
      while (connection != null) {
        connection.cancelQuery();
        wait(CUT_OFF_AGAIN_MS);
      }
    } catch (SQLException e) {
      // Then it ends by itself, or by the server's own bound.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** No statement begins for nobody. */
  private final class OnlyIfWanted implements StatementCustomizer {
    @Override
    public void beforeExecution(PreparedStatement statement, StatementContext context) {
      if (answer.isDone()) {
        throw new CancellationException("nobody waits for it any more");
      }
    }
  }
}
