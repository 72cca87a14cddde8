package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.Latency;
import dev.bursar.benchmarks.load.Outcome;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.database.Database;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jdbi.v3.core.Jdbi;

/**
 * How long after work was charged its usage event stands in the read model with what it cost: of
 * one-shots, and of what was set aside before, by turns; from several orgs, as somebody sees it who
 * looks at the table every few milliseconds.
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
          and reservation = :reservation and counted_at > now() - interval '1 hour'
          and outcome is not null)
      """;

  private final ServerUnderTest server;
  private final Database database;
  private final List<String> orgs;
  private final Histogram oneShots = Latency.newHistogram();
  private final Histogram commits = Latency.newHistogram();

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
        String org = orgs.get(number % orgs.size());
        if (number % 2 == 0) {
          Latency.record(oneShots, seenAfter(oneShot(connection, org)));
        } else {
          Latency.record(commits, seenAfter(reservedAndCommitted(connection, org)));
        }
        TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
      }
    }
  }

  private static String oneShot(HttpConnection connection, String org) throws BenchFailure {
    return JsonScan.string(call(connection, "", Traffic.oneShot(org)), "reservation_id");
  }

  private static String reservedAndCommitted(HttpConnection connection, String org)
      throws BenchFailure {
    String reservation =
        JsonScan.string(call(connection, "", Traffic.reserve(org)), "reservation_id");
    call(connection, "/" + reservation + "/commit", Traffic.commit());
    return reservation;
  }

  private static byte[] call(HttpConnection connection, String path, byte[] body)
      throws BenchFailure {
    Response response;
    try {
      response =
          connection.call(Request.post(Traffic.PATH + path, body, "seen-" + UUID.randomUUID()));
    } catch (CallFailure e) {
      throw new BenchFailure("a call failed: " + e.getMessage(), e);
    }
    if (response.outcome() != Outcome.OK) {
      throw new BenchFailure(
          "a call was answered with %d %s".formatted(response.status(), response.text()));
    }
    return response.body();
  }

  /** How long it takes from now on, in nanoseconds. */
  private long seenAfter(String reservation) throws BenchFailure, InterruptedException {
    long answered = System.nanoTime();
    Jdbi jdbi = database.jdbi();
    while (!jdbi.withHandle(
        handle ->
            handle.createQuery(SEEN).bind("reservation", reservation).mapTo(Boolean.class).one())) {
      if (System.nanoTime() - answered > SEEN_WITHIN_NANOS) {
        throw new BenchFailure("what a usage event cost could not be seen within 30 s");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    return System.nanoTime() - answered;
  }

  /** Of one-shots, in milliseconds. */
  String oneShots() {
    return line(oneShots);
  }

  /** Of what was set aside and then committed, from the commit's answer on. */
  String commits() {
    return line(commits);
  }

  /** Of both together, the 99th percentile in milliseconds. */
  double p99() {
    Histogram all = oneShots.copy();
    all.add(commits);
    return Latency.of(all).p99();
  }

  private static String line(Histogram histogram) {
    Latency latency = Latency.of(histogram);
    return String.format(
        Locale.ROOT,
        "p50 %,.0f ms, p99 %,.0f ms, longest %,.0f ms (%,d looked for)",
        latency.p50(),
        latency.p99(),
        latency.max(),
        histogram.getTotalCount());
  }
}
