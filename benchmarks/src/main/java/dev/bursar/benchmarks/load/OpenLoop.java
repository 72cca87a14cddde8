package dev.bursar.benchmarks.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Requests that arrive at a fixed rate, whether or not the earlier ones are answered, as those of
 * independent callers do. A latency counts from when its request was due, so that a stalled server
 * is charged for all who would have waited (no coordinated omission).
 */
public final class OpenLoop {

  /** How long after its end a loop still sends what was due; the rest counts as unsent. */
  private static final long DRAIN_NANOS = 10_000_000_000L;

  private OpenLoop() {}

  /**
   * Runs for the plan's warm-up and measured time; blocks. What was due within the measured time
   * counts.
   *
   * @param rate arrivals per second, over 0
   * @param elapsed told the milliseconds since the start, several times a second
   */
  public static LoadResult run(
      Endpoint endpoint, LoadPlan plan, double rate, Operation operation, LongConsumer elapsed)
      throws InterruptedException {
    if (!(rate > 0 && rate <= 1e6)) {
      throw new IllegalArgumentException("rate " + rate + " is not over 0 and up to 1000000");
    }
    AtomicLong numbers = new AtomicLong();
    AtomicLong unsent = new AtomicLong();
    double nanosBetween = 1e9 / rate;
    long warmupNanos = plan.warmup().toNanos();
    long totalNanos = warmupNanos + plan.measured().toNanos();
    Crew crew = new Crew(endpoint, plan);
    long start = System.nanoTime();
    crew.start(
        (connection, tally) -> {
          while (true) {
            long number = numbers.getAndIncrement();
            long dueNanos = (long) (number * nanosBetween);
            if (dueNanos >= totalNanos) {
              return;
            }
            long due = start + dueNanos;
            boolean counts = dueNanos >= warmupNanos;
            if (waitUntil(due) - start > totalNanos + DRAIN_NANOS) {
              unsent.addAndGet(counts ? 1 : 0);
              continue;
            }
            Outcome outcome = Crew.perform(operation, connection, number);
            if (counts) {
              tally.add(outcome, System.nanoTime() - due);
            }
          }
        });
    crew.await(start, elapsed);
    return Tally.sum(crew.tallies(), unsent.get(), plan.measured().toNanos() / 1e9);
  }

  private static long waitUntil(long due) {
    long now = System.nanoTime();
    while (due - now > 0) {
      LockSupport.parkNanos(due - now);
      now = System.nanoTime();
    }
    return now;
  }
}
