package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.RangeStatus;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The read tables are the fold of the journal, whatever happens on the way. */
class ProjectionTest {

  private static final String SMALL_PAGES = "bursar.projections.page-rows-max = 7";

  private final ProjectedOrgs world = new ProjectedOrgs();

  @AfterEach
  void close() {
    world.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void whatIsReadIsTheFoldOfTheJournal(int ranges) {
    try (ReadSide readSide = world.readSide("bursar.projections.slice-ranges = " + ranges)) {
      List<OrgWorld> orgs = world.orgs(8, 60);
      world.live(orgs, 60);
      readSide.caughtUp();
      world.assertFold();
    }
  }

  @Test
  void aRestartInMidStreamProjectsEverythingOnce() {
    List<OrgWorld> orgs = world.orgs(6, 80);
    for (int restart = 1; restart <= 3; restart++) {
      try (ReadSide readSide = world.readSide(SMALL_PAGES)) {
        long enough = 60;
        ReadSide.until(
            () ->
                readSide.projections.status().stream().mapToLong(RangeStatus::rows).sum() > enough);
      }
    }
    world.live(orgs, 5);
    try (ReadSide readSide = world.readSide(SMALL_PAGES)) {
      readSide.caughtUp();
      world.assertFold();
    }
  }

  @Test
  void aPositionThatWasSetBackIsMadeUpFor() {
    List<OrgWorld> orgs = world.orgs(4, 20);
    try (ReadSide readSide = world.readSide(SMALL_PAGES)) {
      readSide.caughtUp();
    }
    world.live(orgs, 5);
    // As a projector does that was left behind, and has read nothing new.
    world.jdbi.useHandle(
        handle ->
            handle.execute("update pekko_projection_offset_store set current_offset = '0:0'"));
    try (ReadSide readSide = world.readSide(SMALL_PAGES)) {
      readSide.caughtUp();
      assertThat(failures(readSide)).isZero();
      world.assertFold();
    }
  }

  @Test
  void theNumberOfRangesMayChange() {
    List<OrgWorld> orgs = world.orgs(6, 20);
    for (int ranges : new int[] {2, 5, 3, 2}) {
      try (ReadSide readSide = world.readSide("bursar.projections.slice-ranges = " + ranges)) {
        readSide.caughtUp();
        world.live(orgs, 10);
        readSide.caughtUp();
        assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
      }
    }
    world.assertFold();
  }

  @Test
  void aRowThatCommitsLateIsNotSkipped() {
    OrgWorld late = new OrgWorld("late", world.journal, 1);
    OrgWorld early = new OrgWorld("early", world.journal, 2);
    try (ReadSide readSide = world.readSide("");
        Handle open = world.jdbi.open()) {
      open.begin();
      late.founded();
      late.live(10);
      world.journal.flush(open);
      early.founded();
      early.live(10);
      world.journal.flush();
      Instant committed = Instant.now();
      // Both ranges have looked since.
      var before = readSide.projections.status();
      ReadSide.until(
          () ->
              readSide.projections.status().stream()
                  .allMatch(now -> now.upToDateAt() != null && !before.contains(now)));
      assertThat(world.projected(early.walletId)).isZero();
      // What is committed and not shown is late, and told to be.
      Progress progress = readSide.projections.progress();
      ReadSide.until(() -> progress.of("early").lagMs() > 500);
      assertThat(progress.of("early").asOf()).isBefore(committed);

      open.commit();
      readSide.caughtUp();
      assertThat(world.projected(late.walletId)).isPositive();
      assertThat(world.projected(early.walletId)).isPositive();
      world.assertFold();
    }
  }

  @Test
  void twoProjectorsAtOnceFailRatherThanCorrupt() {
    String eager = "bursar.projections { poll-interval = 1ms, restart-backoff-max = 300ms }";
    try (ReadSide one = world.readSide(eager);
        ReadSide other = world.readSide(eager)) {
      List<OrgWorld> orgs = world.orgs(4, 10);
      ReadSide.until(
          () -> {
            world.live(orgs, 3);
            return failures(one) + failures(other) > 0;
          });
      one.caughtUp();
      other.caughtUp();
      world.assertFold();
    }
  }

  private static long failures(ReadSide readSide) {
    return readSide.projections.status().stream().mapToLong(RangeStatus::failures).sum();
  }

  @Test
  void theLedgerCanNotBeChanged() {
    world.orgs(1, 20);
    try (ReadSide readSide = world.readSide("")) {
      readSide.caughtUp();
    }
    try (Database all = Database.open(TestServer.asSuperuser(world.settings).withPoolSize(1))) {
      for (Jdbi anyone : List.of(world.jdbi, all.jdbi())) {
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
    world.assertFold();
  }
}
