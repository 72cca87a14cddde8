package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.Latency;
import dev.bursar.benchmarks.load.LoadResult;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What is shown for one contender, shape and kind: the median over the rounds, each figure by
 * itself.
 *
 * @param rate operations that succeeded per second
 * @param errors in all rounds together
 */
record Medians(double rate, Latency latency, long errors) {

  /** Of at least one measurement. */
  static Medians of(List<Measurement> measurements, Contender contender, Shape shape, Kind kind) {
    List<LoadResult> results =
        measurements.stream()
            .filter(m -> m.contender() == contender && m.shape() == shape && m.kind() == kind)
            .map(Measurement::result)
            .toList();
    return new Medians(
        median(results, LoadResult::rate),
        new Latency(
            median(results, result -> result.latency().p50()),
            median(results, result -> result.latency().p99()),
            median(results, result -> result.latency().p999()),
            median(results, result -> result.latency().max())),
        results.stream().mapToLong(result -> result.requests() - result.ok()).sum());
  }

  private static double median(List<LoadResult> results, ToDoubleFunction<LoadResult> figure) {
    return median(results.stream().mapToDouble(figure).toArray());
  }

  /** Of at least one figure. */
  static double median(double[] figures) {
    double[] sorted = Arrays.stream(figures).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
