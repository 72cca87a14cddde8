package dev.bursar.projections.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.projections.TestServer;
import dev.bursar.projections.tree.TreeTable;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LedgerTableTest {

  private static final int ENTRIES = 12_001;

  /** Fails a statement that would take too long where the database is busy. */
  private static final List<String> NO_LARGE_STATEMENT =
      List.of(
          """
          create function refuse_many() returns trigger language plpgsql as $$
          begin
            if (select count(*) from added) > 5000 then
              raise 'too many entries in one statement';
            end if;
            return null;
          end $$
          """,
          """
          create trigger refuse_many after insert on ledger_entry
          referencing new table as added for each statement execute function refuse_many()
          """);

  /** As a transfer of all that is in a wallet of many small grants. */
  @Test
  void theEntriesOfOneCommandAreWrittenByAsManyStatementsAsThatTakes() throws SQLException {
    DatabaseSettings settings = TestServer.fresh();
    try (Database owner = Database.open(TestServer.asSuperuser(settings));
        Database database = Database.open(settings)) {
      owner.jdbi().useHandle(handle -> NO_LARGE_STATEMENT.forEach(handle::execute));
      database
          .jdbi()
          .useTransaction(
              handle -> LedgerTable.project(handle, TreeTable.project(handle, entries())));
      List<Long> written =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery("select sequence from ledger_entry order by sequence")
                          .mapTo(Long.class)
                          .list());
      assertThat(written).isEqualTo(LongStream.rangeClosed(1, ENTRIES).boxed().toList());
    }
  }

  private static List<LedgerEntry> entries() {
    List<Posting> postings =
        LongStream.rangeClosed(1, ENTRIES)
            .mapToObj(
                i ->
                    new Posting(
                        i,
                        EntryType.TRANSFER_OUT,
                        new Credits(-1),
                        new Credits(ENTRIES - i),
                        Credits.ZERO,
                        "g" + i,
                        null,
                        new byte[32]))
            .toList();
    return LedgerEntry.of(
        "acme",
        "main",
        new Transaction(
            "txn_main_1",
            Instant.parse("2026-01-31T22:00:00Z"),
            "platform",
            null,
            null,
            Attribution.byItself("transfer", "acme", Map.of(), null),
            new byte[32],
            postings));
  }
}
