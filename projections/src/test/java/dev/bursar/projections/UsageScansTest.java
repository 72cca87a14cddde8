package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.domain.usage.UsageQueries.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** Whoever asks what sums tell waits for nobody who asks what takes single events. */
class UsageScansTest {

  private static final Instant START = Instant.parse("2026-09-20T10:00:00Z");

  /** The one who asks for events waits for a lock until everybody else is answered. */
  private static final DatabaseTimeouts PATIENT =
      new DatabaseTimeouts(
          DatabaseTimeouts.STANDARD.statement(),
          ReadSide.PATIENCE,
          DatabaseTimeouts.STANDARD.idleInTransaction(),
          DatabaseTimeouts.STANDARD.socket(),
          DatabaseTimeouts.STANDARD.connection());

  /** Of whole UTC days, of which there are sums by user, too. */
  private static Question by(Dimension... dimensions) {
    Instant from = START.truncatedTo(ChronoUnit.DAYS);
    return new Question(
        from,
        from.plus(Duration.ofDays(40)),
        Map.of(),
        List.of(dimensions),
        null,
        ZoneId.of("UTC"));
  }

  private static List<Row> rows(CompletionStage<Usage> answer) {
    return ReadSide.await(answer).rows();
  }

  @Test
  void sumsAreToldWhileEventsTakeLong() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING))) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      UsageWorld world = new UsageWorld("acme", journal, 7, START).live(200, Duration.ofHours(5));
      journal.flush();
      try (ReadSide side =
              new ReadSide(
                  settings.withTimeouts(PATIENT),
                  new NoEntities(),
                  InstantSource.system(),
                  "bursar.projections { queries-max = 1, scans-max = 1 }");
          Handle holder = database.jdbi().open()) {
        side.caughtUp();
        UsageQueries usage = side.projections.usage();
        String org = world.id.org();
        holder.begin();
        // Where the events are: that the table is there is nobody's doubt.
        holder
            .createQuery(
                "select cast(inhrelid as regclass)::text from pg_inherits where inhparent = 'usage_event'::regclass")
            .mapTo(String.class)
            .list()
            .forEach(
                partition ->
                    holder.execute("lock table %s in access exclusive mode".formatted(partition)));
        CompletionStage<Usage> slow = usage.usage(org, by(Dimension.USER, Dimension.MODEL), false);
        for (int i = 0; i < 3; i++) {
          assertThat(rows(usage.usage(org, by(Dimension.TEAM, Dimension.MODEL), false)))
              .isNotEmpty();
          assertThat(rows(usage.usage(org, by(Dimension.USER), false))).isNotEmpty();
        }
        assertThat(slow.toCompletableFuture()).isNotDone();
        holder.rollback();
        assertThat(rows(slow)).isNotEmpty();
      }
    }
  }

  @Test
  void whoWaitsForOtherTablesSeesWhatIsInThem() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING))) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      UsageWorld world = new UsageWorld("acme", journal, 7, START).live(50, Duration.ofHours(5));
      journal.flush();
      try (ReadSide side = new ReadSide(settings, new NoEntities(), InstantSource.system(), "");
          Handle exchange = database.jdbi().open()) {
        side.caughtUp();
        UsageQueries usage = side.projections.usage();
        String org = world.id.org();
        List<Row> before = rows(usage.usage(org, by(Dimension.TEAM), false));
        exchange.begin();
        exchange.execute("lock table read_gate in access exclusive mode");
        CompletionStage<Usage> waits = usage.usage(org, by(Dimension.TEAM), false);
        ReadSide.until(() -> somebodyWaits(exchange));
        exchange.execute("update usage_day set requests = requests + 1");
        exchange.commit();
        assertThat(rows(waits)).hasSameSizeAs(before).isNotEqualTo(before);
      }
    }
  }

  private static boolean somebodyWaits(Handle handle) {
    return handle
        .createQuery(
            "select exists (select 1 from pg_locks where not granted and relation = cast('read_gate' as regclass))")
        .mapTo(Boolean.class)
        .one();
  }
}
