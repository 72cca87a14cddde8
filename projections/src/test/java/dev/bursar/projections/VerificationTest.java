package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.projections.verify.Counts;
import dev.bursar.projections.verify.Discrepancy;
import dev.bursar.projections.verify.Discrepancy.Kind;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is planted in the tables is found, and nothing else is. */
class VerificationTest {

  /** Takes about as long as one verification. Without a bound each has more to verify. */
  private static final int ROUNDS_BESIDE_EACH = 200;

  /** What every test finds, once more in a database of its own. */
  private static final DatabaseSettings LIVED = lived();

  private final DatabaseSettings settings = TestServer.copyOf(LIVED);
  private final Database database = Database.open(settings);
  private final JournalWriter journal = new JournalWriter(database.jdbi());
  private OrgWorld acme;

  private static DatabaseSettings lived() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      acme(journal);
      new OrgWorld("other", journal, 4).founded().live(30);
      journal.flush();
    }
    try (ReadSide readSide = new ReadSide(settings, new NoEntities(), InstantSource.system(), "")) {
      readSide.caughtUp();
    }
    return settings;
  }

  private static OrgWorld acme(JournalWriter journal) {
    OrgWorld acme = new OrgWorld("acme", journal, 3).founded();
    acme.live(400);
    return acme;
  }

  /** The same seed does the same: what it has done is in the copied journal. */
  @BeforeEach
  void live() {
    acme = acme(journal);
    journal.forget();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Report verified() {
    return new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
        .run(counts -> {});
  }

  @Test
  void nothingIsFoundWhereNothingIsWrong() {
    List<Counts> told = new ArrayList<>();
    Report report =
        new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction()).run(told::add);
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(report.counts().orgs()).isEqualTo(2);
    assertThat(report.counts().rows()).isEqualTo(report.counts().rowsTotal());
    assertThat(report.counts().budgetWindows()).isPositive();
    assertThat(told).last().isEqualTo(report.counts());
  }

  @Test
  void whatIsNotProjectedYetIsLagAndNoDiscrepancy() {
    acme.live(30);
    journal.flush();
    Report report = verified();
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.counts().lagRows()).isPositive();
    assertThat(report.counts().rows()).isEqualTo(report.counts().rowsTotal());
  }

  @Test
  void atRestWhatIsNotProjectedOrOpenIsADiscrepancy() {
    acme.live(30);
    journal.flush();
    Report report =
        new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
            .atRest()
            .run(counts -> {});
    assertThat(report.discrepancies()).extracting(Discrepancy::kind).contains(Kind.LAG);
    assertThat(report.counts().openReservations()).isPositive();
    assertThat(report.discrepancies())
        .filteredOn(found -> found.detail().contains(": is open, "))
        .hasSize((int) report.counts().openReservations());
  }

  @Test
  void aRefundBeyondItsChargeIsFound() {
    acme.refundTwice();
    journal.flush();
    try (ReadSide readSide = new ReadSide(settings, new NoEntities(), InstantSource.system(), "")) {
      readSide.caughtUp();
    }
    assertThat(verified().discrepancies())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.kind()).isEqualTo(Kind.INVARIANT);
              assertThat(found.detail()).contains("are refunded of txn_main_");
            });
  }

  @Test
  void everyMomentOfANodeUnderLoadIsClean() {
    AtomicBoolean enough = new AtomicBoolean();
    Semaphore rounds = new Semaphore(0);
    try (ReadSide readSide = new ReadSide(settings, new NoEntities(), InstantSource.system(), "")) {
      CompletableFuture<Void> load =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  rounds.acquireUninterruptibly();
                  acme.live(5);
                  acme.tellLater();
                  journal.flush();
                }
              });
      for (int i = 0; i < 5; i++) {
        rounds.release(ROUNDS_BESIDE_EACH);
        assertThat(verified().discrepancies()).isEmpty();
      }
      enough.set(true);
      rounds.release();
      load.join();
      readSide.caughtUp();
    }
    Report report = verified();
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.counts().lagRows()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LEDGER  | entry 3 of the read table: amount | update ledger_entry set amount = amount + 1 where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | entry 3 of the read table: subject| update ledger_entry set user_id = 'x' where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | entry 3 of the read table: canon  | update ledger_entry set canonical = '\\x00' where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | metadata is {a=b}                 | update ledger_entry set metadata = '{"a": "b"}' where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | entry 3 is not in the read table  | delete from ledger_entry where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | entry 1 of the read table is in   | insert into ledger_entry select org, 'ghost', sequence, 1000000, entry_id, transaction_id, posted_at, type, credit_type, amount, balance, debt, grant_id, value, currency, reservation, corrects, trigger, actor, subject_org, team, user_id, product, cost_center, agent, feature, model, session, idempotency_key, metadata, salt, previous_hash, hash, canonical from ledger_entry where org = 'acme' and wallet = 'main' and sequence = 1
          BALANCE | the read table has                | update wallet_balance set held = held + 1 where org = 'acme'
          BALANCE | is not in the read table          | delete from wallet_balance where org = 'acme'
          BALANCE | no event has                      | insert into wallet_balance values ('acme', 'main', 'ghost', 1, 0, 0, 1, now())
          ORG     | the read table has                | update org set name = 'Another' where org = 'acme'
          ORG     | no event has                      | insert into org values ('ghost', 'Ghost', 'UTC', null, '{}', 1, now())
          LEDGER  | value is                          | update ledger_entry set value = 7, currency = 'XXX' where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | corrects is txn_ghost_1           | update ledger_entry set corrects = 'txn_ghost_1' where org = 'acme' and wallet = 'main' and sequence = 3
          LEDGER  | leaf is 1000000, should be 2      | update ledger_entry set leaf = 1000000 where org = 'acme' and leaf = 2
          DAY     | should be                         | update ledger_day set amount = amount + 1 where org = 'acme'
          DAY     | should be                         | update ledger_day set balance = balance + 1 where org = 'acme'
          DAY     | is not in the read table          | delete from ledger_day where org = 'acme'
          DAY     | no entry has                      | update ledger_day set wallet = 'ghost' where org = 'acme' and wallet = 'main'
          LEDGER  | credit types take turns           | insert into ledger_turn values ('acme', 'main', 'ghost', 3, 0, 0)
          LEDGER  | no entry has                      | insert into ledger_turn values ('acme', 'ghost', 'platform', 3, 0, 0)
          TREE    | leaves, should be                 | update ledger_tree set size = size + 1 where org = 'acme'
          TREE    | hashes of the tree are others     | update ledger_tree set peaks = set_byte(peaks, 0, get_byte(peaks, 0) # 1) where org = 'acme'
          TREE    | leaves, should be 0               | insert into ledger_tree values ('ghost', 1, '\\x00')
          TREE    | is not in the read table          | delete from ledger_subtree where org = 'acme'
          TREE    | hash of subtree                   | update ledger_subtree set hash = '\\x00' where org = 'acme'
          TREE    | is over no entries                | insert into ledger_subtree values ('acme', 8, 99, '\\x00')
          TREE    | another root                      | insert into ledger_checkpoint values ('acme', 5, 'v', '\\x00', 'n', now())
          TREE    | a head of 9999 entries was signed | insert into ledger_checkpoint values ('acme', 9999, 'v', '\\x00', 'n', now())
          USAGE   | the read table has                | update usage_event set charged = charged + 1 where org = 'acme' and charged > 0
          USAGE   | is not in the read table          | delete from usage_event where org = 'acme' and sequence > 30
          USAGE   | no event has                      | insert into usage_event select org, counted_at, sequence, 999, recorded_at, reservation, allowed, denials, team, user_id, product, cost_center, agent, departments, feature, model, session, wallet, actor, trace_id, source, event_id, credit_type, amount, usage from usage_event where org = 'acme'
          USAGE   | by hour                           | update usage_hour set requests = requests + 1 where org = 'acme'
          USAGE   | by hour                           | delete from usage_hour where org = 'acme'
          USAGE   | the sums of                       | update usage_day set credits = credits + 1 where org = 'acme'
          USAGE   | by user                           | update usage_user_day set credits = credits + 1 where org = 'acme'
          USAGE   | by user                           | update usage_user_day set meters = jsonb_set(meters, '{ghost}', '1') where org = 'acme'
          USAGE   | should be called                  | update usage_group set model = 'another' where org = 'acme'
          USAGE   | the units of                      | insert into usage_day_meter select org, day, group_id, 'ghost', 1 from usage_day where org = 'acme'
          USAGE   | the names of what was reported    | insert into reported_usage values ('acme', '\\x00')
          JOURNAL | the journal has row               | delete from event_journal where persistence_id = 'wallet%acme%main' and sequence_number = 5
          JOURNAL | says that it is row 8             | update event_journal set (event_ser_manifest, event_payload) = (select event_ser_manifest, event_payload from event_journal where persistence_id = 'org%acme' and sequence_number = 8) where persistence_id = 'org%acme' and sequence_number = 9
          JOURNAL | does not follow                   | update event_journal set (event_ser_manifest, event_payload) = (select event_ser_manifest, event_payload from event_journal where persistence_id = 'org%other' and sequence_number = 9) where persistence_id = 'org%acme' and sequence_number = 9
          JOURNAL | the read tables show row          | delete from event_journal where persistence_id = 'team%acme%analytics' or persistence_id = 'wallet%other%main'
          """)
  void findsWhatIsPlanted(Kind kind, String part, String statement) {
    plant(statement.replace('%', '|'));
    Report report = verified();
    assertThat(report.isClean()).isFalse();
    assertThat(report.discrepancies())
        .anySatisfy(
            found -> {
              assertThat(found.kind()).isEqualTo(kind);
              assertThat(found.detail()).contains(part);
            });
  }

  @Test
  void findsAnEditOfOneEntryAndNothingElse() {
    plant(
        "update ledger_entry set amount = amount + 1 where org = 'acme' and wallet = 'main' and"
            + " sequence = 3");
    assertThat(verified().discrepancies())
        .singleElement()
        .extracting(Discrepancy::where)
        .isEqualTo(acme.walletId.toString());
  }

  @Test
  void findsWhatTheWalletChargedAndTheBudgetsDoNotHave() {
    // The wallet's charge is undone in its own journal's last rows, so that only the budgets know.
    plant(
        """
        delete from event_journal where persistence_id = 'wallet|acme|main' and sequence_number > (
          select max(sequence_number) - 40 from event_journal
          where persistence_id = 'wallet|acme|main')
        """);
    acme.tellLater();
    journal.flush();
    assertThat(verified().discrepancies())
        .extracting(Discrepancy::kind)
        .contains(Kind.BUDGET, Kind.RESERVATION);
  }

  private void plant(String statement) {
    try (Database all = Database.open(TestServer.asSuperuser(settings).withPoolSize(1))) {
      all.jdbi()
          .useHandle(
              handle -> {
                handle.execute("alter table ledger_entry disable trigger all");
                handle.execute("alter table event_journal disable trigger all");
                assertThat(handle.execute(statement)).as("rows planted").isPositive();
              });
    }
  }
}
