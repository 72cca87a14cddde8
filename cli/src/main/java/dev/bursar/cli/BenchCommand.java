package dev.bursar.cli;

import dev.bursar.benchmarks.bench.Bench;
import dev.bursar.benchmarks.bench.BenchFailure;
import dev.bursar.benchmarks.bench.BenchOptions;
import dev.bursar.benchmarks.bench.PricingBench;
import dev.bursar.benchmarks.bench.Shape;
import dev.bursar.benchmarks.bench.SidecarBench;
import dev.bursar.benchmarks.bench.SidecarBenchOptions;
import dev.bursar.benchmarks.bench.UsageBench;
import dev.bursar.benchmarks.bench.UsageBenchOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bursar bench}: Bursar beside what a team would write in-house, and beside a server that
 * does nothing.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measure Bursar, an in-house baseline (one PostgreSQL transaction with row locks a request)",
      "and the same HTTP server doing nothing, one after another on this machine, and compare.",
      "Each is a process of its own with the same heap, its database durable."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was measured",
      "1:it could not be measured, or with --usage or --sidecar one of the targets that are told was missed",
      "2:wrong usage"
    })
final class BenchCommand implements Callable<Integer> {

  /** How often each question about usage is asked. */
  private static final int ASKED = 30;

  private static final int SECONDS = 20;

  @Option(
      names = "--seconds",
      description = "Measured for each shape and kind of load. Default: 20; with --usage 60")
  private @Nullable Integer seconds;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Not counted, before each. Default: ${DEFAULT-VALUE}")
  private int warmup;

  @Option(
      names = "--connections",
      paramLabel = "C",
      defaultValue = "64",
      description = "Open at the same time. Default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(
      names = "--shapes",
      split = ",",
      description =
          "hot: one org and wallet; few: 20; spread: 1,000. Default: hot,spread; with --usage hot,few")
  private @Nullable List<String> shapes;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Measure everything so often in turn, and show medians. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--against",
      paramLabel = "CHECKOUT",
      description = "Another checkout of Bursar, to measure in the same run.")
  private @Nullable Path against;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every measurement to this file.")
  private @Nullable Path json;

  @Option(
      names = "--usage",
      paramLabel = "EVENTS",
      description =
          "Measure the read side instead: how soon usage can be seen under load, rebuilds of the journal that"
              + " the load has written, and questions about so many events of one org in one month;"
              + " 10,000,000 take about ten minutes to make. The targets are told, and whether they were met.")
  private @Nullable Long usageEvents;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "2000",
      description = "With --usage, one-shots a second meanwhile. Default: ${DEFAULT-VALUE}")
  private int rate;

  @Option(
      names = "--sidecar",
      description =
          "Measure a sidecar instead: decisions in memory and as a library, on one core, and over HTTP beside"
              + " a route of the same server that does nothing; and how soon the program is ready, and how much"
              + " memory it has. The targets are told, and whether they were met.")
  private boolean sidecar;

  @Option(
      names = "--pricing",
      description =
          "Measure what it costs that requests are priced by their usage instead: beside the same requests by"
              + " amount, on one server, as often in turn as --rounds says.")
  private boolean pricing;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "With --sidecar, a trace of LLM calls, such as Azure has published, to be replayed through it as well.")
  private @Nullable Path trace;

  @Override
  public Integer call() throws InterruptedException {
    try {
      if (sidecar) {
        return new SidecarBench(sidecarOptions(), System.out).run() ? 0 : 1;
      }
      if (usageEvents != null) {
        return new UsageBench(usageOptions(usageEvents), System.out).run() ? 0 : 1;
      }
      if (pricing) {
        new PricingBench(options(), System.out).run();
        return 0;
      }
      new Bench(options(), System.out).run();
      return 0;
    } catch (BenchFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private UsageBenchOptions usageOptions(long events) {
    int measured = seconds(UsageBenchOptions.SECONDS);
    if (events < 1 || rate < 1 || measured < 1) {
      throw new CommandFailure("--usage, --rate and --seconds have to be at least 1");
    }
    try {
      return new UsageBenchOptions(
          events, rate, measured, warmup, shapes(Shape.HOT, Shape.FEW), ASKED);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--" + e.getMessage(), e);
    }
  }

  private SidecarBenchOptions sidecarOptions() {
    try {
      return new SidecarBenchOptions(seconds(SECONDS), warmup, connections, rounds, trace);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--" + e.getMessage(), e);
    }
  }

  private int seconds(int otherwise) {
    return seconds == null ? otherwise : seconds;
  }

  private List<Shape> shapes(Shape... otherwise) {
    return shapes == null ? List.of(otherwise) : shapes.stream().map(Shape::of).toList();
  }

  private BenchOptions options() {
    try {
      return new BenchOptions(
          seconds(SECONDS),
          warmup,
          connections,
          shapes(Shape.HOT, Shape.SPREAD),
          rounds,
          against,
          json);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--" + e.getMessage(), e);
    }
  }
}
