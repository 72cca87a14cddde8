package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.Latency;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.database.Database;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jdbi.v3.core.Jdbi;

/**
 * How long after a one-shot was answered its usage event stands in the read model: one after the
 * other, from several orgs, as somebody sees it who looks at the table every few milliseconds.
 */
final class SeenAfter {

  private static final Duration CALL_MAX = Duration.ofSeconds(30);
  private static final long SEEN_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long LOOK_MILLIS = 2;
  private static final long BETWEEN_MILLIS = 50;
  private static final String SEEN =
      """
      select exists (
        select 1 from usage_event
        where hashtextextended(reservation, 0) = hashtextextended(:reservation, 0)
          and reservation = :reservation and counted_at > now() - interval '1 hour')
      """;

  private final ServerUnderTest server;
  private final Database database;
  private final List<String> orgs;
  private final Histogram histogram = Latency.newHistogram();

  SeenAfter(ServerUnderTest server, Database database, List<String> orgs) {
    this.server = server;
    this.database = database;
    this.orgs = orgs;
  }

  /** Goes on for so long; blocks. */
  void run(Duration how) throws BenchFailure, InterruptedException {
    long end = System.nanoTime() + how.toNanos();
    try (HttpConnection connection = new HttpConnection(server.endpoint(), CALL_MAX)) {
      for (int number = 0; System.nanoTime() - end < 0; number++) {
        one(connection, orgs.get(number % orgs.size()), number);
        TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
      }
    }
  }

  private void one(HttpConnection connection, String org, int number)
      throws BenchFailure, InterruptedException {
    String key = "seen-" + Long.toString(System.nanoTime(), 36) + "-" + number;
    Response response;
    try {
      response = connection.call(Request.post("/v1/reservations", Traffic.oneShot(org), key));
    } catch (CallFailure e) {
      throw new BenchFailure("a one-shot failed: " + e.getMessage(), e);
    }
    long answered = System.nanoTime();
    String reservation = JsonScan.string(response.body(), "reservation_id");
    Jdbi jdbi = database.jdbi();
    while (!jdbi.withHandle(
        handle ->
            handle.createQuery(SEEN).bind("reservation", reservation).mapTo(Boolean.class).one())) {
      if (System.nanoTime() - answered > SEEN_WITHIN_NANOS) {
        throw new BenchFailure("a usage event could not be seen within 30 s");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    Latency.record(histogram, System.nanoTime() - answered);
  }

  Latency latency() {
    return Latency.of(histogram);
  }

  long count() {
    return histogram.getTotalCount();
  }
}
