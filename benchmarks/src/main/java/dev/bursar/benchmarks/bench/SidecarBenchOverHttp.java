package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.ClosedLoop;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.LoadPlan;
import dev.bursar.benchmarks.load.LoadResult;
import dev.bursar.benchmarks.load.Operation;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.sidecar.SidecarBesideNoOp;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A sidecar over HTTP beside a route of the same server, in the same process, that does nothing.
 * What is used the server is told of, which works on the same processors: it is measured with that,
 * and with a server that stands still meanwhile, as a sidecar is to go on then.
 */
final class SidecarBenchOverHttp {

  private static final Duration CALL_MAX = Duration.ofSeconds(30);
  private static final Duration START_MAX = Duration.ofMinutes(1);
  private static final Duration REPORTED_WITHIN = Duration.ofMinutes(5);
  private static final long POLL_MILLIS = 200;
  private static final int STATUS_OK = 200;
  private static final double TO_NO_OP_PERCENT_MIN = 80;

  /** Of what is measured in one round. */
  private static final int SLICES = 4;

  /** What a slice is not counted for, once everything is warm. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final SidecarBenchOptions options;
  private final PrintStream out;
  private final Targets targets;
  private final BursarServer server;

  /** What was measured once. */
  private record Load(LoadResult result, Shares shares) {}

  /** Parts of all processors. */
  private record Shares(double sidecar, double server, double client) {}

  SidecarBenchOverHttp(
      SidecarBenchOptions options, PrintStream out, Targets targets, BursarServer server) {
    this.options = options;
    this.out = out;
    this.targets = targets;
    this.server = server;
  }

  /** Measures it with the orgs of a shape. */
  void run(Shape shape, Path directory) throws BenchFailure, InterruptedException {
    int port = ServerUnderTest.freePort();
    int noOpPort = ServerUnderTest.freePort();
    Endpoint sidecar = endpoint(port);
    Endpoint noOp = endpoint(noOpPort);
    try (ChildProcess process = start(directory, port, noOpPort)) {
      ServerUnderTest.awaitReady(sidecar, process, START_MAX, status -> status == STATUS_OK);
      out.printf(
          Locale.ROOT,
          "%-44s%10s%10s%10s%10s%12s   %s%n",
          "over HTTP, " + options.connections() + " connections",
          "rate/s",
          "p50 ms",
          "p99 ms",
          "no-op/s",
          "to no-op",
          "processors: sidecar, server, client");
      Traffic traffic = new Traffic(shape, "sidecar-");
      Side side = new Side(process, sidecar, noOp);
      // What is only looked at leases nothing: the leases of this are there for that.
      side.compare("reserve and release", traffic.reserveAndRelease(), false);
      side.compare("check", traffic.check(), false);
      side.compare("one-shot, which the server is told", traffic.oneShot(), false);
      side.compare("one-shot, while the server stands still", traffic.oneShot(), true);
    }
  }

  private Endpoint endpoint(int port) {
    return Endpoint.local(port).withBearer(key());
  }

  private String key() {
    return Objects.requireNonNull(server.endpoint().bearer());
  }

  /** Starts a sidecar beside the route that does nothing. */
  ChildProcess start(Path directory, int port, int noOpPort) throws BenchFailure {
    return ChildProcess.start(
        "sidecar",
        Jvm.small(
            SidecarBesideNoOp.class.getName(),
            Integer.toString(noOpPort),
            "--server",
            server.endpoint().toString(),
            "--port",
            Integer.toString(port),
            "--data",
            directory.resolve("data").toString()),
        Jvm.smallEnvironment(key()),
        directory.resolve("output.log"));
  }

  /** The process with both. */
  private final class Side {
    private final ChildProcess process;
    private final Endpoint sidecar;
    private final Endpoint noOp;

    Side(ChildProcess process, Endpoint sidecar, Endpoint noOp) {
      this.process = process;
      this.sidecar = sidecar;
      this.noOp = noOp;
    }

    /** In turn, in short slices: what the machine does meanwhile is the same for both; medians. */
    void compare(String what, Operation operation, boolean standing)
        throws BenchFailure, InterruptedException {
      int slices = SLICES * options.rounds();
      double[] rates = new double[slices];
      double[] noOpRates = new double[slices];
      double[] ratios = new double[slices];
      Load last = null;
      for (int slice = 0; slice < slices; slice++) {
        Duration warmup = slice == 0 ? Duration.ofSeconds(options.warmupSeconds()) : AGAIN;
        awaitReported();
        noOpRates[slice] = load(noOp, operation, warmup).result.rate();
        last = standing ? loadWhileStanding(operation, warmup) : load(sidecar, operation, warmup);
        rates[slice] = last.result.rate();
        ratios[slice] = rates[slice] / noOpRates[slice];
      }
      Load shown = Objects.requireNonNull(last);
      LoadResult result = shown.result;
      double rate = Medians.median(rates);
      double ratio = Medians.median(ratios);
      out.printf(
          Locale.ROOT,
          "%-44s%,10.0f%10.2f%10.2f%,10.0f%11.2f×   %.0f %%, %.0f %%, %.0f %%%s%n",
          what,
          rate,
          result.latency().p50(),
          result.latency().p99(),
          Medians.median(noOpRates),
          ratio,
          100 * shown.shares.sidecar,
          100 * shown.shares.server,
          100 * shown.shares.client,
          result.errorLine().isEmpty() ? "" : "; not ok: " + result.errorLine());
      targets.atLeast(
          "over HTTP, of the rate of a no-op: " + what, 100 * ratio, TO_NO_OP_PERCENT_MIN, "%");
    }

    private Load loadWhileStanding(Operation operation, Duration warmup)
        throws BenchFailure, InterruptedException {
      server.process().pause();
      try {
        return load(sidecar, operation, warmup);
      } finally {
        server.process().resume();
      }
    }

    private Load load(Endpoint endpoint, Operation operation, Duration warmup)
        throws InterruptedException {
      Processors before = Processors.now(process, server.process());
      LoadResult result =
          ClosedLoop.run(
              endpoint,
              new LoadPlan(
                  options.connections(),
                  warmup,
                  Duration.ofSeconds(options.seconds()).dividedBy(SLICES),
                  CALL_MAX),
              operation,
              millis -> {});
      return new Load(result, before.since(process, server.process()));
    }

    /** What was used before costs the server nothing any more. */
    private void awaitReported() throws BenchFailure, InterruptedException {
      long deadline = System.nanoTime() + REPORTED_WITHIN.toNanos();
      while (metrics(sidecar).getOrDefault("bursar_sidecar_usage_unsent", 0.0) > 0) {
        if (System.nanoTime() - deadline > 0) {
          throw process.failure("has not reported what was used");
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  /** Times on processors so far. */
  private record Processors(long nanos, Duration sidecar, Duration server, Duration client) {

    static Processors now(ChildProcess sidecar, ChildProcess server) {
      return new Processors(
          System.nanoTime(),
          sidecar.processorTime(),
          server.processorTime(),
          ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO));
    }

    Shares since(ChildProcess ofSidecar, ChildProcess ofServer) {
      Processors now = now(ofSidecar, ofServer);
      double all = (double) (now.nanos - nanos) * Runtime.getRuntime().availableProcessors();
      return new Shares(
          now.sidecar.minus(sidecar).toNanos() / all,
          now.server.minus(server).toNanos() / all,
          now.client.minus(client).toNanos() / all);
    }
  }

  /** A sidecar's own metrics. */
  static Map<String, Double> metrics(Endpoint sidecar) throws BenchFailure {
    try (HttpConnection connection = new HttpConnection(sidecar, Duration.ofSeconds(5))) {
      Map<String, Double> all = new HashMap<>();
      List<String> lines =
          connection
              .call(Request.get("/metrics"))
              .text()
              .lines()
              .filter(line -> line.startsWith("bursar_sidecar_"))
              .toList();
      for (String line : lines) {
        int end = line.lastIndexOf(' ');
        all.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
      }
      return all;
    } catch (CallFailure e) {
      throw new BenchFailure("the sidecar has no metrics: " + e.getMessage(), e);
    }
  }
}
