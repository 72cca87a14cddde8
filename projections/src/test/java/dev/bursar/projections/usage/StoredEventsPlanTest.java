package dev.bursar.projections.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How PostgreSQL means to find what has ended, in a table of which it knows nothing yet. */
final class StoredEventsPlanTest {

  private static final String ROWS =
      """
      insert into usage_event (org, counted_at, sequence, index, recorded_at, reservation, allowed,
        denials, departments, wallet, actor, credit_type, amount, usage)
      select 'acme', timestamptz '2026-01-01 00:00Z' + i * interval '1 ms', i, 0,
        timestamptz '2026-01-01 00:00Z', 'rsv_' || i, true, '{}', '{}', 'main', 'key',
        'platform', 1, '{}'
      from generate_series(1, 20000) i
      """;

  @Test
  void looksEachUpInTheIndexOfReservations() {
    List<String> reservations = IntStream.range(0, 100).mapToObj(i -> "rsv_" + 200 * i).toList();
    try (Database database = Database.open(TestServer.fresh())) {
      List<String> plan =
          database
              .jdbi()
              .withHandle(
                  handle -> {
                    TestPartitions.make(
                        handle, Instant.parse("2026-01-01T00:00:00Z"), "usage_event");
                    handle.execute(
                        "alter table usage_event_2026_01 set (autovacuum_enabled = off)");
                    handle.execute(ROWS);
                    return handle
                        .createQuery("explain " + StoredEvents.FIND)
                        .bindArray("reservations", String.class, reservations)
                        .bind("from", OffsetDateTime.parse("2025-12-30T00:00:00Z"))
                        .bind("to", OffsetDateTime.parse("9999-12-31T00:00:00Z"))
                        .mapTo(String.class)
                        .list();
                  });
      assertThat(String.join("\n", plan))
          .contains("Nested Loop", "usage_event_2026_01_hashtextextended_idx")
          .doesNotContain("usage_event_2026_01_pkey", "Seq Scan");
    }
  }
}
