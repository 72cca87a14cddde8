package dev.bursar.projections.readmodel;

import dev.bursar.projections.journal.ReadSideTransaction;
import java.sql.Connection;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.projection.jdbc.JdbcSession;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * One transaction of the projection. Its commit does not wait for the disk: what a crash loses it
 * loses together with the position, and is projected again.
 */
final class ReadModelSession implements JdbcSession {

  private final Handle handle;

  ReadModelSession(Jdbi jdbi) {
    handle = jdbi.open();
    try {
      ReadSideTransaction.begin(handle);
      handle.execute("set local synchronous_commit = off");
    } catch (RuntimeException e) {
      handle.close();
      throw e;
    }
  }

  Handle handle() {
    return handle;
  }

  @Override
  public <T> T withConnection(Function<Connection, T> use) throws Exception {
    return use.apply(handle.getConnection());
  }

  @Override
  public void commit() {
    handle.commit();
  }

  @Override
  public void rollback() {
    handle.rollback();
  }

  @Override
  public void close() {
    if (handle.isInTransaction()) {
      handle.rollback();
    }
    handle.close();
  }
}
