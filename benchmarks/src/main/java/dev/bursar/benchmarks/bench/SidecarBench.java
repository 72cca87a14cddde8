package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.replay.Pace;
import dev.bursar.benchmarks.replay.Replay;
import dev.bursar.benchmarks.replay.ReplayFailure;
import dev.bursar.benchmarks.replay.ReplayOptions;
import dev.bursar.benchmarks.sidecar.LibraryLoad;
import dev.bursar.benchmarks.sidecar.LocalDecisions;
import dev.bursar.benchmarks.trace.TraceException;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.server.ServerOverHttp;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * How fast a sidecar decides: in memory, as a library on one core, and over HTTP beside a route of
 * the same server, in the same process, that does nothing; and how much of a trace it decides at
 * once.
 */
public final class SidecarBench {

  private static final Duration START_MAX = Duration.ofMinutes(1);
  private static final int STATUS_OK = 200;
  private static final int TRACE_ORGS = 20;
  private static final double TRACE_SPEED = 40;
  private static final double DECISIONS_MIN = 1_000_000;
  private static final double P99_MICROS_MAX = 10;
  private static final double HIT_PERCENT_MIN = 99;
  private static final long SEED = 1;

  private static final String PASSED_ON =
      "bursar_sidecar_decisions_total{result=\"passed_on\",source=\"server\"}";

  private static final Shape SHAPE = Shape.FEW;
  private static final long FILE_BYTES = 256L << 20;
  private static final long SEGMENT_BYTES = 8L << 20;

  private final SidecarBenchOptions options;
  private final PrintStream out;
  private final Targets targets = new Targets();

  public SidecarBench(SidecarBenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Runs it, and prints what came of it.
   *
   * @return whether it is as fast and as small as it is to be
   */
  public boolean run() throws BenchFailure, InterruptedException {
    try (Workspace workspace = new Workspace()) {
      out.printf(
          Locale.ROOT,
          "%d processors, server, PostgreSQL, sidecar and client on the same machine; %d s after %d s of warm-up%n",
          Runtime.getRuntime().availableProcessors(),
          options.seconds(),
          options.warmupSeconds());
      out.printf("%-44s%14s%12s%12s%12s%n", "one core", "rate/s", "p50 µs", "p99 µs", "p99.9 µs");
      inMemory(workspace.directory("jmh"));
      try (BursarServer server =
          BursarServer.start(workspace.directory("server"), ServerUnderTest.freePort())) {
        try (BenchProgress progress = new BenchProgress(1)) {
          progress.begin("orgs");
          server.addCustomers(SHAPE, progress);
        }
        library(server, workspace.directory("library"));
        SidecarBenchOverHttp http = new SidecarBenchOverHttp(options, out, targets, server);
        http.run(SHAPE, workspace.directory("sidecar"));
        new SidecarBenchProgram(options, out, targets).run(server, workspace.directory("program"));
        if (options.trace() != null) {
          trace(server, http, workspace.directory("trace"), options.trace());
        }
      }
      workspace.succeeded();
    }
    targets.lines().forEach(out::println);
    return targets.met();
  }

  // ---- in memory

  private void inMemory(Path directory) throws BenchFailure {
    Collection<RunResult> results;
    try {
      results =
          new Runner(
                  new OptionsBuilder()
                      .include("\\." + LocalDecisions.class.getSimpleName() + "\\.")
                      .verbosity(VerboseMode.SILENT)
                      .output(directory.resolve("output.log").toString())
                      .warmupIterations(1)
                      .warmupTime(TimeValue.seconds(Math.max(1, options.warmupSeconds())))
                      .measurementIterations(options.seconds())
                      .measurementTime(TimeValue.seconds(1))
                      .build())
              .run();
    } catch (RunnerException e) {
      throw new BenchFailure("the decisions in memory can't be measured: " + e.getMessage(), e);
    }
    for (RunResult rate : results) {
      if (rate.getParams().getMode() != Mode.Throughput) {
        continue;
      }
      String name = rate.getParams().getBenchmark();
      RunResult times =
          results.stream()
              .filter(
                  it ->
                      it.getParams().getMode() == Mode.SampleTime
                          && it.getParams().getBenchmark().equals(name))
              .findFirst()
              .orElseThrow();
      var nanos = times.getPrimaryResult().getStatistics();
      line(
          "in memory, " + words(name.substring(name.lastIndexOf('.') + 1)),
          rate.getPrimaryResult().getScore() * 1e6,
          nanos.getPercentile(50),
          nanos.getPercentile(99),
          nanos.getPercentile(99.9),
          "");
    }
  }

  /** The words of a method's name. */
  private static String words(String method) {
    return method.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }

  private void line(String what, double rate, double p50, double p99, double p999, String remark) {
    targets.atLeast(what + ", decisions a second", rate, DECISIONS_MIN, "");
    targets.atMost(what + ", p99", p99, P99_MICROS_MAX, "µs");
    out.printf(
        Locale.ROOT, "%-44s%,14.0f%12.2f%12.2f%12.2f%s%n", what, rate, p50, p99, p999, remark);
  }

  // ---- as a library

  private void library(BursarServer server, Path directory)
      throws BenchFailure, InterruptedException {
    try (ServerOverHttp client =
            new ServerOverHttp(
                URI.create(server.endpoint().toString()), key(server), "bench-library");
        Sidecar sidecar =
            new Sidecar(
                SidecarSettings.USUAL,
                client,
                client,
                UsageFile.open(directory, new UsageFile.Settings(FILE_BYTES, SEGMENT_BYTES)),
                InstantSource.system())) {
      List<ReserveRequest> checks = requests(true);
      List<ReserveRequest> holds = requests(false);
      for (ReserveRequest request : holds) {
        Decision decision = sidecar.decide(request).toCompletableFuture().join();
        if (decision instanceof Decision.Allowed it && it.reservation() != null) {
          sidecar.end(it.reservation(), null, null).toCompletableFuture().join();
        }
      }
      out.printf(
          Locale.ROOT,
          "%,d orgs with budgets of org, department, team, product, cost center and each user, %,d leases%n",
          SHAPE.orgs().size(),
          sidecar.leases());
      library("library, check", sidecar, checks);
      library("library, reserve and release", sidecar, holds);
      sidecar.stop(Duration.ofSeconds(10));
    } catch (IOException e) {
      throw new BenchFailure("no usage file: " + e.getMessage(), e);
    }
  }

  private void library(String what, Sidecar sidecar, List<ReserveRequest> requests) {
    LibraryLoad.run(sidecar, requests, Math.max(1, options.warmupSeconds()));
    LibraryLoad.Result result = LibraryLoad.run(sidecar, requests, options.seconds());
    Histogram nanos = result.nanos();
    line(
        what,
        result.rate(),
        nanos.getValueAtPercentile(50) / 1e3,
        nanos.getValueAtPercentile(99) / 1e3,
        nanos.getValueAtPercentile(99.9) / 1e3,
        result.elsewhere() == 0 ? "" : ", not at once: " + result.elsewhere());
  }

  private static List<ReserveRequest> requests(boolean dryRun) {
    List<ReserveRequest> all = new ArrayList<>();
    for (String org : SHAPE.orgs()) {
      for (String user : SHAPE.users()) {
        all.add(
            new ReserveRequest(
                new Subject(org, Shape.TEAM, user, Shape.PRODUCT, Shape.COST_CENTER, null),
                "chat",
                "gpt-5",
                null,
                "main",
                Map.of("input_tokens", 1_000L, "output_tokens", 200L),
                null,
                null,
                300,
                null,
                false,
                dryRun,
                Map.of()));
      }
    }
    return all;
  }

  private static String key(BursarServer server) {
    return Objects.requireNonNull(server.endpoint().bearer());
  }

  // ---- how much of a trace is decided at once

  private void trace(BursarServer server, SidecarBenchOverHttp http, Path directory, Path file)
      throws BenchFailure, InterruptedException {
    int port = ServerUnderTest.freePort();
    Endpoint sidecar = Endpoint.local(port).withBearer(key(server));
    try (ChildProcess process = http.start(directory, port, ServerUnderTest.freePort())) {
      ServerUnderTest.awaitReady(sidecar, process, START_MAX, status -> status == STATUS_OK);
      long calls =
          new Replay(
                  new ReplayOptions(
                      file,
                      sidecar,
                      TRACE_ORGS,
                      SEED,
                      new Pace.Speed(TRACE_SPEED),
                      options.connections(),
                      true,
                      0),
                  out)
              .calls();
      Map<String, Double> metrics = SidecarBenchOverHttp.metrics(sidecar);
      double hit = metrics.getOrDefault("bursar_sidecar_lease_hit_ratio", 0.0);
      double passed = metrics.getOrDefault(PASSED_ON, 0.0);
      out.printf(
          Locale.ROOT,
          "%,d calls of a trace, %d times as fast, %d orgs with budgets of org, department, 3 teams and 12 users each: hit ratio %.4f; of %,.0f that were not decided at once %,.0f waited for a lease and %,.0f went to the server; %,.0f leases%n",
          calls,
          (int) TRACE_SPEED,
          TRACE_ORGS,
          hit,
          calls * (1 - hit),
          calls * (1 - hit) - passed,
          passed,
          metrics.getOrDefault("bursar_sidecar_leases", 0.0));
      targets.atLeast("decided at once of a trace", 100 * hit, HIT_PERCENT_MIN, "%");
    } catch (TraceException | ReplayFailure e) {
      throw new BenchFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
