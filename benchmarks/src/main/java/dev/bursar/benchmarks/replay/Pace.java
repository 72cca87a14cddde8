package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.trace.TraceRow;
import java.time.Duration;

/** When each row is due. */
public sealed interface Pace {

  /** The pace of a closed loop: each row as soon as a connection is free. */
  record AtOnce() implements Pace {}

  /**
   * So many rows a second.
   *
   * @param perSecond over 0, up to 1,000,000
   */
  record Rate(double perSecond) implements Pace {
    public Rate {
      requireWithin("rate", perSecond);
    }
  }

  /**
   * As the trace itself went, so many times as fast.
   *
   * @param factor over 0, up to 1,000,000
   */
  record Speed(double factor) implements Pace {
    public Speed {
      requireWithin("speed", factor);
    }
  }

  /** Nanoseconds after the start at which a row is due; 0 for at once. */
  default long dueNanos(int row, TraceRow call, TraceRow first) {
    return switch (this) {
      case AtOnce atOnce -> 0;
      case Rate rate -> (long) (row * 1e9 / rate.perSecond);
      case Speed speed ->
          Math.max(0, (long) (Duration.between(first.at(), call.at()).toNanos() / speed.factor));
    };
  }

  /** Whether rows have a time of their own, from which latency then counts. */
  default boolean isTimed() {
    return !(this instanceof AtOnce);
  }

  private static void requireWithin(String name, double value) {
    if (!(value > 0 && value <= 1e6)) {
      throw new IllegalArgumentException(name + " " + value + " is not over 0 and up to 1000000");
    }
  }
}
