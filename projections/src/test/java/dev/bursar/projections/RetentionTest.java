package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.Unanswerable.Reason;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildSettings;
import dev.bursar.projections.usage.Retention;
import dev.bursar.projections.verify.Verification;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.Handle;
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
  private static final Retention KEPT =
      new Retention(Duration.ofDays(80), Duration.ofDays(100), Duration.ofDays(160));
  private static final List<String> PASSED =
      List.of(
          "usage_event_2025_02",
          "usage_hour_2025_02",
          "usage_hour_meter_2025_02",
          "usage_user_day_2025_02",
          "usage_word_2024",
          "usage_day_2024",
          "usage_day_meter_2024");
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

  /** Drops what has passed, which is nothing while the side does not know how far it is. */
  private void drop(ReadSide side) {
    ReadSide.until(
        () -> {
          side.projections.passed().drop();
          return partitions().stream().noneMatch(PASSED::contains);
        });
  }

  private static List<Row> sum(ReadSide side, Instant from, Instant to) {
    return ask(side, from, to, List.of());
  }

  private static List<Row> ask(ReadSide side, Instant from, Instant to, List<Dimension> groupBy) {
    return ReadSide.await(
            side.projections
                .usage()
                .usage(
                    "acme", new Question(from, to, Map.of(), groupBy, null, ZoneOffset.UTC), true))
        .rows();
  }

  private static BigDecimal credits(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.creditType().equals(OrgWorld.TYPE))
        .map(Row::credits)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** What counts for a budget of the org that begins now. */
  private static BigDecimal used(ReadSide side, Window window, Set<String> models) {
    Budget budget = UsageWorld.budget(UsageWorld.ofOrg(), models);
    return ReadSide.await(
            side.projections
                .usage()
                .usedBefore("acme", budget, window, new Place(Long.MAX_VALUE, 0)))
        .stream()
        .map(count -> new BigDecimal(count.used().toString()))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void partitionsThatHavePassedAreDropped() {
    journal.flush();
    try (ReadSide side = readSide(FOR_EVER)) {
      side.caughtUp();
      assertThat(partitions())
          .contains("usage_event_2024_11", "usage_day_2024")
          .containsAll(PASSED);
    }
    try (ReadSide side = readSide(RETENTION)) {
      side.caughtUp();
      // Whoever reads one is waited for by nobody, and keeps no other.
      try (Handle reader = database.jdbi().open()) {
        reader.begin();
        reader.execute("lock table read_gate, usage_event_2025_02 in access share mode");
        ReadSide.until(
            () -> {
              side.projections.passed().drop();
              return partitions().stream().filter(PASSED::contains).count() == 1;
            });
        assertThat(partitions()).contains("usage_event_2025_02");
        reader.rollback();
      }
      drop(side);
      assertThat(partitions())
          .doesNotContain(
              "usage_event_2025_02",
              "usage_hour_2025_02",
              "usage_hour_meter_2025_02",
              "usage_user_day_2025_02")
          .contains(
              "usage_event_2025_03",
              "usage_user_day_2025_03",
              "usage_hour_2025_03",
              "usage_day_2025")
          .doesNotContain("usage_day_2024", "usage_day_meter_2024", "usage_word_2024");
      assertThat(sum(side, Instant.parse("2025-01-01T00:00:00Z"), NOW)).isNotEmpty();
      assertThat(
              new Verification(settings, OrgWorld.GRACE, Duration.ofHours(72))
                  .run(counts -> {})
                  .discrepancies())
          .filteredOn(each -> each.kind().name().equals("USAGE"))
          .isEmpty();
      // The hours of that day have passed: it counts whole, and nothing counts less.
      database.jdbi().useHandle(handle -> handle.execute("update usage_day set credits = 1"));
      Window year =
          new Window(Instant.parse("2025-01-01T05:00:00Z"), Instant.parse("2026-01-01T05:00:00Z"));
      assertThat(used(side, year, Set.of()))
          .isEqualByComparingTo(
              credits(
                  sum(
                      side,
                      Instant.parse("2025-01-01T00:00:00Z"),
                      Instant.parse("2026-01-02T00:00:00Z"))))
          .isPositive();
    }
  }

  /** Of which nobody can tell whether it is of that name: all the rest counts. */
  @Test
  void whatWasAmongOthersLongAgoCountsForNoModel() {
    journal.flush();
    String fewNames = "\nbursar.projections.usage-words-max = 1";
    try (ReadSide side = readSide(FOR_EVER + fewNames)) {
      side.caughtUp();
    }
    try (ReadSide side = readSide(RETENTION + fewNames)) {
      side.caughtUp();
      drop(side);
      database.jdbi().useHandle(handle -> handle.execute("update usage_day set credits = 1"));
      String named =
          """
          select g.model, sum(d.credits) as credits from usage_day d join usage_group g on g.id = d.group_id
          where g.credit_type = '%s' and g.model <> '(other)' and d.day >= date '2025-01-01'
          group by 1 order by 2 desc limit 1
          """
              .formatted(OrgWorld.TYPE);
      Map.Entry<String, BigDecimal> most =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery(named)
                          .map((rs, context) -> Map.entry(rs.getString(1), rs.getBigDecimal(2)))
                          .one());
      Window year =
          new Window(Instant.parse("2025-01-01T00:00:00Z"), Instant.parse("2026-01-01T00:00:00Z"));
      assertThat(used(side, year, Set.of(most.getKey())).movePointRight(6))
          .isEqualByComparingTo(most.getValue());
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
      assertThat(partitions())
          .doesNotContain("usage_hour_2025_02", "usage_user_day_2025_02", "usage_day_2024")
          // Made for what ended in a later page, and holding nothing else.
          .contains("usage_event_2025_02");
      assertNotKept(
          () -> ask(side, Instant.parse("2025-02-01T00:00:00Z"), NOW, List.of(Dimension.USER)),
          "What this takes of single events is kept since 2025-03-01T00:00:00Z");
      // Whoever verifies does not expect there what has passed.
      assertThat(usageDiscrepancies(Retention.FOR_EVER)).isNotEmpty();
      assertThat(usageDiscrepancies(KEPT)).isEmpty();
      drop(side);
      assertThat(partitions()).doesNotContain("usage_event_2025_02");
      // Days are complete although most of their events had passed, and ended in later pages.
      Instant year = Instant.parse("2025-01-01T00:00:00Z");
      assertThat(sum(side, year, NOW.plusSeconds(86_400 * 365)))
          .isEqualTo(sum(old, year, NOW.plusSeconds(86_400 * 365)))
          .isNotEmpty();
      assertThat(reported(database)).isEqualTo(reported(other)).isEqualTo(world.charged.size());
    }
  }

  @Test
  void aRebuildDoesNotBringBackWhatHasPassed() {
    journal.flush();
    try (ReadSide side = readSide(FOR_EVER)) {
      side.caughtUp();
    }
    try (ReadSide side = readSide(RETENTION)) {
      side.caughtUp();
      drop(side);
      List<String> kept = partitions();
      List<Row> sum = sum(side, Instant.parse("2025-01-01T00:00:00Z"), NOW);
      rebuild(RETENTION).run(true);
      assertThat(partitions()).isEqualTo(kept);
      assertThat(sum(side, Instant.parse("2025-01-01T00:00:00Z"), NOW)).isEqualTo(sum);
      assertThat(usageDiscrepancies()).isEmpty();

      database.jdbi().useHandle(handle -> handle.execute("update usage_hour set requests = 99"));
      assertThatThrownBy(() -> rebuild(RETENTION).run(true))
          .hasMessageContaining("usage_hour: of")
          .hasMessageNotContaining("usage_day")
          .hasMessageNotContaining("usage_event");

      // Whoever keeps more makes it anew.
      rebuild(FOR_EVER).run(false);
      assertThat(partitions()).contains("usage_event_2024_11", "usage_day_2024");
    }
  }

  private Rebuild rebuild(String overrides) {
    Config config =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.parseResources("projections.conf"))
            .resolve();
    return new Rebuild(
        settings,
        RebuildSettings.from(config),
        clock -> new ReadModels(ProjectionSettings.from(config).usage(), clock),
        List.of(),
        progress -> {});
  }

  private List<String> usageDiscrepancies() {
    return usageDiscrepancies(Retention.FOR_EVER);
  }

  private List<String> usageDiscrepancies(Retention kept) {
    return new Verification(settings, OrgWorld.GRACE, Duration.ofHours(72))
        .keeping(kept).run(counts -> {}).discrepancies().stream()
            .filter(each -> each.kind().name().equals("USAGE"))
            .map(Object::toString)
            .toList();
  }

  @Test
  void whatIsOlderThanWhatIsKeptHoldsNobodyUp() {
    journal.flush();
    Instant january = Instant.parse("2025-01-10T00:00:00Z");
    try (ReadSide side = readSide(RETENTION)) {
      side.caughtUp();
      drop(side);
      List<String> kept = partitions();
      world.again(world.made.getFirst(), NOW, january);
      journal.flush();
      side.caughtUp();
      assertThat(partitions()).isEqualTo(kept);
      assertThat(side.projections.status()).allMatch(status -> status.failures() == 0);
    }
  }

  @Test
  void groupsWithoutUsageGoAndAreMadeAgain() {
    journal.flush();
    try (ReadSide side = readSide(FOR_EVER)) {
      side.caughtUp();
      int before = count("usage_group");
      try (ReadSide other = readSide(RETENTION)) {
        other.caughtUp();
        drop(other);
      }
      assertThat(count("usage_group")).isLessThan(before);
      assertThat(
              count("usage_group g where not exists (select from usage_day where group_id = g.id)"))
          .isZero();

      // This side still remembers the groups, and the months, that are gone.
      Instant december = Instant.parse("2024-12-20T00:00:00Z");
      List<UsageWorld.Made> old =
          world.made.stream().filter(made -> made.countedAt.isBefore(december)).toList();
      old.forEach(made -> world.again(made, NOW, NOW));
      world.again(old.getFirst(), NOW, december);
      journal.flush();
      side.caughtUp();
      assertThat(sum(side, NOW, NOW.plusSeconds(1)).stream().mapToLong(Row::requests).sum())
          .isEqualTo(old.size());
      assertThat(
              sum(side, NOW.minusSeconds(12 * 3_600), NOW.plusSeconds(12 * 3_600)).stream()
                  .mapToLong(Row::requests)
                  .sum())
          .isEqualTo(old.size());
      assertThat(count("usage_day where group_id not in (select id from usage_group)")).isZero();
      assertThat(partitions()).contains("usage_event_2024_12");
      assertThat(side.projections.status()).allMatch(status -> status.failures() == 0);
    }
  }

  private int count(String rows) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle.createQuery("select count(*) from " + rows).mapTo(Integer.class).one());
  }

  @Test
  void whatIsNoLongerKeptIsSaidAndNotLeftOut() {
    journal.flush();
    try (ReadSide side = readSide(FOR_EVER)) {
      side.caughtUp();
    }
    try (ReadSide side = readSide(RETENTION)) {
      side.caughtUp();
      drop(side);
      Instant year = Instant.parse("2025-01-01T00:00:00Z");
      Instant day = firstDay().atStartOfDay(ZoneOffset.UTC).toInstant();
      assertThat(sum(side, year, NOW)).isNotEmpty();
      assertNotKept(
          () -> sum(side, day.plusSeconds(7 * 3_600), NOW),
          "Usage by UTC hour is kept since 2025-03-01T00:00:00Z. Of whole UTC days there are sums since 2025-01-01T00:00:00Z");
      assertNotKept(
          () -> ask(side, year, NOW, List.of(Dimension.USER)),
          "What this takes of single events is kept since 2025-03-01T00:00:00Z");
      EventFilter filter = new EventFilter(year, NOW, Map.of(), null, null);
      assertNotKept(
          () -> ReadSide.await(side.projections.usage().events("acme", filter, null, 10, true)),
          "What this takes of single events is kept since 2025-03-01T00:00:00Z");
      for (String org : Arrays.asList("acme", null)) {
        assertNotKept(
            () -> ReadSide.await(side.projections.usage().demandEvents(org, START, NOW)),
            "What this takes of single events is kept since 2025-03-01T00:00:00Z");
        ReadSide.await(
            side.projections.usage().demandEvents(org, Instant.parse("2025-03-01T00:00:00Z"), NOW));
      }
      ReadSide.await(side.projections.usage().demandEvents("other", START, NOW));

      // As far as the ledger tells, nothing was used before.
      assertThat(sum(side, START, NOW)).isNotEmpty();
      database
          .jdbi()
          .useHandle(
              handle ->
                  handle.execute(
                      "insert into ledger_day values ('acme', 'main', 'platform', '2024-12-03',"
                          + " 'consume', '', 1, 0, 1, 1, 0, 1, 1)"));
      assertNotKept(() -> sum(side, START, NOW), "Usage is kept since 2025-01-01T00:00:00Z.");
    }
  }

  private static void assertNotKept(ThrowingCallable question, String message) {
    assertThatThrownBy(question)
        .cause()
        .isInstanceOfSatisfying(
            Unanswerable.class, each -> assertThat(each.reason()).isEqualTo(Reason.NOT_KEPT))
        .hasMessageContaining(message);
  }

  private LocalDate firstDay() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select min(day) from usage_day where org = 'acme'")
                    .mapTo(LocalDate.class)
                    .one());
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
            () -> new Retention(Duration.ofDays(40), Duration.ofDays(39), Duration.ofDays(50)))
        .hasMessageContaining("usage-hours")
        .hasMessageContaining("usage-events");
    assertThatThrownBy(
            () -> new Retention(Duration.ofDays(2), Duration.ofDays(40), Duration.ofDays(50)))
        .hasMessageContaining("usage-events, PT48H, has to be at least PT744H");
  }
}
