package dev.bursar.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A connection that sends the same request again, with the same key, until there is an answer:
 * after a lost connection, a timeout, a 429 or a 503. Waits between 50 ms and 5 s, twice as long
 * each time, or as long as the server asks; gives up two minutes after the first try. For one
 * thread.
 */
public final class PatientConnection implements AutoCloseable {

  private static final Duration ATTEMPT_MAX = Duration.ofSeconds(15);
  static final Duration CALL_MAX = Duration.ofMinutes(2);
  private static final long PAUSE_MILLIS_MIN = 50;
  private static final long PAUSE_MILLIS_MAX = 5_000;

  private final HttpConnection connection;
  private final LongAdder retries;
  private final Duration patience;

  /**
   * @param retries counts every request that is sent again
   */
  public PatientConnection(Endpoint endpoint, LongAdder retries) {
    this(endpoint, retries, CALL_MAX);
  }

  /**
   * @param retries counts every request that is sent again
   * @param patience gives up so long after the first try, instead of two minutes
   */
  public PatientConnection(Endpoint endpoint, LongAdder retries, Duration patience) {
    this.connection = new HttpConnection(endpoint, ATTEMPT_MAX);
    this.retries = retries;
    this.patience = patience;
  }

  /**
   * The answer, of any status but 429 and 503.
   *
   * @throws CallFailure when there was none for so long
   */
  public Response call(Request request) throws CallFailure, InterruptedException {
    long start = System.nanoTime();
    for (int attempt = 0; ; attempt++) {
      CallFailure failure;
      long askedMillis = 0;
      try {
        Response response = connection.call(request);
        if (response.outcome() != Outcome.OVERLOADED && response.outcome() != Outcome.UNAVAILABLE) {
          return response;
        }
        failure = new CallFailure(response.outcome(), "status " + response.status());
        askedMillis = TimeUnit.SECONDS.toMillis(Math.max(0, response.retryAfterSeconds()));
      } catch (CallFailure e) {
        failure = e;
      }
      long pause = Math.max(askedMillis, backoffMillis(attempt));
      long spent = System.nanoTime() - start;
      if (spent + TimeUnit.MILLISECONDS.toNanos(pause) > patience.toNanos()) {
        throw new CallFailure(
            failure.outcome(),
            "%s: gave up after %d tries in %d s, the last: %s"
                .formatted(request, attempt + 1, patience.toSeconds(), failure.getMessage()));
      }
      retries.increment();
      TimeUnit.MILLISECONDS.sleep(pause);
    }
  }

  /** With jitter, so that callers cut off together don't come back together. */
  private static long backoffMillis(int attempt) {
    long most = Math.min(PAUSE_MILLIS_MAX, PAUSE_MILLIS_MIN << Math.min(attempt, 10));
    return ThreadLocalRandom.current().nextLong(most / 2, most + 1);
  }

  @Override
  public void close() {
    connection.close();
  }
}
