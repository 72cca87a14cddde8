package dev.bursar.benchmarks.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * A fixed number of connections, each sending its next request as soon as it has the last answer.
 * Tells the highest rate; its latencies say how long a request waits at that rate.
 */
public final class ClosedLoop {

  private ClosedLoop() {}

  /**
   * Runs for the plan's warm-up and measured time; blocks. What is answered within the measured
   * time counts.
   *
   * @param elapsed told the milliseconds since the start, several times a second
   */
  public static LoadResult run(
      Endpoint endpoint, LoadPlan plan, Operation operation, LongConsumer elapsed)
      throws InterruptedException {
    AtomicLong numbers = new AtomicLong();
    Crew crew = new Crew(endpoint, plan);
    long start = System.nanoTime();
    long measureFrom = start + plan.warmup().toNanos();
    long measureTo = measureFrom + plan.measured().toNanos();
    crew.start(
        (connection, tally) -> {
          while (true) {
            long begun = System.nanoTime();
            if (begun - measureTo >= 0) {
              return;
            }
            Outcome outcome = Crew.perform(operation, connection, numbers.getAndIncrement());
            long done = System.nanoTime();
            if (done - measureFrom >= 0 && done - measureTo < 0) {
              tally.add(outcome, done - begun);
            }
            if (outcome.isTransport()) {
              Crew.pauseAfterFailure();
            }
          }
        });
    crew.await(start, elapsed);
    return Tally.sum(crew.tallies(), 0, plan.measured().toNanos() / 1e9);
  }
}
