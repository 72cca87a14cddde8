package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.CatchUpTimeout;
import dev.bursar.projections.progress.RangeStatus;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The read tables are the fold of the journal, whatever happens on the way. */
class ProjectionTest {

  private static final String SMALL_PAGES = "bursar.projections.page-rows-max = 7";

  private final DatabaseSettings settings = TestServer.fresh();
  private final Database database = Database.open(settings);
  private final Jdbi jdbi = database.jdbi();
  private final JournalWriter journal = new JournalWriter(jdbi);

  @AfterEach
  void close() {
    database.close();
  }

  private ReadSide readSide(String overrides) {
    return new ReadSide(settings, new NoEntities(), InstantSource.system(), overrides);
  }

  private List<OrgWorld> orgs(int count, int steps) {
    List<OrgWorld> orgs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      orgs.add(new OrgWorld("org " + i + "|é", journal, i).founded());
    }
    live(orgs, steps);
    return orgs;
  }

  private void live(List<OrgWorld> orgs, int steps) {
    for (OrgWorld org : orgs) {
      org.live(steps);
      org.tellLater();
      journal.flush();
    }
  }

  private void assertFold() {
    Report report =
        new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
            .run(counts -> {});
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.counts().lagRows()).isZero();
    assertThat(report.counts().entries()).isPositive();
  }

  private long projected(EntityId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select last_sequence from entity_progress where persistence_id = ?")
                .bind(0, id.toString())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
  }

  private void asSuperuser(String... statements) {
    try (Database all = Database.open(TestServer.asSuperuser(settings).withPoolSize(1))) {
      all.jdbi().useHandle(handle -> List.of(statements).forEach(handle::execute));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void whatIsReadIsTheFoldOfTheJournal(int ranges) {
    try (ReadSide readSide = readSide("bursar.projections.slice-ranges = " + ranges)) {
      List<OrgWorld> orgs = orgs(8, 60);
      live(orgs, 60);
      readSide.caughtUp();
      assertFold();
    }
  }

  @Test
  void aRestartInMidStreamProjectsEverythingOnce() {
    List<OrgWorld> orgs = orgs(6, 80);
    for (int restart = 1; restart <= 3; restart++) {
      try (ReadSide readSide = readSide(SMALL_PAGES)) {
        long enough = 60;
        ReadSide.until(
            () ->
                readSide.projections.status().stream().mapToLong(RangeStatus::rows).sum() > enough);
      }
    }
    live(orgs, 5);
    try (ReadSide readSide = readSide(SMALL_PAGES)) {
      readSide.caughtUp();
      assertFold();
    }
  }

  @Test
  void aPositionThatWasSetBackIsMadeUpFor() {
    List<OrgWorld> orgs = orgs(4, 20);
    try (ReadSide readSide = readSide(SMALL_PAGES)) {
      readSide.caughtUp();
    }
    live(orgs, 5);
    // As a projector does that was left behind, and has read nothing new.
    jdbi.useHandle(
        handle ->
            handle.execute("update pekko_projection_offset_store set current_offset = '0:0'"));
    try (ReadSide readSide = readSide(SMALL_PAGES)) {
      readSide.caughtUp();
      assertThat(failures(readSide)).isZero();
      assertFold();
    }
  }

  @Test
  void theNumberOfRangesMayChange() {
    List<OrgWorld> orgs = orgs(6, 20);
    for (int ranges : new int[] {2, 5, 3, 2}) {
      try (ReadSide readSide = readSide("bursar.projections.slice-ranges = " + ranges)) {
        readSide.caughtUp();
        live(orgs, 10);
        readSide.caughtUp();
        assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
      }
    }
    assertFold();
  }

  @Test
  void aRowThatCommitsLateIsNotSkipped() {
    OrgWorld late = new OrgWorld("late", journal, 1);
    OrgWorld early = new OrgWorld("early", journal, 2);
    try (ReadSide readSide = readSide("");
        Handle open = jdbi.open()) {
      open.begin();
      late.founded();
      late.live(10);
      journal.flush(open);
      early.founded();
      early.live(10);
      journal.flush();
      // Both ranges have looked since.
      var before = readSide.projections.status();
      ReadSide.until(
          () ->
              readSide.projections.status().stream()
                  .allMatch(now -> now.upToDateAt() != null && !before.contains(now)));
      assertThat(projected(early.walletId)).isZero();

      open.commit();
      readSide.caughtUp();
      assertThat(projected(late.walletId)).isPositive();
      assertThat(projected(early.walletId)).isPositive();
      assertFold();
    }
  }

  @Test
  void twoProjectorsAtOnceFailRatherThanCorrupt() {
    String eager = "bursar.projections { poll-interval = 1ms, restart-backoff-max = 300ms }";
    try (ReadSide one = readSide(eager);
        ReadSide other = readSide(eager)) {
      List<OrgWorld> orgs = orgs(4, 10);
      ReadSide.until(
          () -> {
            live(orgs, 3);
            return failures(one) + failures(other) > 0;
          });
      one.caughtUp();
      other.caughtUp();
      assertFold();
    }
  }

  private static long failures(ReadSide readSide) {
    return readSide.projections.status().stream().mapToLong(RangeStatus::failures).sum();
  }

  /** A name that falls into this range. */
  private static String nameIn(SliceRange range) {
    return IntStream.range(0, 1_000)
        .mapToObj(i -> "org-" + i)
        .filter(range::contains)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRowThatCanNotBeReadHaltsItsRangeAndNoOther() {
    List<SliceRange> ranges = SliceRange.divide(2);
    OrgWorld stuck = new OrgWorld(nameIn(ranges.get(0)), journal, 1).founded();
    OrgWorld free = new OrgWorld(nameIn(ranges.get(1)), journal, 2).founded();
    live(List.of(stuck, free), 10);
    long before = projectedOnce(stuck);
    EntityId bad = EntityId.wallet(stuck.orgId.org(), "bad");
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,
                  event_ser_id, event_ser_manifest, event_payload)
                values (?, 1, 'test', 0, 1, 'wallet.99', '\\x00')
                """,
                bad.toString()));
    live(List.of(stuck, free), 10);
    long freeHead = head(free.walletId);

    try (ReadSide readSide = readSide("bursar.projections.catch-up-timeout = 1s")) {
      ReadSide.until(() -> projected(free.walletId) == freeHead);
      ReadSide.until(() -> readSide.projections.status().getFirst().failures() > 1);
      RangeStatus halted = readSide.projections.status().getFirst();
      assertThat(halted.state()).isEqualTo(RangeStatus.State.HALTED);
      assertThat(halted.alarm()).contains(bad.toString()).contains("wallet.99");
      // Right up to the row, and not beyond it.
      assertThat(projected(stuck.walletId)).isEqualTo(before);
      assertThat(readSide.projections.status().getLast().state())
          .isEqualTo(RangeStatus.State.RUNNING);
      assertThat(readSide.metrics.get("bursar.projection.halted").tag("slices", "0-63").gauge())
          .satisfies(gauge -> assertThat(gauge.value()).isEqualTo(1));
      assertThatThrownBy(readSide::caughtUp)
          .hasCauseInstanceOf(CatchUpTimeout.class)
          .hasMessageContaining("Slices 0-63 are HALTED")
          .hasMessageContaining(bad.toString());

      asSuperuser(
          "alter table event_journal disable trigger all",
          "delete from event_journal where persistence_id = '" + bad + "'",
          "alter table event_journal enable always trigger event_journal_append_only");
      ReadSide.until(
          () -> readSide.projections.status().getFirst().state() == RangeStatus.State.RUNNING);
      readSide.caughtUp();
      assertFold();
    }
  }

  /** Where the wallet's journal ends. */
  private long projectedOnce(OrgWorld org) {
    return head(org.walletId);
  }

  private long head(EntityId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select max(sequence_number) from event_journal where persistence_id = ?")
                .bind(0, id.toString())
                .mapTo(Long.class)
                .one());
  }

  @Test
  void aMissingRowHaltsItsRange() {
    OrgWorld org = orgs(1, 30).getFirst();
    asSuperuser(
        "alter table event_journal disable trigger all",
        "delete from event_journal where persistence_id = '"
            + org.walletId
            + "' and sequence_number = 5");
    try (ReadSide readSide = readSide(SMALL_PAGES)) {
      ReadSide.until(
          () ->
              readSide.projections.status().stream()
                  .anyMatch(
                      status ->
                          status.alarm() != null
                              && status.alarm().contains("row 6")
                              && status.alarm().contains("after row 4")));
      assertThat(projected(org.walletId)).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void theLedgerCanNotBeChanged() {
    orgs(1, 20);
    try (ReadSide readSide = readSide("")) {
      readSide.caughtUp();
    }
    try (Database all = Database.open(TestServer.asSuperuser(settings).withPoolSize(1))) {
      for (Jdbi anyone : List.of(jdbi, all.jdbi())) {
        for (String change :
            List.of(
                "update ledger_entry set amount = 0",
                "delete from ledger_entry where sequence = 1",
                "delete from ledger_entry where false",
                "truncate ledger_entry")) {
          assertThatThrownBy(() -> anyone.useHandle(handle -> handle.execute(change)))
              .hasMessageContaining("the ledger is append-only");
        }
      }
    }
    assertFold();
  }
}
