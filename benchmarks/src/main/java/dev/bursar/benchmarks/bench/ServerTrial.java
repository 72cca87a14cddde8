package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.ClosedLoop;
import dev.bursar.benchmarks.load.LoadPlan;
import dev.bursar.benchmarks.load.LoadResult;
import dev.bursar.benchmarks.load.OpenLoop;
import dev.bursar.benchmarks.load.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * All measurements of one running server: every shape, and in each every kind of load.
 *
 * <p>A fresh JVM gets a longer warm-up before the first: its compiler is busy for most of a minute,
 * and the first measurement would be charged for it.
 */
final class ServerTrial {

  private static final Duration CALL_MAX = Duration.ofSeconds(30);
  private static final double OPEN_SHARE_OF_PEAK = 0.5;

  /** Of the plan's warm-up, for one-shots and again for reserve and commit. */
  private static final int HEATING_WARMUPS = 2;

  private static final Duration HARDLY_ANY = Duration.ofMillis(1);

  private final BenchOptions options;
  private final Contender contender;
  private final ServerUnderTest server;
  private final int round;
  private final BenchProgress progress;

  ServerTrial(
      BenchOptions options,
      Contender contender,
      ServerUnderTest server,
      int round,
      BenchProgress progress) {
    this.options = options;
    this.contender = contender;
    this.server = server;
    this.round = round;
    this.progress = progress;
  }

  /** How long one takes, without setting up. */
  static long seconds(BenchOptions options) {
    long measuring = measuringSeconds(options) * Kind.values().length * options.shapes().size();
    return 2 * heatingSeconds(options) + measuring;
  }

  List<Measurement> run() throws BenchFailure, InterruptedException {
    List<Measurement> measurements = new ArrayList<>();
    for (Shape shape : options.shapes()) {
      progress.begin(contender.label() + ", " + shape.label());
      server.addCustomers(shape, progress);
      if (measurements.isEmpty()) {
        heat(shape);
      }
      double peak = 0;
      for (Kind kind : Kind.values()) {
        LoadResult result = measure(shape, kind, peak);
        if (kind == Kind.ONE_SHOT) {
          peak = result.rate();
        }
        measurements.add(new Measurement(contender, shape, kind, round, result));
      }
    }
    return measurements;
  }

  private void heat(Shape shape) throws InterruptedException {
    long seconds = heatingSeconds(options);
    if (seconds == 0) {
      return;
    }
    progress.begin(contender.label() + ", warm-up");
    heat(server, traffic(shape), options.connections(), seconds, progress);
  }

  /**
   * Load that is not counted: one-shots for so many seconds, then as many reserved and committed.
   */
  static void heat(
      ServerUnderTest server,
      Traffic traffic,
      int connections,
      long seconds,
      BenchProgress progress)
      throws InterruptedException {
    LoadPlan plan = plan(connections, seconds, HARDLY_ANY);
    for (Operation operation : List.of(traffic.oneShot(), traffic.reserveAndCommit())) {
      ClosedLoop.run(
          server.endpoint(), plan, operation, millis -> progress.elapsed(millis, seconds));
      progress.measured(seconds);
    }
  }

  private LoadResult measure(Shape shape, Kind kind, double peak)
      throws BenchFailure, InterruptedException {
    progress.begin(contender.label() + ", " + shape.label() + ", " + kind.label());
    Traffic traffic = traffic(shape);
    LoadPlan plan =
        plan(options.connections(), options.warmupSeconds(), Duration.ofSeconds(options.seconds()));
    long seconds = measuringSeconds(options);
    LoadResult result =
        switch (kind) {
          case ONE_SHOT ->
              ClosedLoop.run(server.endpoint(), plan, traffic.oneShot(), elapsed(seconds));
          case RESERVE_AND_COMMIT ->
              ClosedLoop.run(server.endpoint(), plan, traffic.reserveAndCommit(), elapsed(seconds));
          case OPEN ->
              OpenLoop.run(
                  server.endpoint(),
                  plan,
                  peak * OPEN_SHARE_OF_PEAK,
                  traffic.oneShot(),
                  elapsed(seconds));
        };
    progress.measured(seconds);
    if (result.ok() == 0) {
      throw server
          .process()
          .failure("%s, %s: nothing succeeded, %s".formatted(shape, kind, result.errorLine()));
    }
    return result;
  }

  private static LoadPlan plan(int connections, long warmupSeconds, Duration measured) {
    return new LoadPlan(connections, Duration.ofSeconds(warmupSeconds), measured, CALL_MAX);
  }

  private Traffic traffic(Shape shape) {
    String unique = Long.toString(System.nanoTime(), 36);
    return new Traffic(shape, shape.label() + "-" + round + "-" + unique + "-");
  }

  private LongConsumer elapsed(long seconds) {
    return millis -> progress.elapsed(millis, seconds);
  }

  private static long heatingSeconds(BenchOptions options) {
    return (long) options.warmupSeconds() * HEATING_WARMUPS;
  }

  private static long measuringSeconds(BenchOptions options) {
    return (long) options.warmupSeconds() + options.seconds();
  }
}
