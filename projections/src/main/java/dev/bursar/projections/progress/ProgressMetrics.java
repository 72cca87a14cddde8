package dev.bursar.projections.progress;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;

/** What is measured of a slice range. */
public final class ProgressMetrics {

  private static final double MILLIS = 1_000;

  private ProgressMetrics() {}

  /** Registers the meters of a range. */
  public static void bind(RangeProgress range, MeterRegistry metrics) {
    Tags tags = Tags.of("slices", range.range().toString());
    Gauge.builder("bursar.projection.lag", range, r -> r.lagMs() / MILLIS)
        .description("How long ago all that there was of the range was shown")
        .baseUnit("seconds")
        .tags(tags)
        .register(metrics);
    Gauge.builder("bursar.projection.lag.rows", range, RangeProgress::lagRows)
        .description("Rows of the journal, of all ranges, that come after what is projected")
        .tags(tags)
        .register(metrics);
    Gauge.builder("bursar.projection.lag.events", range, RangeProgress::lagEvents)
        .description("About how many events those rows hold, as many as others had in the mean")
        .tags(tags)
        .register(metrics);
    Gauge.builder("bursar.projection.running", range, r -> r.isRunning() ? 1 : 0)
        .description("1 while the range is projected on this node, and goes on")
        .tags(tags)
        .register(metrics);
    Gauge.builder("bursar.projection.halted", range, r -> r.isHalted() ? 1 : 0)
        .description("1 while the range, or a slice of it, stands still because of a failure")
        .tags(tags)
        .register(metrics);
    Gauge.builder("bursar.projection.slices.halted", range, r -> r.standing().size())
        .description("Slices that stand still before a row that can't be read or projected")
        .tags(tags)
        .register(metrics);
    Gauge.builder("bursar.projection.slices.lag", range, r -> r.standingMs() / MILLIS)
        .description("For how long the slice of those does so that has for the longest")
        .baseUnit("seconds")
        .tags(tags)
        .register(metrics);
    MultiGauge lag =
        MultiGauge.builder("bursar.projection.slice.lag")
            .description(
                "How long ago the first row was written that is not projected of a slice that stands still by itself; only there while it does")
            .baseUnit("seconds")
            .tags(tags)
            .register(metrics);
    MultiGauge lagEvents =
        MultiGauge.builder("bursar.projection.slice.lag.events")
            .description("About how many of its events are not projected, when it was last tried")
            .tags(tags)
            .register(metrics);
    range.whenOthersStand(
        slices -> {
          lag.register(rows(slices, range, (r, slice) -> r.standingLagMs(slice) / MILLIS), true);
          lagEvents.register(rows(slices, range, RangeProgress::standingLagEvents), true);
        });
    FunctionCounter.builder("bursar.projection.rows", range, RangeProgress::rows)
        .description("Rows of the journal projected")
        .tags(tags)
        .register(metrics);
    FunctionCounter.builder("bursar.projection.events", range, RangeProgress::events)
        .description("Events projected")
        .tags(tags)
        .register(metrics);
    FunctionCounter.builder("bursar.projection.failures", range, RangeProgress::failures)
        .description("How often the range, or a slice of it, came to a halt")
        .tags(tags)
        .register(metrics);
  }

  private static List<MultiGauge.Row<?>> rows(
      Set<Integer> slices,
      RangeProgress range,
      ToDoubleBiFunction<RangeProgress, Integer> measured) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (int slice : slices) {
      rows.add(
          MultiGauge.Row.of(
              Tags.of("slice", Integer.toString(slice)),
              range,
              r -> measured.applyAsDouble(r, slice)));
    }
    return rows;
  }
}
