package dev.bursar.benchmarks.load;

import java.util.Map;

/**
 * What a load loop measured, warm-up excluded.
 *
 * @param requests operations, whatever their outcome
 * @param ok operations that were answered as hoped
 * @param errors the others, by kind
 * @param seconds measured
 * @param latency of those that were ok
 */
public record LoadResult(
    long requests, long ok, Map<Outcome, Long> errors, double seconds, Latency latency) {

  public LoadResult {
    errors = Map.copyOf(errors);
  }

  /** Operations that were ok, per second. */
  public double rate() {
    return ok / seconds;
  }

  /** The errors as one line, empty when there are none. */
  public String errorLine() {
    StringBuilder line = new StringBuilder();
    for (Outcome outcome : Outcome.values()) {
      Long count = errors.get(outcome);
      if (count != null) {
        line.append(line.isEmpty() ? "" : ", ").append(outcome.label()).append(": ").append(count);
      }
    }
    return line.toString();
  }
}
