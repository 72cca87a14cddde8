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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The read tables are the fold of the journal, whatever happens on the way. */
class ProjectionTest {

  private static final String SMALL_PAGES = "bursar.projections.page-rows-max = 7";

  /** A slice that stands still is tried again soon. */
  private static final String IMPATIENT =
      "bursar.projections { slice-ranges = 1, page-rows-max = 7, restart-backoff-max = 300ms }";

  /** Places in an org's tree that it never comes to. */
  private static final long NO_LEAF = 1_000_000_000;

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

  /** Orgs in different slices. */
  private List<OrgWorld> inSlices(int count) {
    List<OrgWorld> orgs = new ArrayList<>();
    Set<Integer> slices = new HashSet<>();
    for (int i = 0; orgs.size() < count; i++) {
      if (slices.add(SliceRange.sliceOf("org-" + i))) {
        orgs.add(new OrgWorld("org-" + i, journal, i).founded());
      }
    }
    return orgs;
  }

  private static int slice(OrgWorld org) {
    return SliceRange.sliceOf(org.orgId.org());
  }

  /** A row of the org's that nobody can read. */
  private EntityId writeBad(OrgWorld org) {
    EntityId bad = EntityId.wallet(org.orgId.org(), "bad");
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,
                  event_ser_id, event_ser_manifest, event_payload)
                values (?, 1, 'test', 0, 1, 'wallet.99', '\\x00')
                """,
                bad.toString()));
    return bad;
  }

  private void delete(String condition) {
    asSuperuser(
        "alter table event_journal disable trigger all",
        "delete from event_journal where " + condition,
        "alter table event_journal enable always trigger event_journal_append_only");
  }

  private static SortedMap<Integer, String> standing(ReadSide readSide) {
    return readSide.projections.status().getFirst().standing();
  }

  private long rowsAfterTheLastBad() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    select count(*) from event_journal where ordering >
                      (select max(ordering) from event_journal where event_ser_manifest = 'wallet.99')
                    """)
                .mapTo(Long.class)
                .one());
  }

  private static double measured(ReadSide readSide, String what) {
    return readSide.metrics.get("bursar.projection." + what).tag("slices", "0-127").gauge().value();
  }

  @Test
  void aRowThatCanNotBeReadHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = inSlices(3);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    live(orgs, 10);
    long before = head(stuck.walletId);
    EntityId bad = writeBad(stuck);
    live(orgs, 10);

    String impatient =
        """
        bursar.projections {
          slice-ranges = 1, page-rows-max = 7, catch-up-timeout = 1s, restart-backoff-max = 300ms
        }
        """;
    try (ReadSide readSide = readSide(impatient)) {
      ReadSide.until(() -> projected(free.walletId) == head(free.walletId));
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(standing(readSide).get(slice(stuck)))
          .contains(bad.toString())
          .contains("wallet.99");
      assertThat(readSide.projections.status().getFirst().state())
          .isEqualTo(RangeStatus.State.RUNNING);
      assertThat(measured(readSide, "halted")).isEqualTo(1);
      assertThat(measured(readSide, "slices.halted")).isEqualTo(1);
      // Right up to the row, and not beyond it.
      assertThat(projected(stuck.walletId)).isEqualTo(before);
      assertThatThrownBy(readSide::caughtUp)
          .hasCauseInstanceOf(CatchUpTimeout.class)
          .hasMessageContaining("Slice %d stands still".formatted(slice(stuck)))
          .hasMessageContaining(bad.toString());
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
    }
    live(orgs, 5);
    try (ReadSide readSide = readSide(impatient)) {
      ReadSide.until(() -> projected(free.walletId) == head(free.walletId));
      assertThat(projected(stuck.walletId)).isEqualTo(before);
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
    }
    // Divided otherwise, too.
    try (ReadSide readSide = readSide("bursar.projections.restart-backoff-max = 300ms")) {
      live(orgs, 5);
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(projected(free.walletId)).isEqualTo(head(free.walletId));
      assertThat(projected(stuck.walletId)).isEqualTo(before);

      delete("persistence_id = '" + bad + "'");
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.standing().isEmpty());
      assertFold();
    }
  }

  @Test
  void ofTooManySlicesTheWholeRangeIsHalted() {
    List<OrgWorld> orgs = inSlices(5);
    live(orgs, 5);
    orgs.forEach(this::writeBad);
    try (ReadSide readSide =
        readSide(
            "bursar.projections { slice-ranges = 1, restart-backoff-max = 300ms, catch-up-timeout = 1s }")) {
      ReadSide.until(
          () ->
              readSide.projections.status().getFirst().state() == RangeStatus.State.HALTED
                  && projected(orgs.getFirst().walletId) == head(orgs.getFirst().walletId));
      assertThat(standing(readSide)).hasSize(4);
      ReadSide.until(() -> measured(readSide, "lag.rows") == rowsAfterTheLastBad() + 1);
      live(orgs, 3);
      ReadSide.until(() -> measured(readSide, "lag.rows") == rowsAfterTheLastBad() + 1);
      assertThat(rowsAfterTheLastBad()).isPositive();
      assertThatThrownBy(readSide::caughtUp)
          .hasMessageContaining("Slices 0-127 are HALTED")
          .hasMessageContaining("wallet.99");
      delete("event_ser_manifest = 'wallet.99'");
      ReadSide.until(
          () ->
              readSide.projections.status().getFirst().state() == RangeStatus.State.RUNNING
                  && standing(readSide).isEmpty());
      readSide.caughtUp();
      ReadSide.until(() -> measured(readSide, "lag.rows") == 0);
      assertFold();
    }
  }

  /** Where an entity's journal ends. */
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
  void aMissingRowHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = inSlices(2);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    live(orgs, 30);
    delete("persistence_id = '" + stuck.walletId + "' and sequence_number = 5");
    try (ReadSide readSide =
        readSide(
            "bursar.projections { slice-ranges = 1, page-rows-max = 7, restart-backoff-max = 300ms }")) {
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(projected(free.walletId)).isEqualTo(head(free.walletId));
      ReadSide.until(() -> projected(stuck.walletId) == 4);
      assertThat(standing(readSide).get(slice(stuck)))
          .contains("row 6 of " + stuck.walletId)
          .contains("after row 4");
      live(orgs, 5);
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(projected(stuck.walletId)).isEqualTo(4);
    }
  }

  /** A place in the wallet's ledger is taken, by somebody who has no business there. */
  private void occupy(OrgWorld org, long sequence) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into ledger_entry
                select (jsonb_populate_record(e,
                  jsonb_build_object('sequence', %1$d, 'leaf', %2$d + %1$d))).*
                from ledger_entry e where org = ? and wallet = 'main' and sequence = 1
                """
                    .formatted(sequence, NO_LEAF),
                org.orgId.org()));
  }

  private void release(OrgWorld org, long sequence) {
    asSuperuser(
        "alter table ledger_entry disable trigger all",
        "delete from ledger_entry where org = '%s' and wallet = 'main' and sequence = %d"
            .formatted(org.orgId.org(), sequence),
        "alter table ledger_entry enable always trigger ledger_entry_append_only");
  }

  /** The last entry of the main wallet that was projected. */
  private long lastEntry(OrgWorld org) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select max(sequence) from ledger_entry where org = ? and wallet = 'main' and leaf < ?")
                .bind(0, org.orgId.org())
                .bind(1, NO_LEAF)
                .mapTo(Long.class)
                .one());
  }

  private static long lastEntryDecided(OrgWorld org) {
    return org.entries.stream()
        .filter(entry -> entry.wallet().equals("main"))
        .mapToLong(entry -> entry.posting().sequence())
        .max()
        .orElseThrow();
  }

  @Test
  void aRowThatCanNotBeProjectedHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = inSlices(3);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    live(orgs, 10);
    try (ReadSide readSide = readSide(IMPATIENT)) {
      readSide.caughtUp();
      long first = lastEntry(stuck) + 3;
      long second = first + 9;
      occupy(stuck, first);
      occupy(stuck, second);
      while (lastEntryDecided(stuck) <= second) {
        live(orgs, 5);
      }
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      ReadSide.until(() -> standing(readSide).containsKey(slice(stuck)));
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(standing(readSide).get(slice(stuck)))
          .contains("of " + stuck.walletId + " can't be projected")
          .contains("ledger_entry_pkey");
      // The range came to a halt once, and the slice stands still since.
      assertThat(failures(readSide)).isEqualTo(2);

      // It is tried again, comes to the next such row, and stands still there, and only it does.
      release(stuck, first);
      ReadSide.until(() -> lastEntry(stuck) > first);
      live(orgs, 3);
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(lastEntry(stuck)).isLessThan(second);
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(failures(readSide)).isEqualTo(3);

      release(stuck, second);
      readSide.caughtUp();
      assertThat(standing(readSide)).isEmpty();
      assertThat(failures(readSide)).isEqualTo(3);
      assertFold();
    }
  }

  /** Its entries say that they are another wallet's. */
  @Test
  void anEntryThatDoesNotHaveItsHashHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = inSlices(2);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    live(orgs, 10);
    EntityId forged = EntityId.wallet(stuck.orgId.org(), "forged");
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,
                  event_ser_id, event_ser_manifest, event_payload)
                select ?, sequence_number, writer, write_timestamp, event_ser_id, event_ser_manifest,
                  event_payload
                from event_journal where persistence_id = ? order by sequence_number
                """,
                forged.toString(),
                stuck.walletId.toString()));
    live(orgs, 10);
    try (ReadSide readSide = readSide(IMPATIENT)) {
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      ReadSide.until(() -> standing(readSide).containsKey(slice(stuck)));
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(standing(readSide).get(slice(stuck)))
          .contains("of " + forged)
          .contains("does not have the hash");
      assertThat(projected(free.walletId)).isEqualTo(head(free.walletId));
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
