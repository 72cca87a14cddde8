package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.projections.journal.RangePosition;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
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
    // As whoever restores the table from a copy.
    world.jdbi.useHandle(handle -> handle.execute("update range_position set position = '0:0'"));
    try (ReadSide readSide = world.readSide(SMALL_PAGES)) {
      readSide.caughtUp();
      assertThat(failures(readSide)).isZero();
      world.assertFold();
    }
  }

  /** The quiet ones, too: of those no row comes that would follow on none. */
  @Test
  void whatIsSetBackUnderARunningProjectionIsProjectedAgain() {
    List<OrgWorld> orgs = world.orgs(6, 20);
    try (ReadSide readSide = world.readSide("bursar.projections.position-interval = 20ms")) {
      readSide.caughtUp();
      // As a migration does while a node of the version before runs on.
      world.asSuperuser(
          "alter table ledger_entry disable trigger all",
          """
          truncate ledger_entry, ledger_day, ledger_turn, ledger_tree, ledger_subtree, wallet_balance,
            entity_progress, org, due_work, usage_event, usage_group, usage_hour, usage_hour_meter,
            usage_user_day, usage_word, usage_day, usage_day_meter, reported_usage, alert, audit_log,
            range_position, pekko_projection_offset_store
          """,
          "alter table ledger_entry enable always trigger ledger_entry_append_only");
      world.live(orgs.subList(0, 1), 3);
      ReadSide.until(
          () -> readSide.projections.status().stream().allMatch(range -> range.failures() > 0));
      readSide.caughtUp();
      world.assertFold();
    }
  }

  @Test
  void aPositionIsMovedOnlyFromWhereItIs() {
    SliceRange range = new SliceRange(0, 63);
    RangePosition one = RangePosition.parse("7:1");
    RangePosition two = RangePosition.parse("8:1 5@7:1");
    world.jdbi.useHandle(
        handle -> {
          handle.execute("insert into range_position values ('0-63', '7:1'), ('64-127', '7:1')");
          StoredPositions.move(handle, range, one, two);
          // Who comes second, or goes on from what was set back or emptied meanwhile.
          assertThatThrownBy(() -> StoredPositions.move(handle, range, one, two))
              .hasMessageContaining("slices 0-63 was to be moved on from 7:1, but is 8:1 5@7:1");
          StoredPositions.move(handle, range, two, one);
          handle.execute("truncate range_position");
          assertThatThrownBy(() -> StoredPositions.move(handle, range, one, two))
              .hasMessageContaining("but is null");
        });
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
