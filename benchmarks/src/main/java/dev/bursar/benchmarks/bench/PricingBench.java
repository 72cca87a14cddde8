package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.ClosedLoop;
import dev.bursar.benchmarks.load.LoadPlan;
import dev.bursar.benchmarks.load.LoadResult;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What it costs that the server prices what was used: one-shots by their usage, and the same by the
 * amount that this comes to, on one server in turn, so that both meet the same machine.
 */
public final class PricingBench {

  private static final Duration CALL_MAX = Duration.ofSeconds(30);

  /** Not counted, whenever the requests change. */
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final BenchOptions options;
  private final PrintStream out;

  /** One turn of each. */
  private record Pair(LoadResult byUsage, LoadResult byAmount) {

    double ratio() {
      return byUsage.rate() / byAmount.rate();
    }
  }

  public PricingBench(BenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs it, and prints what came of it. */
  public void run() throws BenchFailure, InterruptedException {
    try (Workspace workspace = new Workspace();
        BenchProgress progress = new BenchProgress(secondsInAll())) {
      try (BursarServer server =
          BursarServer.start(workspace.directory("pricing"), ServerUnderTest.freePort())) {
        out.printf(
            Locale.ROOT,
            "one-shots by usage and by amount, %d connections, %d s each, %d times in turn, %d processors%n",
            options.connections(),
            options.seconds(),
            options.rounds(),
            Runtime.getRuntime().availableProcessors());
        for (Shape shape : options.shapes()) {
          progress.begin(shape.label());
          server.addCustomers(shape, progress);
          progress.begin(shape.label());
          print(shape, pairs(server, shape, progress));
        }
      }
      workspace.succeeded();
    }
  }

  private long secondsInAll() {
    long each = 2L * options.warmupSeconds();
    long turns = 2L * options.rounds() * (options.seconds() + BETWEEN.toSeconds());
    return (each + turns) * options.shapes().size();
  }

  private List<Pair> pairs(BursarServer server, Shape shape, BenchProgress progress)
      throws BenchFailure, InterruptedException {
    String unique = Long.toString(System.nanoTime(), 36);
    if (options.warmupSeconds() > 0) {
      Traffic traffic = new Traffic(shape, "w" + unique);
      ServerTrial.heat(server, traffic, options.connections(), options.warmupSeconds(), progress);
    }
    List<Pair> pairs = new ArrayList<>();
    for (int round = 1; round <= options.rounds(); round++) {
      String run = round + "-" + unique;
      Traffic byUsage = new Traffic(shape, "u" + run);
      Traffic byAmount = Traffic.byAmount(shape, "a" + run);
      // Whoever comes second meets a database with more in it: now the one, now the other does.
      LoadResult first = measure(server, round % 2 == 0 ? byAmount : byUsage, progress);
      LoadResult second = measure(server, round % 2 == 0 ? byUsage : byAmount, progress);
      pairs.add(round % 2 == 0 ? new Pair(second, first) : new Pair(first, second));
    }
    return pairs;
  }

  private LoadResult measure(BursarServer server, Traffic traffic, BenchProgress progress)
      throws BenchFailure, InterruptedException {
    long seconds = BETWEEN.toSeconds() + options.seconds();
    LoadPlan plan =
        new LoadPlan(
            options.connections(), BETWEEN, Duration.ofSeconds(options.seconds()), CALL_MAX);
    LoadResult result =
        ClosedLoop.run(
            server.endpoint(),
            plan,
            traffic.oneShot(),
            millis -> progress.elapsed(millis, seconds));
    progress.measured(seconds);
    if (result.ok() < result.requests() || result.ok() == 0) {
      throw server.process().failure("not all were allowed: " + result.errorLine());
    }
    return result;
  }

  private void print(Shape shape, List<Pair> pairs) {
    out.printf(
        Locale.ROOT,
        "%-8s by usage %,.0f/s, p99 %.2f ms; by amount %,.0f/s, p99 %.2f ms; by usage it is %.3f× as many (%.3f to %.3f)%n",
        shape.label(),
        median(pairs, pair -> pair.byUsage.rate()),
        median(pairs, pair -> pair.byUsage.latency().p99()),
        median(pairs, pair -> pair.byAmount.rate()),
        median(pairs, pair -> pair.byAmount.latency().p99()),
        median(pairs, Pair::ratio),
        pairs.stream().mapToDouble(Pair::ratio).min().orElseThrow(),
        pairs.stream().mapToDouble(Pair::ratio).max().orElseThrow());
  }

  private static double median(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
    return Medians.median(pairs.stream().mapToDouble(figure).toArray());
  }
}
