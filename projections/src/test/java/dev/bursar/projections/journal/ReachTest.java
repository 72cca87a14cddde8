package dev.bursar.projections.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.projections.TestServer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows are final once no older transaction is open that may write any. */
final class ReachTest {

  private final Database database = Database.open(TestServer.fresh());
  private int rows;

  @AfterEach
  void close() {
    database.close();
  }

  private void write() {
    database
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    insert into event_journal (persistence_id, sequence_number, writer,
                      write_timestamp, event_ser_id, event_ser_manifest, event_payload)
                    values ('wallet|acme|main', ?, 'test', 0, 1, 'wallet.1', '\\x00')
                    """,
                    ++rows));
  }

  private JournalTable.Reach reach() {
    return database.jdbi().withHandle(JournalTable::reach);
  }

  private static void open(Handle handle) {
    handle.begin();
    handle.createQuery("select pg_current_xact_id()::text").mapTo(String.class).one();
  }

  @Test
  void isAllWhileNothingIsOpen() {
    assertThat(reach().isAll()).isTrue();
    write();
    assertThat(reach().isAll()).isTrue();
    assertThat(reach().head().ordering()).isPositive();
  }

  @Test
  void endsWhereSomethingIsOpen() {
    write();
    try (Handle other = database.jdbi().open()) {
      open(other);
      assertThat(reach().isAll()).isTrue();
      write();
      assertThat(reach().isAll()).isFalse();
      other.rollback();
    }
    assertThat(reach().isAll()).isTrue();
  }

  @Test
  void goesBeyondTheReadSideAndNotBeyondAnythingElse() {
    write();
    try (Handle readSide = database.jdbi().open();
        Handle other = database.jdbi().open()) {
      ReadSideTransaction.begin(readSide);
      readSide.createQuery("select pg_current_xact_id()::text").mapTo(String.class).one();
      write();
      assertThat(reach().isAll()).isTrue();
      open(other);
      write();
      assertThat(reach().isAll()).isFalse();
      other.rollback();
      assertThat(reach().isAll()).isTrue();
      readSide.rollback();
    }
    assertThat(reach().isAll()).isTrue();
  }
}
