package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.CatchUpTimeout;
import dev.bursar.projections.progress.RangeStatus;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can't be taken in halts its slice, and no other. */
class HaltedSlicesTest {

  /** A slice that stands still is tried again soon. */
  private static final String IMPATIENT =
      "bursar.projections { slice-ranges = 1, page-rows-max = 7, restart-backoff-max = 300ms }";

  /** Places in an org's tree that it never comes to. */
  private static final long NO_LEAF = 1_000_000_000;

  private final ProjectedOrgs world = new ProjectedOrgs();

  @AfterEach
  void close() {
    world.close();
  }

  private static long failures(ReadSide readSide) {
    return readSide.projections.status().stream().mapToLong(RangeStatus::failures).sum();
  }

  private static int slice(OrgWorld org) {
    return SliceRange.sliceOf(org.orgId.org());
  }

  /** A row of the org's that nobody can read. */
  private EntityId writeBad(OrgWorld org) {
    EntityId bad = EntityId.wallet(org.orgId.org(), "bad");
    world.jdbi.useHandle(
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
    world.asSuperuser(
        "alter table event_journal disable trigger all",
        "delete from event_journal where " + condition,
        "alter table event_journal enable always trigger event_journal_append_only");
  }

  private static SortedMap<Integer, String> standing(ReadSide readSide) {
    return readSide.projections.status().getFirst().standing();
  }

  private long rowsAfterTheLastBad() {
    return world.jdbi.withHandle(
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

  private static double count(ReadSide readSide, String what) {
    return readSide.metrics.get("bursar.projection." + what).functionCounter().count();
  }

  private static double ofSlice(ReadSide readSide, String what) {
    return readSide.metrics.get("bursar.projection.slice." + what).gauge().value();
  }

  private static double measured(ReadSide readSide, String what) {
    return readSide.metrics.get("bursar.projection." + what).tag("slices", "0-127").gauge().value();
  }

  @Test
  void aRowThatCanNotBeReadHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = world.inSlices(3);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    world.live(orgs, 10);
    long before = world.head(stuck.walletId);
    EntityId bad = writeBad(stuck);
    world.live(orgs, 10);

    String impatient =
        """
        bursar.projections {
          slice-ranges = 1, page-rows-max = 7, catch-up-timeout = 1s, restart-backoff-max = 300ms
        }
        """;
    try (ReadSide readSide = world.readSide(impatient)) {
      ReadSide.until(() -> world.projected(free.walletId) == world.head(free.walletId));
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(standing(readSide).get(slice(stuck)))
          .contains(bad.toString())
          .contains("wallet.99");
      assertThat(readSide.projections.status().getFirst().state())
          .isEqualTo(RangeStatus.State.RUNNING);
      assertThat(measured(readSide, "halted")).isEqualTo(1);
      assertThat(measured(readSide, "slices.halted")).isEqualTo(1);
      long waiting =
          world.jdbi.withHandle(
              handle ->
                  handle
                      .createQuery(
                          "select count(*) from event_journal j where slice = :slice and ordering >= (select ordering from event_journal where event_ser_manifest = 'wallet.99')")
                      .bind("slice", slice(stuck))
                      .mapTo(Long.class)
                      .one());
      ReadSide.until(
          () ->
              Math.abs(
                      ofSlice(readSide, "lag.events")
                          - waiting * count(readSide, "events") / count(readSide, "rows"))
                  <= 0.5);
      assertThat(ofSlice(readSide, "lag")).isPositive();
      assertThat(readSide.metrics.find("bursar.projection.slice.lag").gauges()).hasSize(1);
      // Right up to the row, and not beyond it.
      assertThat(world.projected(stuck.walletId)).isEqualTo(before);
      assertThatThrownBy(readSide::caughtUp)
          .hasCauseInstanceOf(CatchUpTimeout.class)
          .hasMessageContaining("Slice %d stands still".formatted(slice(stuck)))
          .hasMessageContaining(bad.toString());
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
    }
    world.live(orgs, 5);
    try (ReadSide readSide = world.readSide(impatient)) {
      ReadSide.until(() -> world.projected(free.walletId) == world.head(free.walletId));
      assertThat(world.projected(stuck.walletId)).isEqualTo(before);
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
    }
    // Divided otherwise, too.
    try (ReadSide readSide = world.readSide("bursar.projections.restart-backoff-max = 300ms")) {
      world.live(orgs, 5);
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(world.projected(free.walletId)).isEqualTo(world.head(free.walletId));
      assertThat(world.projected(stuck.walletId)).isEqualTo(before);

      delete("persistence_id = '" + bad + "'");
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.standing().isEmpty());
      ReadSide.until(
          () -> readSide.metrics.find("bursar.projection.slice.lag.events").gauges().isEmpty());
      world.assertFold();
    }
  }

  @Test
  void ofTooManySlicesTheWholeRangeIsHalted() {
    List<OrgWorld> orgs = world.inSlices(5);
    world.live(orgs, 5);
    orgs.forEach(this::writeBad);
    try (ReadSide readSide =
        world.readSide(
            "bursar.projections { slice-ranges = 1, restart-backoff-max = 300ms, catch-up-timeout = 1s }")) {
      ReadSide.until(
          () ->
              readSide.projections.status().getFirst().state() == RangeStatus.State.HALTED
                  && world.projected(orgs.getFirst().walletId)
                      == world.head(orgs.getFirst().walletId));
      assertThat(standing(readSide)).hasSize(4);
      ReadSide.until(() -> measured(readSide, "lag.rows") == rowsAfterTheLastBad() + 1);
      world.live(orgs, 3);
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
      world.assertFold();
    }
  }

  @Test
  void aMissingRowHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = world.inSlices(2);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    world.live(orgs, 30);
    delete("persistence_id = '" + stuck.walletId + "' and sequence_number = 5");
    try (ReadSide readSide =
        world.readSide(
            "bursar.projections { slice-ranges = 1, page-rows-max = 7, restart-backoff-max = 300ms }")) {
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(world.projected(free.walletId)).isEqualTo(world.head(free.walletId));
      ReadSide.until(() -> world.projected(stuck.walletId) == 4);
      assertThat(standing(readSide).get(slice(stuck)))
          .contains("row 6 of " + stuck.walletId)
          .contains("after row 4");
      world.live(orgs, 5);
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      assertThat(world.projected(stuck.walletId)).isEqualTo(4);
    }
  }

  /** A place in the wallet's ledger is taken, by somebody who has no business there. */
  private void occupy(OrgWorld org, long sequence) {
    world.jdbi.useHandle(
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
    world.asSuperuser(
        "alter table ledger_entry disable trigger all",
        "delete from ledger_entry where org = '%s' and wallet = 'main' and sequence = %d"
            .formatted(org.orgId.org(), sequence),
        "alter table ledger_entry enable always trigger ledger_entry_append_only");
  }

  /** The last entry of the main wallet that was projected. */
  private long lastEntry(OrgWorld org) {
    return world.jdbi.withHandle(
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
    List<OrgWorld> orgs = world.inSlices(3);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    world.live(orgs, 10);
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      readSide.caughtUp();
      long first = lastEntry(stuck) + 3;
      long second = first + 9;
      occupy(stuck, first);
      occupy(stuck, second);
      while (lastEntryDecided(stuck) <= second) {
        world.live(orgs, 5);
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
      world.live(orgs, 3);
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      // Page by page, and standing all the while.
      ReadSide.until(() -> failures(readSide) == 3);
      assertThat(lastEntry(stuck)).isLessThan(second);
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));

      release(stuck, second);
      readSide.caughtUp();
      assertThat(standing(readSide)).isEmpty();
      assertThat(failures(readSide)).isEqualTo(3);
      world.assertFold();
    }
  }

  /** Its entries say that they are another wallet's. */
  @Test
  void anEntryThatDoesNotHaveItsHashHaltsItsSliceAndNoOther() {
    List<OrgWorld> orgs = world.inSlices(2);
    OrgWorld stuck = orgs.getFirst();
    OrgWorld free = orgs.getLast();
    world.live(orgs, 10);
    EntityId forged = EntityId.wallet(stuck.orgId.org(), "forged");
    world.jdbi.useHandle(
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
    world.live(orgs, 10);
    try (ReadSide readSide = world.readSide(IMPATIENT)) {
      ReadSide.await(readSide.projections.progress().caughtUp(free.orgId.org()));
      ReadSide.until(() -> standing(readSide).containsKey(slice(stuck)));
      assertThat(standing(readSide)).containsOnlyKeys(slice(stuck));
      assertThat(standing(readSide).get(slice(stuck)))
          .contains("of " + forged)
          .contains("does not have the hash");
      assertThat(world.projected(free.walletId)).isEqualTo(world.head(free.walletId));
    }
  }
}
