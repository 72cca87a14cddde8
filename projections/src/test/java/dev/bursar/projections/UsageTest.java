package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Decision;
import dev.bursar.domain.usage.UsageEvent.Outcome;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.domain.usage.UsageQueries.EventPage;
import dev.bursar.domain.usage.UsageQueries.Interval;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two months of usage, over the ends of months and summer times, against the same added up by hand.
 */
class UsageTest {

  private static final Instant START = Instant.parse("2026-09-20T10:00:00Z");
  private static final Instant ALWAYS = Instant.parse("9999-12-31T23:59:59Z");
  private static final int QUESTIONS = 60;
  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final UsageWorld WORLD =
      new UsageWorld("acme|1", JOURNAL, 5, START).live(900, Duration.ofHours(3));
  private static final UsageWorld OTHER =
      new UsageWorld("other", JOURNAL, 6, START).live(100, Duration.ofHours(9));
  private static ReadSide readSide;
  private static UsageQueries usage;

  @BeforeAll
  static void project() {
    JOURNAL.flush();
    readSide = new ReadSide(SETTINGS, new NoEntities(), InstantSource.system(), "");
    readSide.caughtUp();
    usage = readSide.projections.usage();
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  private static Function<Instant, String> stretch(@Nullable Interval interval, ZoneId zone) {
    if (interval == null) {
      return at -> "";
    }
    return at -> {
      ZonedDateTime local = at.atZone(zone);
      LocalDate day = local.toLocalDate();
      return switch (interval) {
        case HOUR -> local.truncatedTo(ChronoUnit.HOURS).toInstant().toString();
        case DAY -> day.atStartOfDay(zone).toInstant().toString();
        case WEEK ->
            day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                .atStartOfDay(zone)
                .toInstant()
                .toString();
        case MONTH -> day.withDayOfMonth(1).atStartOfDay(zone).toInstant().toString();
      };
    };
  }

  private static void assertAnswered(Question question) {
    Map<String, String> should = new TreeMap<>();
    WORLD
        .sums(
            question.from(),
            question.to(),
            question.filter(),
            question.groupBy(),
            stretch(question.interval(), question.zone()))
        .forEach((key, sum) -> should.put(key.toString(), sum.toString()));
    assertThat(WORLD.answered(usage, question)).as(question.toString()).isEqualTo(should);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTC",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/New_York",
        "Asia/Kathmandu"
      })
  void everyQuestionIsAnsweredAsByHand(String zoneName) {
    ZoneId zone = ZoneId.of(zoneName);
    Random random = new Random(zoneName.hashCode());
    List<Interval> intervals = new ArrayList<>(List.of(Interval.values()));
    for (int i = 0; i < QUESTIONS; i++) {
      Interval interval = i % 4 == 0 ? null : intervals.get(random.nextInt(intervals.size()));
      List<Dimension> groupBy = new ArrayList<>(EnumSet.allOf(Dimension.class));
      Collections.shuffle(groupBy, random);
      groupBy = groupBy.subList(0, random.nextInt(4));
      Map<Dimension, String> filter = new TreeMap<>();
      if (random.nextInt(3) == 0) {
        filter.put(Dimension.TEAM, "team|" + random.nextInt(3));
      }
      if (random.nextInt(4) == 0) {
        filter.put(Dimension.DEPARTMENT, "d" + (1 + random.nextInt(3)));
      }
      if (random.nextInt(6) == 0) {
        filter.put(Dimension.USER, "user" + random.nextInt(4));
      }
      Instant from = random.nextInt(4) == 0 ? Instant.EPOCH : time(random, zone);
      Instant to = random.nextInt(4) == 0 ? ALWAYS : time(random, zone);
      if (!from.isAfter(to)) {
        assertAnswered(new Question(from, to, filter, groupBy, interval, zone));
      }
    }
  }

  /** Sums of users are kept by team and departments, by UTC day. */
  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Europe/Berlin", "Asia/Kathmandu"})
  void whatUsersUsedIsAnsweredAsByHand(String zoneName) {
    ZoneId zone = ZoneId.of(zoneName);
    Random random = new Random(zoneName.hashCode());
    for (int i = 0; i < QUESTIONS; i++) {
      List<Dimension> groupBy =
          new ArrayList<>(List.of(Dimension.USER, Dimension.TEAM, Dimension.DEPARTMENT));
      Collections.shuffle(groupBy, random);
      groupBy = groupBy.subList(0, random.nextInt(4));
      Map<Dimension, String> filter = new TreeMap<>();
      if (random.nextInt(3) == 0) {
        filter.put(Dimension.TEAM, "team|" + random.nextInt(3));
      }
      if (random.nextInt(3) == 0) {
        filter.put(Dimension.DEPARTMENT, "d" + (1 + random.nextInt(3)));
      }
      if (!groupBy.contains(Dimension.USER) || random.nextInt(3) == 0) {
        filter.put(Dimension.USER, "user" + random.nextInt(4));
      }
      Interval interval = i % 2 == 0 ? null : Interval.values()[random.nextInt(4)];
      Instant from = random.nextInt(4) == 0 ? Instant.EPOCH : time(random, zone);
      Instant to = random.nextInt(4) == 0 ? ALWAYS : time(random, zone);
      if (!from.isAfter(to)) {
        assertAnswered(new Question(from, to, filter, groupBy, interval, zone));
      }
    }
  }

  @Test
  void whatUsersUsedInWholeDaysTakesNoEvents() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      UsageWorld world = new UsageWorld("acme", journal, 7, START).live(200, Duration.ofHours(5));
      journal.flush();
      try (ReadSide side = new ReadSide(settings, new NoEntities(), InstantSource.system(), "")) {
        side.caughtUp();
        Question question =
            new Question(
                Instant.EPOCH,
                ALWAYS,
                Map.of(),
                List.of(Dimension.USER, Dimension.TEAM),
                Interval.MONTH,
                ZoneId.of("UTC"));
        List<Row> rows =
            ReadSide.await(side.projections.usage().usage(world.id.org(), question, true)).rows();
        database.jdbi().useHandle(handle -> handle.execute("delete from usage_event"));
        assertThat(
                ReadSide.await(side.projections.usage().usage(world.id.org(), question, true))
                    .rows())
            .isEqualTo(rows)
            .hasSizeGreaterThan(6);
      }
    }
  }

  /** Any, or the start of a day or an hour. */
  private static Instant time(Random random, ZoneId zone) {
    long micros = ChronoUnit.MICROS.between(START, WORLD.now());
    Instant at = START.plus((long) (random.nextDouble() * micros), ChronoUnit.MICROS);
    return switch (random.nextInt(3)) {
      case 0 -> at;
      case 1 -> at.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant();
      default -> at.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant();
    };
  }

  @Test
  void theBoundsOfAQuestionAreExact() {
    for (UsageWorld.Made made : WORLD.made.subList(0, 40)) {
      Instant at = made.countedAt;
      for (Instant to : List.of(at, at.plus(1, ChronoUnit.MICROS), at.plusSeconds(200_000))) {
        assertAnswered(
            new Question(at, to, Map.of(), List.of(Dimension.MODEL), null, ZoneId.of("UTC")));
      }
    }
  }

  @Test
  void theFoldOfTheJournalIsTheSame() {
    Report report =
        new Verification(SETTINGS, OrgWorld.GRACE, Duration.ofHours(72)).run(counts -> {});
    assertThat(report.discrepancies()).filteredOn(d -> d.kind().name().equals("USAGE")).isEmpty();
    assertThat(report.counts().usageEvents())
        .isEqualTo(WORLD.made.size() + (long) OTHER.made.size());
  }

  @Test
  void itIsTheSameWhereverAPageEnds() {
    UsageDump inPages = projected("bursar.projections.page-rows-max = 1000", 1);
    for (int rows : new int[] {1, 13}) {
      projected("bursar.projections.page-rows-max = " + rows, 1).assertEqualTo(inPages);
    }
  }

  @Test
  void itIsTheSameWithTwoProjectorsAtOnce() {
    String eager =
        """
        bursar.projections {
          poll-interval = 1ms, restart-backoff-min = 20ms, restart-backoff-max = 50ms
          page-rows-max = 20
        }
        """;
    projected(eager, 2).assertEqualTo(projected(eager, 1));
  }

  @Test
  void anAnswerHasABound() {
    try (ReadSide side =
        new ReadSide(
            SETTINGS,
            new NoEntities(),
            InstantSource.system(),
            "bursar.projections.usage-rows-max = 2")) {
      UsageQueries bounded = side.projections.usage();
      Question whole =
          new Question(Instant.EPOCH, ALWAYS, Map.of(), List.of(), null, ZoneId.of("UTC"));
      assertThat(ReadSide.await(bounded.usage(WORLD.id.org(), whole, true)).rows()).hasSize(2);
      for (Dimension dimension : List.of(Dimension.TEAM, Dimension.USER)) {
        Question question =
            new Question(
                Instant.EPOCH, ALWAYS, Map.of(), List.of(dimension), null, ZoneId.of("UTC"));
        assertThatThrownBy(() -> ReadSide.await(bounded.usage(WORLD.id.org(), question, true)))
            .cause()
            .isInstanceOfSatisfying(
                Unanswerable.class,
                each -> assertThat(each.reason()).isEqualTo(Unanswerable.Reason.TOO_MANY_ROWS))
            .hasMessageContaining("more rows than 2, which is the most");
      }
    }
  }

  /** What so many nodes at once make of one journal. */
  private static UsageDump projected(String overrides, int nodes) {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      new UsageWorld("acme|1", journal, 7, START).live(300, Duration.ofHours(5));
      new UsageWorld("other", journal, 8, START).live(60, Duration.ofHours(9));
      List<ReadSide> sides = new ArrayList<>();
      try {
        for (int i = 0; i < nodes; i++) {
          sides.add(new ReadSide(settings, new NoEntities(), InstantSource.system(), overrides));
        }
        journal.flush();
        sides.forEach(ReadSide::caughtUp);
        return UsageDump.of(database);
      } finally {
        sides.forEach(ReadSide::close);
      }
    }
  }

  @Test
  void everyMonthHasAPartition() {
    assertThat(partitions())
        .contains("usage_event_2026_09", "usage_event_2026_10", "usage_event_2026_11")
        .contains("usage_hour_2026_10", "usage_hour_meter_2026_10")
        .contains("usage_day_2026", "usage_day_meter_2026");
  }

  private static List<String> partitions() {
    return DATABASE
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select cast(inhrelid as regclass)::text from pg_inherits")
                    .mapTo(String.class)
                    .list());
  }

  @Test
  void whatWasReportedAndChargedIsKnownByItsName() {
    List<String> known =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select encode(key, 'hex') from reported_usage where org = ?")
                        .bind(0, WORLD.id.org())
                        .mapTo(String.class)
                        .list());
    assertThat(known)
        .containsExactlyInAnyOrderElementsOf(
            WORLD.charged.stream()
                .map(each -> HexFormat.of().formatHex(Reported.key(each.source(), each.id())))
                .toList())
        .isNotEmpty();
  }

  private static List<UsageEvent> events(EventFilter filter, int limit) {
    List<UsageEvent> all = new ArrayList<>();
    UsageEvent.Key after = null;
    EventPage page;
    do {
      page = ReadSide.await(usage.events(WORLD.id.org(), filter, after, limit, true));
      all.addAll(page.events());
      assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
      UsageEvent.Key next = page.next();
      after = next == null ? null : UsageEvent.Key.parse(next.text()).orElseThrow();
    } while (after != null);
    return all;
  }

  private static EventFilter all(@Nullable Decision decision, @Nullable Outcome outcome) {
    return new EventFilter(Instant.EPOCH, ALWAYS, Map.of(), decision, outcome);
  }

  @Test
  void everyEventIsListedOnceTheNewestFirst() {
    List<UsageEvent> listed = events(all(null, null), 97);
    assertThat(listed)
        .extracting(UsageEvent::reservation)
        .containsExactlyInAnyOrderElementsOf(
            WORLD.made.stream()
                .filter(made -> !made.withdrawn)
                .map(made -> made.plan.reservation())
                .toList());
    assertThat(listed)
        .extracting(each -> each.key().countedAt())
        .isSortedAccordingTo(Comparator.reverseOrder());
    Map<String, UsageWorld.Made> made = new TreeMap<>();
    WORLD.made.forEach(each -> made.put(each.plan.reservation(), each));
    for (UsageEvent event : listed) {
      UsageWorld.Made of = made.get(event.reservation());
      assertThat(event.key().countedAt()).isEqualTo(of.countedAt);
      assertThat(event.attribution().subject()).isEqualTo(of.plan.request().subject());
      assertThat(event.metadata()).isEqualTo(of.plan.request().metadata());
      assertThat(event.traceId()).isEqualTo(of.plan.request().traceId());
      assertThat(event.used()).isEqualTo(of.used);
      assertThat(event.decision() == Decision.ALLOW).isEqualTo(of.allowed);
      assertThat(event.charged() == null).isEqualTo(of.outcome == null);
      assertThat(event.reported() == null).isEqualTo(of.plan.request().reported() == null);
      if (event.reported() != null) {
        Reported reported = of.plan.request().reported();
        assertThat(event.reported().happenedAt()).isEqualTo(reported.happenedAt());
        assertThat(event.reported().late()).isEqualTo("late".equals(of.outcome));
      }
    }
  }

  @Test
  void eventsAreFilteredByEverything() {
    for (Outcome outcome : Outcome.values()) {
      assertThat(events(all(null, outcome), 500))
          .hasSize(
              (int)
                  WORLD.made.stream()
                      .filter(made -> !made.withdrawn && outcome(made) == outcome)
                      .count())
          .as(outcome.word())
          .allMatch(event -> event.outcome() == outcome)
          .isNotEmpty();
    }
    assertThat(events(all(Decision.DENY, null), 500))
        .isEqualTo(events(all(null, Outcome.DENIED), 500));
    EventFilter ofUser =
        new EventFilter(
            START.plusSeconds(86_400),
            START.plusSeconds(20 * 86_400),
            Map.of(Dimension.USER, "user1", Dimension.DEPARTMENT, "d1"),
            null,
            null);
    assertThat(events(ofUser, 7))
        .isNotEmpty()
        .allMatch(event -> "user1".equals(event.attribution().subject().user()))
        .allMatch(event -> event.attribution().departments().contains("d1"))
        .allMatch(event -> !event.key().countedAt().isBefore(ofUser.from()))
        .allMatch(event -> event.key().countedAt().isBefore(ofUser.to()));
  }

  private static Outcome outcome(UsageWorld.Made made) {
    if (made.outcome == null) {
      return Outcome.OPEN;
    }
    return switch (made.outcome) {
      case "denied" -> Outcome.DENIED;
      case "ended" -> Outcome.RELEASED;
      case "expired" -> Outcome.EXPIRED;
      case "late" -> Outcome.LATE;
      default -> Outcome.COMMITTED;
    };
  }
}
