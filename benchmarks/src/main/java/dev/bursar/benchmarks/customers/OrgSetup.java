package dev.bursar.benchmarks.customers;

import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.benchmarks.load.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/** Sets up many orgs over several connections; each org's requests go one after another. */
public final class OrgSetup {

  private static final int CONFLICT = 409;
  private static final int BODY_SHOWN = 300;

  private final Workers workers;
  private final LongAdder done = new LongAdder();
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param connections at most; 1 to 10,000
   * @param retries counts every request that is sent again
   */
  public OrgSetup(Endpoint endpoint, int connections, LongAdder retries) {
    this.workers = new Workers(endpoint, connections, retries);
  }

  /** Begins with so many orgs. */
  public void start(int orgs, IntFunction<OrgRequests> requests) {
    workers.start(
        connection -> {
          int org;
          while ((org = next.getAndIncrement()) < orgs) {
            setUp(connection, requests.apply(org));
            done.increment();
          }
        });
  }

  public Workers workers() {
    return workers;
  }

  /** Orgs that are there. */
  public long done() {
    return done.sum();
  }

  /**
   * Sets up one org.
   *
   * @throws CallFailure if nobody answers
   * @throws SetupFailure if the node would not have it
   */
  public static void setUp(PatientConnection connection, OrgRequests requests)
      throws CallFailure, SetupFailure, InterruptedException {
    for (Request request : requests.list()) {
      Response response = connection.call(request);
      // A grant that is there already, of an earlier run whose keys are forgotten by now.
      boolean there = request.path().endsWith("/grants") && response.status() == CONFLICT;
      if (response.status() / 100 != 2 && !there) {
        String body = response.text();
        throw new SetupFailure(
            "%s: status %d %s"
                .formatted(
                    request,
                    response.status(),
                    body.substring(0, Math.min(body.length(), BODY_SHOWN))));
      }
    }
  }
}
