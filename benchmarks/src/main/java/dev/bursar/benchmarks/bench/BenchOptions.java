package dev.bursar.benchmarks.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to measure, and for how long.
 *
 * @param seconds measured, for each shape and kind; 1 to 3,600
 * @param warmupSeconds before that, not counted; 0 to 3,600
 * @param connections open at the same time; 1 to 10,000
 * @param shapes in the order to measure
 * @param rounds how often everything is measured in turn; 1 to 100; medians are shown
 * @param against another checkout of Bursar to compare with
 * @param json a file to write every measurement to
 */
public record BenchOptions(
    int seconds,
    int warmupSeconds,
    int connections,
    List<Shape> shapes,
    int rounds,
    @Nullable Path against,
    @Nullable Path json) {

  public BenchOptions {
    shapes = List.copyOf(shapes);
    require("seconds", seconds, 1, 3_600);
    require("warmup", warmupSeconds, 0, 3_600);
    require("connections", connections, 1, 10_000);
    require("rounds", rounds, 1, 100);
    if (shapes.isEmpty()) {
      throw new IllegalArgumentException("shapes: none given, hot, few and spread are accepted");
    }
  }

  private static void require(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " " + value + " is not between " + least + " and " + most);
    }
  }
}
