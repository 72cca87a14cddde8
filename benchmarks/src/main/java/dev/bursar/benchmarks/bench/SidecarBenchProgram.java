package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.ClosedLoop;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.LoadPlan;
import dev.bursar.benchmarks.load.Operation;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The program {@code bin/bursar sidecar} as it is started everywhere: how soon it is ready, and how
 * much memory it has then, and after load.
 */
final class SidecarBenchProgram {

  private static final int STATUS_OK = 200;
  private static final Duration START_MAX = Duration.ofMinutes(1);
  private static final Duration PREPARED_WITHIN = Duration.ofMinutes(2);
  private static final Duration CALL_MAX = Duration.ofSeconds(30);
  private static final double READY_MS_MAX = 2_000;
  private static final double MEMORY_MIB_MAX = 128;
  private static final Shape SHAPE = Shape.FEW;

  private final SidecarBenchOptions options;
  private final PrintStream out;
  private final Targets targets;

  SidecarBenchProgram(SidecarBenchOptions options, PrintStream out, Targets targets) {
    this.options = options;
    this.out = out;
    this.targets = targets;
  }

  /** Starts it, has it decide for all orgs, and ends it. */
  void run(BursarServer server, Path directory) throws BenchFailure, InterruptedException {
    String home = System.getProperty("bursar.home");
    if (home == null) {
      out.println("the program is not measured: this was not started by bin/bursar");
      return;
    }
    Path program = Path.of(home, "bin", "bursar");
    // The first start of a build prepares all later ones.
    try (ChildProcess first = start(program, List.of("--help"), server, directory)) {
      if (!first.endsWithin(PREPARED_WITHIN)) {
        throw first.failure("does not end");
      }
    }
    int port = ServerUnderTest.freePort();
    List<String> arguments =
        List.of(
            "--server=" + server.endpoint(),
            "--port=" + port,
            "--data=" + directory.resolve("data"));
    Endpoint sidecar =
        Endpoint.local(port).withBearer(Objects.requireNonNull(server.endpoint().bearer()));
    long begun = System.nanoTime();
    try (ChildProcess process = start(program, arguments, server, directory)) {
      ServerUnderTest.awaitReady(sidecar, process, START_MAX, status -> status == STATUS_OK);
      double readyMs = (System.nanoTime() - begun) / 1e6;
      double before = ProcessFigures.residentMib(process.pid());
      Traffic traffic = new Traffic(SHAPE, "program-");
      double after = before;
      for (Operation operation :
          List.of(traffic.reserveAndRelease(), traffic.check(), traffic.oneShot())) {
        ClosedLoop.run(
            sidecar,
            new LoadPlan(
                options.connections(),
                Duration.ZERO,
                Duration.ofSeconds(options.seconds()),
                CALL_MAX),
            operation,
            millis -> {});
        after = Math.max(after, ProcessFigures.residentMib(process.pid()));
      }
      out.printf(
          Locale.ROOT,
          "the program: ready after %,.0f ms with %.1f MiB resident, %.1f MiB at most under load%n",
          readyMs,
          before,
          after);
      targets.atMost("the program is ready", readyMs, READY_MS_MAX, "ms");
      targets.atMost("memory of the program under load", after, MEMORY_MIB_MAX, "MiB");
    }
  }

  private static ChildProcess start(
      Path program, List<String> arguments, BursarServer server, Path directory)
      throws BenchFailure {
    List<String> command = new ArrayList<>(List.of(program.toString(), "sidecar"));
    command.addAll(arguments);
    return ChildProcess.start(
        "sidecar",
        command,
        Map.of(
            "BURSAR_KEY",
            Objects.requireNonNull(server.endpoint().bearer()),
            "JAVA_HOME",
            Jvm.home().toString()),
        directory.resolve("output.log"));
  }
}
