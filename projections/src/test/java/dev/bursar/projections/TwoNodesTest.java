package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.RangeStatus;
import dev.bursar.projections.progress.RangeStatus.State;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes of one cluster share the ranges, and each answers for all orgs. */
class TwoNodesTest {

  private static final String CLUSTER =
      """
      bursar.projections { slice-ranges = 2, page-rows-max = 7 }
      pekko.cluster.sharding.rebalance-interval = 500ms
      pekko.cluster.sharded-daemon-process.keep-alive-interval = 500ms
      # Whoever dies says goodbye to nobody.
      pekko.coordinated-shutdown.run-by-actor-system-terminate = off
      """;

  private final DatabaseSettings settings = TestServer.fresh();
  private final Database database = Database.open(settings);
  private final Jdbi jdbi = database.jdbi();
  private final JournalWriter journal = new JournalWriter(jdbi);
  private final List<OrgWorld> orgs = orgs();

  @AfterEach
  void close() {
    database.close();
  }

  /** Two in each range. */
  private List<OrgWorld> orgs() {
    List<OrgWorld> found = new ArrayList<>();
    for (SliceRange range : SliceRange.divide(2)) {
      IntStream.range(0, 1_000)
          .filter(i -> range.contains("org-" + i))
          .limit(2)
          .forEach(i -> found.add(new OrgWorld("org-" + i, journal, i).founded()));
    }
    return found;
  }

  private void live(int steps) {
    for (OrgWorld org : orgs) {
      org.live(steps);
      org.tellLater();
      journal.flush();
    }
  }

  private static long running(ReadSide side) {
    return side.projections.status().stream()
        .filter(status -> status.state() == State.RUNNING)
        .count();
  }

  private static long failures(ReadSide side) {
    return side.projections.status().stream().mapToLong(RangeStatus::failures).sum();
  }

  private long rows(String table, EntityId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select coalesce(max(%s), 0) from %s where persistence_id = ?"
                        .formatted(
                            table.equals("event_journal") ? "sequence_number" : "last_sequence",
                            table))
                .bind(0, id.toString())
                .mapTo(Long.class)
                .one());
  }

  private void assertFold() {
    assertThat(
            new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
                .run(counts -> {})
                .discrepancies())
        .isEmpty();
  }

  @Test
  void theyShareTheRangesAndWhoIsLeftTakesOver() {
    live(30);
    try (ReadSide one = new ReadSide(settings, new NoEntities(), InstantSource.system(), CLUSTER)) {
      try (ReadSide two =
          new ReadSide(settings, new NoEntities(), InstantSource.system(), CLUSTER, one)) {
        ReadSide.until(() -> running(one) == 1 && running(two) == 1);
        live(30);
        // Each of them, also of the orgs that the other projects.
        for (ReadSide side : List.of(one, two)) {
          live(5);
          for (OrgWorld org : orgs) {
            Progress progress = side.projections.progress();
            ReadSide.await(progress.caughtUp(org.orgId.org()));
            assertThat(rows("entity_progress", org.walletId))
                .isEqualTo(rows("event_journal", org.walletId));
            Freshness freshness = progress.of(org.orgId.org());
            assertThat(freshness.lagMs()).isLessThan(Duration.ofMinutes(1).toMillis());
          }
        }
        assertThat(running(one)).isEqualTo(1);
        assertThat(running(two)).isEqualTo(1);
        assertFold();
        live(30);
        // In the middle of it.
        two.close();
        one.down(two);
      }
      live(30);
      ReadSide.until(() -> running(one) == 2);
      one.caughtUp();
      assertThat(failures(one)).isZero();
      assertFold();
    }
  }
}
