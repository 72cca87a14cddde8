package dev.bursar.benchmarks.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.database.Migrations;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.journal.BatchCodec;
import dev.bursar.node.catalog.CatalogFile;
import dev.bursar.projections.journal.JournalRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Made-up usage is what its seed says, and its sums are those of its events. */
class UsageLoadTest {

  private static final int EVENTS = 2_000;
  private static final LocalDate FIRST = LocalDate.parse("2026-02-27");
  private static final Catalog CATALOG = CatalogFile.configured();

  private static EmbeddedDatabase server;

  private record Sums(long allowed, long denied, BigDecimal micros, BigDecimal input) {

    static final Sums NONE = new Sums(0, 0, BigDecimal.ZERO, BigDecimal.ZERO);

    Sums plus(Sums other) {
      return new Sums(
          allowed + other.allowed,
          denied + other.denied,
          micros.add(other.micros),
          input.add(other.input));
    }
  }

  @BeforeAll
  static void start() {
    server = EmbeddedDatabase.temporary(false);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static DatabaseSettings fresh(String name) {
    DatabaseSettings settings = server.freshDatabase(name);
    Migrations.migrate(settings);
    return settings;
  }

  private static UsageLoad load(DatabaseSettings database, int orgs, long seed) {
    return new UsageLoad(
        new UsageLoadOptions(Endpoint.local(1), database, EVENTS, orgs, seed, FIRST, 3), CATALOG);
  }

  /** By org, team and model, as the tables say. */
  private static Map<String, Sums> stored(Jdbi jdbi, String table) {
    Map<String, Sums> sums = new TreeMap<>();
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(
                    """
                    select concat_ws('/', g.org, g.team, g.model), sum(s.requests), sum(s.denied),
                      sum(s.credits), coalesce(sum(m.units), 0)
                    from %1$s s join usage_group g on g.id = s.group_id
                    left join %1$s_meter m on m.org = s.org and m.group_id = s.group_id
                      and m.%2$s = s.%2$s and m.meter = 'input_tokens'
                    group by 1
                    """
                        .formatted(table, table.substring("usage_".length())))
                .map(
                    (rs, context) ->
                        Map.entry(
                            rs.getString(1),
                            new Sums(
                                rs.getLong(2),
                                rs.getLong(3),
                                rs.getBigDecimal(4),
                                rs.getBigDecimal(5))))
                .forEach(each -> sums.put(each.getKey(), each.getValue())));
    return sums;
  }

  private static String digest(Jdbi jdbi) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select md5(string_agg(d::text, '' order by d.org, d.sequence, d.index)) from usage_event d")
                .mapTo(String.class)
                .one());
  }

  private static List<JournalRow> rows(String org, Instant start) {
    MadeUpDay day = new MadeUpDay(7, org, start, 500, 1, CATALOG);
    List<JournalRow> all = new ArrayList<>();
    List<JournalRow> next;
    while (!(next = day.next(100)).isEmpty()) {
      all.addAll(next);
    }
    return all;
  }

  @Test
  void theSumsAreThoseOfTheEvents() throws Exception {
    DatabaseSettings settings = fresh("sums");
    load(settings, 3, 7).write();
    try (Database database = Database.open(settings.withPoolSize(1))) {
      Map<String, Sums> byHand = new TreeMap<>();
      database
          .jdbi()
          .useHandle(
              handle ->
                  handle
                      .createQuery(
                          """
                          select concat_ws('/', org, team, model), model, feature, allowed,
                            (used ->> 'input_tokens')::bigint, (used ->> 'output_tokens')::bigint
                          from usage_event
                          """)
                      .map(
                          (rs, context) -> {
                            boolean allowed = rs.getBoolean(4);
                            long input = rs.getLong(5);
                            Price price =
                                CATALOG.price(rs.getString(3), rs.getString(2), Instant.MAX);
                            long micros =
                                allowed && price != null
                                    ? price
                                        .of(
                                            Map.of(
                                                "input_tokens",
                                                input,
                                                "output_tokens",
                                                rs.getLong(6)))
                                        .micros()
                                    : 0;
                            return Map.entry(
                                rs.getString(1),
                                new Sums(
                                    allowed ? 1 : 0,
                                    allowed ? 0 : 1,
                                    BigDecimal.valueOf(micros),
                                    BigDecimal.valueOf(input)));
                          })
                      .forEach(each -> byHand.merge(each.getKey(), each.getValue(), Sums::plus)));
      Sums all = byHand.values().stream().reduce(Sums.NONE, Sums::plus);
      assertThat(all.allowed() + all.denied()).isEqualTo(EVENTS);
      assertThat(all.denied()).isBetween(EVENTS / 100L, EVENTS / 15L);
      assertThat(all.micros()).isPositive();
      assertThat(stored(database.jdbi(), "usage_day")).isEqualTo(byHand);
      assertThat(stored(database.jdbi(), "usage_hour")).isEqualTo(byHand);
      assertThat(byHand.keySet()).anyMatch(each -> each.startsWith("load-7-03/"));
    }
  }

  @Test
  void theSameSeedMakesTheSameAndAnotherMakesOthers() throws Exception {
    Map<String, String> digests = new HashMap<>();
    for (String name : List.of("one", "again", "other")) {
      DatabaseSettings settings = fresh(name);
      load(settings, 2, name.equals("other") ? 8 : 7).write();
      try (Database database = Database.open(settings.withPoolSize(1))) {
        digests.put(name, digest(database.jdbi()));
      }
    }
    assertThat(digests.get("again")).isEqualTo(digests.get("one"));
    assertThat(digests.get("other")).isNotEqualTo(digests.get("one"));
  }

  @Test
  void whatIsThereIsNotMadeTwice() throws Exception {
    DatabaseSettings settings = fresh("twice");
    load(settings, 1, 7).write();
    assertThatThrownBy(() -> load(settings, 1, 7).write())
        .isInstanceOf(UsageLoadFailure.class)
        .hasMessageContaining("another --seed");
  }

  @Test
  void aDayIsMadeOfItsSeedItsOrgAndItsDate() {
    Instant start = Instant.parse("2026-02-27T00:00:00Z");
    List<JournalRow> rows = rows("load-7-01", start);
    assertThat(bytes(rows)).isEqualTo(bytes(rows("load-7-01", start)));
    assertThat(bytes(rows)).isNotEqualTo(bytes(rows("load-7-02", start)));
    assertThat(bytes(rows)).isNotEqualTo(bytes(rows("load-7-01", start.plusSeconds(86_400))));
    long decided =
        rows.stream()
            .flatMap(row -> ((JournalRow.OfOrg) row).batch().recorded().stream())
            .map(Recorded::event)
            .filter(event -> !(event instanceof OrgEvent.ReservationSettled))
            .count();
    assertThat(decided).isEqualTo(500);
    assertThat(rows).extracting(JournalRow::sequence).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  /** As the journal would have them. */
  private static List<String> bytes(List<JournalRow> rows) {
    return rows.stream()
        .map(
            row ->
                HexFormat.of()
                    .formatHex(BatchCodec.orgs().encode(((JournalRow.OfOrg) row).batch())))
        .toList();
  }
}
