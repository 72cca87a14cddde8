package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Interval;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildSettings;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever uses a new word with every request makes sums no longer: but the first features and
 * models of a day are summed up together, and whoever asks for one by name is told what it used all
 * the same.
 */
class UsageWordsTest {

  private static final Instant START = Instant.parse("2026-09-20T10:00:00Z");
  private static final int WORDS_MAX = 1;
  private static final String FEW_WORDS =
      "bursar.projections.usage-words-max = " + WORDS_MAX + "\n";
  private static final int QUESTIONS = 80;
  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final UsageWorld WORLD =
      new UsageWorld("acme", JOURNAL, 11, START).live(600, Duration.ofHours(3));
  private static final Map<UsageWorld.Made, Map<Dimension, String>> NAMES = names();
  private static ReadSide readSide;

  @BeforeAll
  static void project() {
    JOURNAL.flush();
    readSide = new ReadSide(SETTINGS, new NoEntities(), InstantSource.system(), FEW_WORDS);
    readSide.caughtUp();
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  /** What features and models are called in sums: the first of a day by name. */
  private static Map<UsageWorld.Made, Map<Dimension, String>> names() {
    Map<String, Set<String>> words = new HashMap<>();
    Map<UsageWorld.Made, Map<Dimension, String>> names = new HashMap<>();
    for (UsageWorld.Made it : WORLD.made) {
      for (Dimension kind : List.of(Dimension.FEATURE, Dimension.MODEL)) {
        String word = it.of(kind);
        Set<String> ofDay =
            words.computeIfAbsent(
                kind + " " + LocalDate.ofInstant(it.countedAt, ZoneOffset.UTC),
                day -> new HashSet<>());
        if (word != null && ofDay.size() < WORDS_MAX) {
          ofDay.add(word);
        }
        if (word != null) {
          names
              .computeIfAbsent(it, any -> new EnumMap<>(Dimension.class))
              .put(kind, ofDay.contains(word) ? word : UsageQueries.OTHER);
        }
      }
    }
    return names;
  }

  private static @Nullable String summedAs(UsageWorld.Made it, Dimension dimension) {
    return NAMES.getOrDefault(it, Map.of()).getOrDefault(dimension, it.of(dimension));
  }

  private static boolean has(UsageWorld.Made it, Dimension dimension, String value) {
    return value.equals(UsageQueries.OTHER)
        ? value.equals(summedAs(it, dimension))
        : it.has(dimension, value);
  }

  private static Map<String, String> expected(Question question) {
    Map<String, UsageWorld.Sum> sums = new TreeMap<>();
    for (UsageWorld.Made it : WORLD.made) {
      if (!it.withdrawn
          && !it.countedAt.isBefore(question.from())
          && it.countedAt.isBefore(question.to())
          && question.filter().entrySet().stream()
              .allMatch(f -> has(it, f.getKey(), f.getValue()))) {
        List<@Nullable String> key = new ArrayList<>();
        key.add(
            question.interval() == null
                ? ""
                : it.countedAt
                    .atZone(question.zone())
                    .toLocalDate()
                    .atStartOfDay(question.zone())
                    .toInstant()
                    .toString());
        for (Dimension dimension : question.groupBy()) {
          boolean byName =
              question.filter().containsKey(dimension)
                  && !UsageQueries.OTHER.equals(question.filter().get(dimension));
          key.add(byName ? it.of(dimension) : summedAs(it, dimension));
        }
        key.add(it.plan.creditType());
        sums.computeIfAbsent(key.toString(), any -> new UsageWorld.Sum()).add(it);
      }
    }
    Map<String, String> expected = new TreeMap<>();
    sums.forEach((key, sum) -> expected.put(key, sum.toString()));
    return expected;
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Europe/Berlin", "Asia/Kathmandu"})
  void whateverIsAskedByNameIsAnsweredAsByHand(String zoneName) {
    ZoneId zone = ZoneId.of(zoneName);
    Random random = new Random(zoneName.hashCode());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < QUESTIONS; i++) {
      List<Dimension> groupBy = new ArrayList<>(EnumSet.allOf(Dimension.class));
      Collections.shuffle(groupBy, random);
      groupBy = groupBy.subList(0, random.nextInt(3));
      Map<Dimension, String> filter = new TreeMap<>();
      if (random.nextInt(3) > 0) {
        filter.put(
            Dimension.MODEL,
            random.nextInt(4) == 0 ? UsageQueries.OTHER : "model é" + random.nextInt(4));
      }
      if (random.nextInt(3) == 0) {
        filter.put(
            Dimension.FEATURE,
            random.nextInt(4) == 0 ? UsageQueries.OTHER : "feature" + random.nextInt(3));
      }
      if (random.nextInt(4) == 0) {
        filter.put(Dimension.TEAM, "team|" + random.nextInt(3));
      }
      Instant from = random.nextInt(3) == 0 ? Instant.EPOCH : time(random);
      Instant to = random.nextInt(3) == 0 ? WORLD.now().plusSeconds(1) : time(random);
      if (!from.isAfter(to)) {
        Question question =
            new Question(
                from, to, filter, groupBy, random.nextBoolean() ? null : Interval.DAY, zone);
        Map<String, String> answered = WORLD.answered(readSide.projections.usage(), question);
        assertThat(answered).as(question.toString()).isEqualTo(expected(question));
        answered.keySet().stream()
            .filter(key -> key.contains(UsageQueries.OTHER))
            .forEach(seen::add);
      }
    }
    assertThat(seen).isNotEmpty();
  }

  private static Instant time(Random random) {
    long micros = Duration.between(START, WORLD.now()).toNanos() / 1_000;
    return START.plusNanos((long) (random.nextDouble() * micros) * 1_000);
  }

  @Test
  void sumsHaveNoMoreWordsThanTheyMay() {
    DATABASE
        .jdbi()
        .useHandle(
            handle -> {
              for (String table : List.of("usage_day r", "usage_hour r")) {
                assertThat(
                        handle
                            .createQuery(
                                """
                                select count(*) from (
                                  select 1 from %s join usage_group d on d.id = r.group_id
                                  group by %s
                                  having count(distinct d.model) > 2 or count(distinct d.feature) > 2) many
                                """
                                    .formatted(
                                        table, table.startsWith("usage_day") ? "r.day" : "r.hour"))
                            .mapTo(Long.class)
                            .one())
                    .isZero();
              }
              assertThat(
                      handle
                          .createQuery("select count(distinct model) from usage_event")
                          .mapTo(Long.class)
                          .one())
                  .isEqualTo(3);
            });
  }

  @Test
  void theFoldOfTheJournalIsTheSame() {
    assertThat(
            new Verification(SETTINGS, OrgWorld.GRACE, Duration.ofHours(72))
                .run(counts -> {})
                .discrepancies())
        .filteredOn(each -> each.kind().name().equals("USAGE"))
        .isEmpty();
  }

  @Test
  void theyAreTheSameWhereverAPageEnds() {
    UsageDump inPages = projected("bursar.projections.page-rows-max = 1000");
    for (int rows : new int[] {1, 13}) {
      projected("bursar.projections.page-rows-max = " + rows).assertEqualTo(inPages);
    }
  }

  @Test
  void aDayThatHasOthersHasNoFurtherNamesOnceThereMayBeMore() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      UsageWorld world = new UsageWorld("acme", journal, 7, START.truncatedTo(ChronoUnit.DAYS));
      for (int max : new int[] {1, 10}) {
        world.live(60, Duration.ofMinutes(10));
        journal.flush();
        try (ReadSide side =
            new ReadSide(
                settings,
                new NoEntities(),
                InstantSource.system(),
                "bursar.projections.usage-words-max = " + max)) {
          side.caughtUp();
          for (int i = 0; i < 4; i++) {
            Map<Dimension, String> filter = Map.of(Dimension.MODEL, "model é" + i);
            Question question =
                new Question(
                    Instant.EPOCH,
                    world.now().plusSeconds(1),
                    filter,
                    List.of(),
                    null,
                    ZoneOffset.UTC);
            Map<String, String> byHand = new TreeMap<>();
            world
                .sums(question.from(), question.to(), filter, List.of(), at -> "")
                .forEach((key, sum) -> byHand.put(key.toString(), sum.toString()));
            assertThat(world.answered(side.projections.usage(), question)).isEqualTo(byHand);
          }
        }
      }
      assertThat(
              new Verification(settings, OrgWorld.GRACE, Duration.ofHours(72))
                  .run(counts -> {})
                  .discrepancies())
          .filteredOn(each -> each.kind().name().equals("USAGE"))
          .isEmpty();
    }
  }

  private static UsageDump projected(String overrides) {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      new UsageWorld("acme|1", journal, 7, START).live(300, Duration.ofHours(5));
      new UsageWorld("other", journal, 8, START).live(60, Duration.ofHours(9));
      journal.flush();
      try (ReadSide side =
          new ReadSide(settings, new NoEntities(), InstantSource.system(), FEW_WORDS + overrides)) {
        side.caughtUp();
      }
      Config config =
          ConfigFactory.parseString(
                  FEW_WORDS
                      + "bursar.projections.retention { usage-events = 9999d, usage-hours = 9999d, usage-days = 9999d }")
              .withFallback(ConfigFactory.parseResources("projections.conf"))
              .resolve();
      // Made anew they are the same, too.
      new Rebuild(
              settings,
              RebuildSettings.from(config),
              clock -> new ReadModels(ProjectionSettings.from(config).usage(), clock),
              List.of("usage"),
              progress -> {})
          .run(true);
      return UsageDump.of(database);
    }
  }
}
