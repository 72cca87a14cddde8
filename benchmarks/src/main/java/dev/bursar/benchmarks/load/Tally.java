package dev.bursar.benchmarks.load;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What one connection of a load loop has counted. For one thread, until that has ended. */
final class Tally {

  private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
  private final Histogram latency = Latency.newHistogram();

  void add(Outcome outcome, long nanos) {
    counts.merge(outcome, 1L, Long::sum);
    if (outcome == Outcome.OK) {
      Latency.record(latency, nanos);
    }
  }

  static LoadResult sum(List<Tally> tallies, long unsent, double seconds) {
    Map<Outcome, Long> errors = new EnumMap<>(Outcome.class);
    Histogram latency = Latency.newHistogram();
    long ok = 0;
    long requests = 0;
    for (Tally tally : tallies) {
      for (Outcome outcome : Outcome.values()) {
        long count = tally.counts.getOrDefault(outcome, 0L);
        requests += count;
        if (outcome == Outcome.OK) {
          ok += count;
        } else if (count > 0) {
          errors.merge(outcome, count, Long::sum);
        }
      }
      latency.add(tally.latency);
    }
    if (unsent > 0) {
      errors.merge(Outcome.UNSENT, unsent, Long::sum);
    }
    return new LoadResult(requests, ok, errors, seconds, Latency.of(latency));
  }
}
