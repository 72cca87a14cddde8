package dev.bursar.benchmarks.load;

import java.time.Duration;

/**
 * How long and how wide a load loop runs.
 *
 * @param connections kept open at the same time, 1 to 10,000; one thread each
 * @param warmup not counted
 * @param measured counted, at least 1 ms
 * @param timeout of one call
 */
public record LoadPlan(int connections, Duration warmup, Duration measured, Duration timeout) {

  public LoadPlan {
    if (connections < 1 || connections > 10_000) {
      throw new IllegalArgumentException(
          "connections " + connections + " is not between 1 and 10000");
    }
    if (warmup.isNegative() || measured.toMillis() < 1) {
      throw new IllegalArgumentException("nothing to measure in " + measured);
    }
  }
}
