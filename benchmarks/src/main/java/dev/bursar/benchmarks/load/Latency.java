package dev.bursar.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * Percentiles of a latency, in milliseconds, exact to three digits; all 0 when nothing was
 * measured.
 */
public record Latency(double p50, double p99, double p999, double max) {

  /** The longest that a histogram of ours can hold; what takes longer counts as this. */
  static final long MICROS_MAX = 600_000_000L;

  public static final Latency NONE = new Latency(0, 0, 0, 0);

  /** A histogram of microseconds, up to ten minutes. */
  public static Histogram newHistogram() {
    return new Histogram(MICROS_MAX, 3);
  }

  /** Adds one latency, in nanoseconds, to a histogram of {@link #newHistogram()}. */
  public static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.clamp(nanos / 1_000, 0, MICROS_MAX));
  }

  public static Latency of(Histogram histogram) {
    if (histogram.getTotalCount() == 0) {
      return NONE;
    }
    return new Latency(
        histogram.getValueAtPercentile(50) / 1e3,
        histogram.getValueAtPercentile(99) / 1e3,
        histogram.getValueAtPercentile(99.9) / 1e3,
        histogram.getMaxValue() / 1e3);
  }
}
