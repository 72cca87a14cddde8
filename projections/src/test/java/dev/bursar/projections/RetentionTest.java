package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.projections.usage.Retention;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What has passed goes, month by month, and does not come back. */
class RetentionTest {

  private static final Instant START = Instant.parse("2024-11-20T10:00:00Z");
  private static final Instant NOW = Instant.parse("2025-06-15T12:00:00Z");
  private static final String RETENTION =
      """
      bursar.projections {
        page-rows-max = 3
        retention { usage-events = 80d, usage-hours = 100d, usage-days = 160d, interval = 1h }
      }
      """;
  private static final String FOR_EVER =
      "bursar.projections.retention { usage-events = 9999d, usage-hours = 9999d, usage-days = 9999d }";

  private final DatabaseSettings settings = TestServer.fresh();
  private final Database database = Database.open(settings);
  private final JournalWriter journal = new JournalWriter(database.jdbi());
  private final UsageWorld world =
      new UsageWorld("acme", journal, 9, START).live(600, Duration.ofHours(15));

  @AfterEach
  void close() {
    database.close();
  }

  private ReadSide readSide(String overrides) {
    return new ReadSide(settings, new NoEntities(), InstantSource.fixed(NOW), overrides);
  }

  private List<String> partitions() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "select cast(inhrelid as regclass)::text from pg_inherits order by 1")
                    .mapTo(String.class)
                    .filter(name -> !name.endsWith("_idx") && !name.endsWith("_pkey"))
                    .list());
  }

  private static List<Row> sum(ReadSide side, Instant from, Instant to) {
    return ReadSide.await(
            side.projections
                .usage()
                .usage(
                    "acme",
                    new Question(from, to, Map.of(), List.of(), null, ZoneOffset.UTC),
                    true))
        .rows();
  }

  @Test
  void partitionsThatHavePassedAreDropped() {
    journal.flush();
    try (ReadSide side = readSide(FOR_EVER)) {
      side.caughtUp();
      assertThat(partitions()).contains("usage_event_2024_11", "usage_day_2024");
    }
    Instant december = Instant.parse("2024-12-03T07:00:00Z");
    try (ReadSide side = readSide(RETENTION)) {
      side.caughtUp();
      ReadSide.until(() -> side.projections.passed().drop().isEmpty());
      assertThat(partitions())
          .doesNotContain("usage_event_2025_02", "usage_hour_2025_02", "usage_hour_meter_2025_02")
          .contains("usage_event_2025_03", "usage_hour_2025_03", "usage_day_2025")
          .doesNotContain("usage_day_2024", "usage_day_meter_2024");
      assertThat(sum(side, december, december.plusSeconds(86_400))).isEmpty();
      assertThat(sum(side, Instant.parse("2025-01-01T00:00:00Z"), NOW)).isNotEmpty();
      assertThat(
              new Verification(settings, OrgWorld.GRACE, Duration.ofHours(72))
                  .run(counts -> {})
                  .discrepancies())
          .filteredOn(each -> each.kind().name().equals("USAGE"))
          .isEmpty();
    }
  }

  @Test
  void whatHasPassedIsNotWrittenAnew() {
    journal.flush();
    DatabaseSettings live = TestServer.fresh();
    try (Database other = Database.open(live);
        ReadSide old = new ReadSide(live, new NoEntities(), InstantSource.fixed(NOW), FOR_EVER);
        ReadSide side = readSide(RETENTION)) {
      JournalWriter again = new JournalWriter(other.jdbi());
      new UsageWorld("acme", again, 9, START).live(600, Duration.ofHours(15));
      again.flush();
      old.caughtUp();
      side.caughtUp();
      assertThat(partitions()).doesNotContain("usage_hour_2025_02", "usage_day_2024");
      ReadSide.until(() -> side.projections.passed().drop().isEmpty());
      assertThat(partitions()).doesNotContain("usage_event_2025_02");
      // Days are complete although most of their events had passed, and ended in later pages.
      Instant year = Instant.parse("2025-01-01T00:00:00Z");
      assertThat(sum(side, year, NOW.plusSeconds(86_400 * 365)))
          .isEqualTo(sum(old, year, NOW.plusSeconds(86_400 * 365)))
          .isNotEmpty();
      assertThat(reported(database)).isEqualTo(reported(other)).isEqualTo(world.charged.size());
    }
  }

  private static int reported(Database database) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select count(*) from reported_usage")
                    .mapTo(Integer.class)
                    .one());
  }

  @Test
  void sumsAreKeptForAsLongAsEvents() {
    assertThatThrownBy(
            () -> new Retention(Duration.ofDays(2), Duration.ofDays(1), Duration.ofDays(3)))
        .hasMessageContaining("usage-hours")
        .hasMessageContaining("usage-events");
  }
}
