package dev.bursar.projections.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.projections.TestServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever keeps the read models waiting is named. */
final class HeldBackTest {

  private static final JournalPosition HEAD = new JournalPosition(Long.MAX_VALUE, 1);

  private final Database database = Database.open(TestServer.fresh());
  private final AtomicLong nanos = new AtomicLong();
  private final HeldBack heldBack = new HeldBack(nanos::get);

  @AfterEach
  void close() {
    database.close();
  }

  private @Nullable String look(long horizon) {
    return database
        .jdbi()
        .withHandle(handle -> heldBack.look(handle, new JournalTable.Reach(horizon, HEAD, 0)));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void anOpenTransactionIsNamedOnceItHasStoodInTheWayForAWhile() {
    try (Handle open = database.jdbi().open()) {
      open.begin();
      open.execute("set local application_name = 'somebody'");
      long xid =
          open.createQuery("select pg_current_xact_id()::text::bigint").mapTo(Long.class).one();
      int pid = open.createQuery("select pg_backend_pid()").mapTo(Integer.class).one();

      assertThat(look(xid)).isNull();
      pass(HeldBack.SAID_AFTER.minusNanos(1));
      assertThat(look(xid)).isNull();
      pass(Duration.ofNanos(1));
      assertThat(look(xid)).contains("process " + pid, "\"somebody\"", "idle in transaction");
      assertThat(look(xid)).isNull();
      pass(Duration.ofMinutes(1));
      assertThat(look(xid)).contains("process " + pid);
      open.rollback();
    }
  }

  @Test
  void whatGoesOnIsNotHeldBack() {
    assertThat(look(1)).isNull();
    for (long horizon = 2; horizon < 5; horizon++) {
      pass(HeldBack.SAID_AFTER);
      assertThat(look(horizon)).isNull();
    }
  }

  @Test
  void aTransactionThatHasEndedMeanwhileIsToldByItsNumber() {
    assertThat(look(3)).isNull();
    pass(HeldBack.SAID_AFTER);
    assertThat(look(3)).isEqualTo("transaction 3");
  }
}
