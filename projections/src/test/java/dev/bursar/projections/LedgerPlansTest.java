package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No question about a large ledger reads all of it. */
class LedgerPlansTest {

  private static final int ENTRIES = 20_000;
  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static OrgWorld world;
  private static ReadSide readSide;

  @BeforeAll
  static void live() {
    JournalWriter journal = new JournalWriter(DATABASE.jdbi());
    world = new OrgWorld("acme", journal, 1).founded();
    // The first grant takes effect only after a while.
    world.live(1, Duration.ofDays(2));
    for (int month = 0; month < 4; month++) {
      world.work(ENTRIES / 4, 500);
      journal.flush();
      world.live(1, Duration.ofDays(40));
    }
    journal.flush();
    readSide = new ReadSide(SETTINGS, new IdleEntities(), InstantSource.system(), "");
    readSide.caughtUp();
    DATABASE.jdbi().useHandle(handle -> handle.execute("analyze"));
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select * from ledger_entry where org = 'acme' and wallet = 'main' and sequence > 12000 order by org, wallet, sequence limit 100",
        "select balance, debt from ledger_entry where org = 'acme' and wallet = 'main' and sequence = 15000 and credit_type = 'platform'",
        "select coalesce(max(sequence), 0) from ledger_entry where org = 'acme' and wallet = 'main'",
        "select transaction_id from ledger_entry where org = 'acme' and wallet = 'main' and sequence >= 12000 order by org, wallet, sequence limit 2",
        "select sum(amount) from ledger_entry where org = 'acme' and wallet = 'main' and corrects = 'txn_main_12000'",
        "select * from ledger_entry where org = 'acme' and wallet = 'main' and credit_type = 'platform' and sequence >= 7 and (type = 'debt_repaid' or type = 'debt' and amount < 0) order by org, wallet, credit_type, sequence limit 500",
        "select * from ledger_entry where org = 'acme' and wallet = 'main' and type = 'transfer_out' and trigger = 'transfer' and hash between '\\x00' and '\\x01'",
        "select * from ledger_entry where org = 'acme' and wallet = 'main' and type = 'transfer_in' and grant_id = 'trf_1_1' and corrects is null",
        "select * from ledger_entry where org = 'acme' and wallet = 'main' and type = 'transfer_in' and corrects = 'txn_main_12000' limit 1",
        "select * from ledger_entry where org = 'acme' and leaf >= 12000 and leaf < 14000 order by org, leaf",
        "select leaf, sha256(canonical) from ledger_entry where org = 'acme' and leaf >= 12000 and leaf < 12256",
      })
  void onlyAnIndexIsUsed(String query) {
    String plan = DATABASE.jdbi().withHandle(handle -> String.join("\n", plan(handle, query)));
    assertThat(plan).contains("Index").contains("ledger_entry_").doesNotContain("Seq Scan");
  }

  /** Refunds are decided by these: an upgrade of the system's languages must not break an index. */
  @Test
  void whatIsLookedUpByNameIsComparedByteByByte() {
    List<String> others =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            """
                            select i.indexrelid::regclass || ' by ' || a.attname
                            from pg_index i join pg_class c on c.oid = i.indexrelid
                            join pg_attribute a on a.attrelid = i.indexrelid
                            join pg_collation l on l.oid = a.attcollation
                            where i.indrelid = 'ledger_entry'::regclass and l.collname <> 'C'
                            order by 1
                            """)
                        .mapTo(String.class)
                        .list());
    assertThat(others).isEmpty();
  }

  private static List<String> plan(Handle handle, String query) {
    return handle.createQuery("explain " + query).mapTo(String.class).list();
  }

  /** How often the ledger has been read from end to end so far. */
  private static long scanned() {
    return DATABASE
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "select seq_scan from pg_stat_user_tables where relname = 'ledger_entry'")
                    .mapTo(Long.class)
                    .one());
  }

  @Test
  void noQuestionScansTheTable() {
    LedgerQueries ledger = readSide.projections.ledger();
    long before = scanned();
    Instant at = world.entries.get(ENTRIES / 2).transaction().postedAt();
    Filter all = Filter.ANY;
    LedgerProofs proofs = readSide.projections.proofs();
    assertThat(ReadSide.await(ledger.figuresAt("acme", "main", at)).figures()).isNotEmpty();
    assertThat(ReadSide.await(ledger.statement("acme", "main", YearMonth.of(2026, 3))).statements())
        .isNotEmpty();
    assertThat(ReadSide.await(ledger.page("acme", "main", all, 12_000, 100)).entries())
        .hasSize(100);
    assertThat(ReadSide.await(ledger.charge("acme", "main", "txn_main_12000", 0))).isPresent();
    assertThat(ReadSide.await(ledger.taken("acme", "main", "txn_main_12000", 0))).isPresent();
    String transfer = "trf_0f6f3f0d2c114c559d1b77aa";
    assertThat(ReadSide.await(ledger.transfer("acme", "main", transfer))).isEmpty();
    assertThat(ReadSide.await(proofs.inclusion("acme", "main", 12_000)).path()).isNotEmpty();
    assertThat(ReadSide.await(proofs.month("acme", YearMonth.of(2026, 3))).to()).isPositive();
    assertThat(scanned()).isEqualTo(before);
  }
}
