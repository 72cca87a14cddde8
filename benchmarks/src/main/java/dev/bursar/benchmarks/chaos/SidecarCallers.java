package dev.bursar.benchmarks.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.benchmarks.load.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Applications that call one sidecar: one-shots, and reservations that come to half of what was set
 * aside. Whoever is not answered asks again with the same key, until it is.
 */
final class SidecarCallers {

  /** What one call asks for, in credits. */
  static final String AMOUNT = "0.5";

  private static final String HALF = "0.25";
  private static final long QUARTERS = 2;
  private static final int RESERVED_ONE_IN = 2;
  private static final int CALLERS = 6;
  private static final int USERS = 7;
  private static final String WORK =
      "{\"subject\":{\"org\":\"%s\",\"user\":\"u-%d\"},\"feature\":\"chat\",\"amount\":\"%s\","
          + "\"credit_type\":\"platform\",\"commit\":%b}";
  private static final JsonMapper JSON = new JsonMapper();

  private final String name;
  private final String org;
  private volatile long pauseMillis;
  private final Workers workers;
  private final AtomicInteger calls = new AtomicInteger();
  private final LongAdder answers = new LongAdder();
  private final LongAdder byLease = new LongAdder();
  private final LongAdder quarters = new LongAdder();
  private final Map<String, LongAdder> denied = new ConcurrentSkipListMap<>();
  private final AtomicLong slowestNanos = new AtomicLong();
  private volatile long allowedAt = System.nanoTime();
  private volatile @Nullable Answered last;
  private volatile boolean over;

  /** A one-shot that was allowed from a lease, and what was said of it. */
  record Answered(Request request, JsonNode answer) {}

  /**
   * @param rate calls a second, all together
   * @param patience how long each waits for one answer
   */
  SidecarCallers(SidecarSite sidecar, String org, double rate, Duration patience) {
    this.name = sidecar.name();
    this.org = org;
    this.pauseMillis = Math.max(1, Math.round(CALLERS * 1_000 / rate));
    this.workers = new Workers(sidecar.endpoint(), CALLERS, new LongAdder(), patience);
  }

  void start() {
    workers.start(
        connection -> {
          while (!over) {
            call(connection, calls.incrementAndGet());
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
          }
        });
  }

  /** From now on they ask as fast as they are answered. */
  void hurry() {
    pauseMillis = 0;
  }

  private void call(PatientConnection connection, int number) throws Exception {
    boolean oneShot = number % RESERVED_ONE_IN != 0;
    Request request =
        Request.post(
            "/v1/reservations",
            WORK.formatted(org, number % USERS, AMOUNT, oneShot),
            "%s-%d".formatted(name, number));
    long begun = System.nanoTime();
    JsonNode answer = answered(connection, request);
    slowestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
    answers.increment();
    if (!answer.path("decision").asText().equals("allow")) {
      String code = answer.path("denials").path(0).path("code").asText();
      denied.computeIfAbsent(code, k -> new LongAdder()).increment();
      return;
    }
    allowedAt = System.nanoTime();
    boolean local = answer.path("source").asText().equals("lease");
    if (local) {
      byLease.increment();
    }
    if (oneShot) {
      quarters.add(QUARTERS);
      if (local) {
        last = new Answered(request, answer);
      }
      return;
    }
    String path = "/v1/reservations/" + answer.path("reservation_id").asText() + "/commit";
    answered(
        connection,
        Request.post(
            path, "{\"amount\":\"%s\"}".formatted(HALF), "%s-%d-c".formatted(name, number)));
    quarters.increment();
  }

  private static JsonNode answered(PatientConnection connection, Request request) throws Exception {
    Response response = connection.call(request);
    if (response.status() != 200) {
      throw new ChaosFailure("%s: %d %s".formatted(request, response.status(), response.text()));
    }
    return json(response);
  }

  static JsonNode json(Response response) throws ChaosFailure {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new ChaosFailure("an answer is no JSON", e);
    }
  }

  /** Has each of them finish its last call; they have been answered then. */
  void stop() throws ChaosFailure, InterruptedException {
    over = true;
    workers.finished().await();
    check();
  }

  /** Whether one of them could not go on. */
  void check() throws ChaosFailure {
    try {
      workers.check();
    } catch (ChaosFailure e) {
      throw e;
    } catch (Exception e) {
      throw new ChaosFailure("a caller of %s can't go on: %s".formatted(name, e), e);
    }
  }

  /** Closed once all have ended, whether or not they failed. */
  CountDownLatch finished() {
    return workers.finished();
  }

  /** Calls that were answered. */
  long answers() {
    return answers.sum();
  }

  /** Calls that were allowed from a lease. */
  long byLease() {
    return byLease.sum();
  }

  /** How long ago the last call was allowed. */
  Duration sinceAllowed() {
    return Duration.ofNanos(System.nanoTime() - allowedAt);
  }

  /** What they were allowed to spend, in quarters of a credit. */
  long quarters() {
    return quarters.sum();
  }

  /** How often something was denied, by code. */
  Map<String, Integer> denied() {
    Map<String, Integer> all = new TreeMap<>();
    denied.forEach((code, times) -> all.put(code, times.intValue()));
    return all;
  }

  /** The longest that one has waited since this was asked last, in milliseconds. */
  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowestNanos.getAndSet(0));
  }

  /** The last one-shot that was allowed from a lease; null if none was. */
  @Nullable Answered last() {
    return last;
  }
}
