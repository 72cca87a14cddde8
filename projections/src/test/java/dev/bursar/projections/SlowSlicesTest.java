package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.RangeStatus;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Rows that take the database longer than statements may, and those of which it turns out only at
 * the end that they can't be written, halt their slice, and no other.
 */
class SlowSlicesTest {

  private static final String IMPATIENT =
      "bursar.projections { slice-ranges = 1, page-rows-max = 7, restart-backoff-max = 300ms }";

  private static final String AT_EACH_ROW =
      "create trigger hinder after insert on ledger_entry for each row execute function hinder()";

  private static final String AT_THE_END =
      """
      create constraint trigger hinder after insert on ledger_entry
      deferrable initially deferred for each row execute function hinder()
      """;

  /** As long as a statement of the projection may take, see {@code DatabaseTimeouts}. */
  private static final Duration STATEMENT = Duration.ofSeconds(5);

  private final ProjectedOrgs world = new ProjectedOrgs();
  private final List<OrgWorld> orgs = world.inSlices(3);
  private final OrgWorld stuck = orgs.getFirst();
  private final OrgWorld free = orgs.getLast();

  @AfterEach
  void close() {
    world.close();
  }

  private static SortedMap<Integer, String> standing(ReadSide readSide) {
    return readSide.projections.status().getFirst().standing();
  }

  private static int slice(OrgWorld org) {
    return SliceRange.sliceOf(org.orgId.org());
  }

  /** What happens from now on, in place of what did, when a row of the org's ledger is written. */
  private void whenever(OrgWorld org, String trigger, String happens) {
    world.asSuperuser(
        "begin",
        "drop function if exists hinder cascade",
        """
        create function hinder() returns trigger language plpgsql as $$
        begin
          if new.org = '%s' then %s; end if;
          return null;
        end $$
        """
            .formatted(org.orgId.org(), happens),
        trigger,
        "commit");
  }

  private void nothingHappens() {
    world.asSuperuser("drop function hinder cascade");
  }

  private void untilItStands(ReadSide readSide) {
    ReadSide.until(() -> standing(readSide).containsKey(slice(stuck)));
    ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
    assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
    assertThat(world.projected(free.walletId)).isEqualTo(world.head(free.walletId));
    assertThat(world.projected(stuck.walletId)).isLessThan(world.head(stuck.walletId));
  }

  private static void assertGoesOn(ReadSide readSide) {
    readSide.caughtUp();
    assertThat(standing(readSide)).isEmpty();
  }

  @Test
  void whatTakesTooLongHaltsItsSliceAndSlowsNoOther() {
    world.live(orgs, 10);
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      readSide.caughtUp();
      whenever(stuck, AT_EACH_ROW, "perform pg_sleep(600)");
      world.live(orgs, 10);
      untilItStands(readSide);
      long failures = readSide.projections.status().getFirst().failures();
      // It is tried again all the while, but for a blink, and takes as long as it may each time.
      long since = System.nanoTime();
      while (System.nanoTime() - since < STATEMENT.plusSeconds(1).toNanos()) {
        world.live(orgs, 1);
        long asked = System.nanoTime();
        ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(STATEMENT.dividedBy(2));
      }
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(standing(readSide).get(slice(stuck))).contains("statement timeout");
      RangeStatus status = readSide.projections.status().getFirst();
      assertThat(status.state()).isEqualTo(RangeStatus.State.RUNNING);
      // That of the slice, should its reason be told more exactly by now.
      assertThat(status.failures()).isLessThanOrEqualTo(failures + 1);

      nothingHappens();
      assertGoesOn(readSide);
      world.assertFold();
    }
  }

  @Test
  void whoWaitsForALockHaltsItsSliceAndNoOther() {
    world.live(orgs, 10);
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      readSide.caughtUp();
    }
    // What comes after it is not final before the lock goes, so all is there before.
    world.live(orgs, 10);
    try (Database patient =
            Database.open(world.settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING));
        Handle holder = patient.jdbi().open()) {
      holder.begin();
      holder.execute("select * from wallet_balance where org = ? for update", stuck.orgId.org());
      try (ReadSide readSide = world.readSide(IMPATIENT)) {
        untilItStands(readSide);
        assertThat(standing(readSide).get(slice(stuck))).contains("lock timeout");
        holder.rollback();
        assertGoesOn(readSide);
      }
    }
    world.assertFold();
  }

  @Test
  void whatFailsOnlyInTheEndHaltsItsSliceAndNoOther() {
    world.live(orgs, 10);
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      readSide.caughtUp();
      whenever(stuck, AT_THE_END, "raise exception 'not this one'");
      world.live(orgs, 10);
      untilItStands(readSide);
      assertThat(standing(readSide).get(slice(stuck))).contains("not this one");
      nothingHappens();
      assertGoesOn(readSide);
      world.assertFold();
    }
  }

  /** It goes well whenever it is tried, and fails whenever it is done. */
  @Test
  void whatCanBeRehearsedAndNotBeDoneHaltsItsSliceAndNoOther() {
    world.live(orgs, 10);
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      readSide.caughtUp();
      // So that the slice stands still, and is then regained.
      whenever(stuck, AT_EACH_ROW, "raise exception 'not this one'");
      world.live(orgs, 10);
      untilItStands(readSide);
      // What is rehearsed moves no position. At no time in between does nothing hinder it.
      whenever(
          stuck,
          AT_THE_END,
          """
          if exists (
            select 1 from range_position
            where cast(xmin as text) = cast(cast(pg_current_xact_id() as xid) as text)) then
            raise exception 'not in earnest';
          end if
          """);
      ReadSide.until(
          () -> standing(readSide).getOrDefault(slice(stuck), "").contains("not in earnest"));
      for (int i = 0; i < 5; i++) {
        world.live(orgs, 3);
        ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
        assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      }
      nothingHappens();
      assertGoesOn(readSide);
      world.assertFold();
    }
  }

  /** It was gone when it was looked for which row is to blame. */
  @Test
  void whatWasInTheWayForAMomentIsBlamedOnNoRow() {
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      readSide.caughtUp();
      world.asSuperuser("create sequence tries", "grant usage on sequence tries to public");
      whenever(
          stuck, AT_EACH_ROW, "if nextval('tries') <= 2 then raise exception 'a moment'; end if");
      world.live(List.of(stuck), 10);
      ReadSide.until(() -> world.projected(stuck.walletId) == world.head(stuck.walletId));
      assertGoesOn(readSide);
      // That of the range alone: no slice stood still.
      assertThat(readSide.projections.status())
          .singleElement()
          .satisfies(range -> assertThat(range.failures()).isEqualTo(1));
      world.assertFold();
    }
  }
}
