package dev.bursar.projections.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Decision;
import dev.bursar.domain.usage.UsageEvent.Outcome;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.projections.TestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Few events among many are found by the hours that have any, each once, however short pages are.
 */
final class EventPagesTest {

  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-02-01T00:00:00Z");
  private static final UUID USUAL = UUID.fromString("00000000-0000-0000-0000-000000000001");
  private static final UUID RARE = UUID.fromString("00000000-0000-0000-0000-000000000002");

  /** One a minute; of a rare model every other day, but for a day on which there are several. */
  private static final String EVENTS =
      """
      insert into usage_event (org, counted_at, sequence, index, recorded_at, reservation, allowed,
        denials, departments, wallet, actor, credit_type, amount, usage, team, user_id, model,
        outcome, ended_at, ended_sequence, ended_index, charged)
      select 'acme', at, i, 0, at, 'rsv_' || i, i % 7001 <> 0,
        case when i % 7001 = 0 then array['budget_exceeded'] else array[]::text[] end, '{}', 'main',
        'key', 'platform', 1, '{}', 'team-1',
        case i % 4 when 0 then 'seldom' else 'service' end,
        case when i % 2880 = 77 or i between 20000 and 20007 then 'rare' else 'usual' end,
        case when i % 7001 = 0 then 'denied' when i % 9001 = 0 then 'expired' end,
        case when i % 7001 = 0 or i % 9001 = 0 then at end, i, 0, 0
      from (
        select i, timestamptz '2026-01-01 00:00Z' + i * interval '1 minute' as at
        from generate_series(0, 44639) i) e
      """;

  private static final String HOURS =
      """
      insert into usage_hour (org, hour, group_id, credits, requests, denied)
      select org, date_trunc('hour', counted_at, 'UTC'),
        cast('00000000-0000-0000-0000-00000000000' || case model when 'rare' then 2 else 1 end as uuid),
        0, count(*) filter (where allowed), count(*) filter (where not allowed)
      from usage_event group by 1, 2, 3
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              TestPartitions.make(handle, FROM, "usage_event", "usage_hour");
              handle.execute(EVENTS);
              handle.execute(HOURS);
              for (UUID group : List.of(USUAL, RARE)) {
                handle.execute(
                    """
                    insert into usage_group (id, org, team, departments, model, wallet, credit_type)
                    values (?, 'acme', 'team-1', '{}', ?, 'main', 'platform')
                    """,
                    group,
                    group.equals(RARE) ? "rare" : "usual");
              }
              handle.execute("vacuum analyze usage_event, usage_hour");
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static EventFilter filter(
      Map<Dimension, String> of, @Nullable Decision decision, @Nullable Outcome outcome) {
    return new EventFilter(FROM, TO, of, decision, outcome);
  }

  static Stream<EventFilter> filters() {
    return Stream.of(
        filter(Map.of(Dimension.MODEL, "rare"), null, null),
        filter(Map.of(Dimension.MODEL, "rare", Dimension.TEAM, "team-1"), Decision.ALLOW, null),
        filter(Map.of(Dimension.MODEL, "none"), null, null),
        filter(Map.of(), Decision.DENY, null),
        filter(Map.of(), null, Outcome.DENIED),
        filter(Map.of(Dimension.USER, "service"), Decision.DENY, null),
        filter(Map.of(Dimension.USER, "service", Dimension.MODEL, "rare"), null, null),
        filter(Map.of(Dimension.USER, "seldom", Dimension.TEAM, "team-1"), null, Outcome.EXPIRED),
        filter(Map.of(Dimension.USER, "none", Dimension.MODEL, "usual"), null, null),
        filter(Map.of(), null, Outcome.EXPIRED),
        filter(Map.of(Dimension.MODEL, "usual"), null, Outcome.EXPIRED),
        new EventFilter(
            FROM.plusSeconds(77 * 60),
            TO.minusSeconds(86_400),
            Map.of(Dimension.MODEL, "rare"),
            null,
            null));
  }

  private static List<String> all(EventFilter filter, int limit, Duration looksFor, int[] pages) {
    List<String> found = new ArrayList<>();
    database
        .jdbi()
        .useHandle(
            handle -> {
              UsageEvent.Key after = null;
              do {
                EventPages.Page page =
                    new EventPages(handle, "acme", filter, limit, looksFor)
                        .page(after, new Kept(handle, "acme", Retention.FOR_EVER, TO));
                assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
                page.events().forEach(event -> found.add(event.reservation()));
                UsageEvent.Key next = page.next();
                assertThat(after == null || next == null || next.compareTo(after) < 0).isTrue();
                after = next;
                pages[0]++;
              } while (after != null);
            });
    return found;
  }

  private static List<String> expected(EventFilter filter) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                EventRows.query(
                        handle,
                        "",
                        "acme",
                        filter,
                        new UsageEvent.Key(filter.from(), new Place(0, 0)),
                        new UsageEvent.Key(filter.to(), new Place(0, 0)),
                        1_000_000)
                    .map((rs, context) -> rs.getString("reservation"))
                    .list());
  }

  @ParameterizedTest
  @MethodSource("filters")
  void eachIsFoundOnce(EventFilter filter) {
    List<String> expected = expected(filter);
    for (int limit : new int[] {1, 3, 5, 1_000}) {
      for (Duration looksFor : List.of(Duration.ZERO, Duration.ofMinutes(1))) {
        assertThat(all(filter, limit, looksFor, new int[1]))
            .as("%d a page, looking for %s", limit, looksFor)
            .isEqualTo(expected);
      }
    }
    assertThat(expected.isEmpty()).isEqualTo(filter.filter().containsValue("none"));
  }

  /** What takes long is told in parts; what does not comes at once. */
  @Test
  void pagesAreShortOnlyIfItTakesLong() {
    EventFilter rare = filter(Map.of(Dimension.MODEL, "rare"), null, null);
    int[] pages = new int[1];
    all(rare, 1_000, Duration.ofMinutes(1), pages);
    assertThat(pages[0]).isOne();
    pages[0] = 0;
    all(rare, 1_000, Duration.ZERO, pages);
    // No page looks through more than some thousand events.
    assertThat(pages[0]).isBetween(5, 44_640 / 5_000 + 1);
    pages[0] = 0;
    all(
        filter(Map.of(Dimension.USER, "service"), Decision.DENY, null),
        1_000,
        Duration.ZERO,
        pages);
    assertThat(pages[0]).isBetween(5, 44_640 / 5_000 + 1);
  }

  @Test
  void theHoursOfFewAreFoundByTheirGroup() {
    List<String> plan =
        database
            .jdbi()
            .withHandle(
                handle ->
                    new EventPages(
                            handle,
                            "acme",
                            filter(Map.of(Dimension.MODEL, "rare"), null, null),
                            100,
                            Duration.ZERO)
                        .hours("explain ", FROM, TO, List.of(RARE))
                        .mapTo(String.class)
                        .list());
    assertThat(String.join("\n", plan))
        .contains("usage_hour_2026_01_group_id_hour_idx")
        .doesNotContain("Seq Scan");
  }

  private static String planOfNth(Map<Dimension, String> of) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                String.join(
                    "\n",
                    new EventPages(handle, "acme", filter(of, null, null), 100, Duration.ZERO)
                        .nth(
                            "explain ",
                            new UsageEvent.Key(FROM, new Place(0, 0)),
                            new UsageEvent.Key(TO.minusSeconds(120), new Place(44_638, 0)),
                            1_000)
                        .mapTo(String.class)
                        .list()));
  }

  @Test
  void theEndOfAChunkIsFoundInTheIndexAlone() {
    assertThat(planOfNth(Map.of()))
        .contains("Index Only Scan Backward using usage_event_2026_01_pkey")
        .doesNotContain("Sort");
  }

  @Test
  void thatOfAUserWhoIsNotThereIsFoundInAnIndex() {
    assertThat(planOfNth(Map.of(Dimension.USER, "none")))
        .contains("usage_event_2026_01_org_user_id_counted_at_idx")
        .doesNotContain("Seq Scan");
  }
}
