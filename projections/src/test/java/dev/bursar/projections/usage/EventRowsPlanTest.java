package dev.bursar.projections.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How PostgreSQL means to find the few events of one user, session or team in a month of many. */
final class EventRowsPlanTest {

  private static final String ROWS =
      """
      insert into usage_event (org, counted_at, sequence, index, recorded_at, reservation, allowed,
        denials, departments, wallet, actor, credit_type, amount, usage, user_id, session, team)
      select 'acme', timestamptz '2026-01-01 00:00Z' + i * interval '1 s', i, 0,
        timestamptz '2026-01-01 00:00Z', 'rsv_' || i, true, '{}', '{}', 'main', 'key',
        'platform', 1, '{}', 'user-' || i % 2000, 'session-' || i % 4000, 'team-' || i % 2500
      from generate_series(1, 40000) i
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              TestPartitions.make(handle, Instant.parse("2026-01-01T00:00:00Z"), "usage_event");
              handle.execute(ROWS);
              handle.execute("analyze usage_event_2026_01");
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @ParameterizedTest
  @CsvSource({"USER, user-7, user_id", "SESSION, session-7, session", "TEAM, team-7, team"})
  void theEventsOfFewAreFoundByAnIndex(Dimension dimension, String value, String column) {
    EventFilter filter =
        new EventFilter(
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2026-02-01T00:00:00Z"),
            Map.of(dimension, value),
            null,
            null);
    List<String> plan =
        database
            .jdbi()
            .withHandle(
                handle ->
                    EventRows.query(
                            handle,
                            "explain ",
                            "acme",
                            filter,
                            new UsageEvent.Key(filter.from(), new Place(0, 0)),
                            new UsageEvent.Key(filter.to(), new Place(0, 0)),
                            101)
                        .mapTo(String.class)
                        .list());
    assertThat(String.join("\n", plan))
        .contains("usage_event_2026_01_org_%s_counted_at_idx".formatted(column))
        .doesNotContain("Seq Scan");
  }

  @Test
  void theEventsOfPartsOfDaysAreFoundByTheirTimes() {
    String parts =
        """
        (values (timestamptz '2026-01-01 00:00Z', timestamptz '2026-01-01 01:00Z'),
          (timestamptz '2026-01-01 09:00Z', timestamptz '2026-01-01 10:00Z')) s (f, t)
        """;
    List<String> plan =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "explain select count(*) " + Summed.OF_FEW_EVENTS.formatted(parts))
                        .bind("org", "acme")
                        .mapTo(String.class)
                        .list());
    assertThat(String.join("\n", plan))
        .contains("usage_event_2026_01_pkey")
        .doesNotContain("Seq Scan");
  }
}
