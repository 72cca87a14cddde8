package dev.bursar.projections.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What no sums tell is added up in one scan of the events of its time. */
final class SummedEventsTest {

  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-02-01T00:00:00Z");

  private static final String EVENTS =
      """
      insert into usage_event (org, counted_at, sequence, index, recorded_at, reservation, allowed,
        denials, departments, wallet, actor, credit_type, amount, usage, user_id, model, outcome,
        ended_at, ended_sequence, ended_index, charged)
      select 'acme', at, i, 0, at, 'rsv_' || i, true, '{}', '{}', 'main', 'key', 'platform', 1,
        '{"tokens": 3, "none": 0}', 'u-' || i % 50, 'm-' || i % 7, 'committed', at, i, 0, 1
      from (
        select i, timestamptz '2025-12-20 00:00Z' + i * interval '5 minutes' as at
        from generate_series(0, 19999) i) e
      """;

  private static final String DAYS =
      """
      insert into usage_day (org, day, group_id, credits, requests, denied)
      select 'acme', cast(day as date), gen_random_uuid(), 0, 0, 0
      from generate_series(timestamp '2026-01-01', timestamp '2026-01-31', interval '1 day') day
      """;

  /** As if the service had far more events than the others. */
  private static final String USER_DAYS =
      """
      insert into usage_user_day (org, day, user_id, id, departments, credit_type, credits,
        requests, denied, meters)
      select 'acme', d.day, u.user_id, gen_random_uuid(), '{}', 'platform', 0, u.requests, 1, '{}'
      from usage_day d,
        (values ('service', 10000), ('u-1', 3)) as u (user_id, requests)
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              for (String at :
                  List.of("2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")) {
                TestPartitions.make(handle, Instant.parse(at), "usage_event");
              }
              handle.execute(EVENTS);
              handle.execute("analyze usage_event");
              TestPartitions.make(handle, FROM, "usage_day", "usage_user_day");
              handle.execute(DAYS);
              handle.execute(USER_DAYS);
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static List<Coverage.Part> days() {
    return Stream.iterate(FROM, at -> at.isBefore(TO), at -> at.plusSeconds(86_400))
        .map(
            at ->
                new Coverage.Part(
                    (int) ((at.getEpochSecond() - FROM.getEpochSecond()) / 86_400),
                    new Span(at, at.plusSeconds(86_400))))
        .toList();
  }

  private static String plan(List<Coverage.Part> parts, Dimension... groupBy) {
    return database
        .jdbi()
        .inTransaction(
            handle -> {
              // As for a table of millions.
              handle.execute(
                  """
                  select set_config('min_parallel_table_scan_size', '0', true),
                    set_config('parallel_setup_cost', '0', true),
                    set_config('parallel_tuple_cost', '0', true)
                  """);
              Summed summed = new Summed(handle, "acme", Map.of(), List.of(groupBy), 1_000);
              return String.join(
                  "\n",
                  new SummedEvents(
                          handle, "acme", Map.of(), groupBy.length, SummedNames.NONE, summed)
                      .ofEvents("explain ", parts, new Span(FROM, TO), List.of("tokens", "none"))
                      .bind("limit", 1_001)
                      .mapTo(String.class)
                      .list());
            });
  }

  @Test
  void severalProcessesScanTheEventsOfTheTimeAlone() {
    assertThat(
            plan(
                List.of(new Coverage.Part(0, new Span(FROM, TO))), Dimension.USER, Dimension.MODEL))
        .contains("Gather", "Parallel", "usage_event_2026_01")
        .doesNotContain("usage_event_2025_12", "usage_event_2026_02", "Join", "Nested Loop");
  }

  @Test
  void soTheyDoWhereItIsDayByDay() {
    assertThat(plan(days(), Dimension.USER))
        .contains("Parallel", "usage_event_2026_01")
        .doesNotContain("usage_event_2025_12", "Join", "Nested Loop");
  }

  private static void ask(Map<Dimension, String> filter) {
    database
        .jdbi()
        .useTransaction(
            handle ->
                UsageRows.of(
                    handle,
                    "acme",
                    new Question(FROM, TO, filter, List.of(Dimension.MODEL), null, ZoneOffset.UTC),
                    new Kept(handle, "acme", Retention.FOR_EVER, TO),
                    1_000,
                    false));
  }

  @Test
  void whoHasFewEventsIsLookedUpAndABusyOneIsScanned() {
    assertThatCode(() -> ask(Map.of(Dimension.USER, "u-1"))).doesNotThrowAnyException();
    assertThatCode(() -> ask(Map.of(Dimension.USER, "service", Dimension.SESSION, "s-1")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ask(Map.of(Dimension.USER, "service")))
        .isInstanceOf(TakesEvents.class);
  }
}
