package dev.bursar.benchmarks.chaos;

import dev.bursar.benchmarks.bench.BenchFailure;
import dev.bursar.benchmarks.bench.ChildProcess;
import dev.bursar.benchmarks.bench.Jvm;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.sidecar.command.SidecarCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** One sidecar in a process of its own, with a port and a directory that outlive it. */
final class SidecarSite implements AutoCloseable {

  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final int ENDED_WELL = 0;
  private static final int ENDED_AS_ASKED = 128 + 15;

  private final Endpoint server;
  private final Path directory;
  private final Path logs;
  private final String name;
  private final Endpoint endpoint;
  private ChildProcess process;
  private int starts;

  /** Starts it, before the node that listens there. */
  SidecarSite(Endpoint server, Path directory, Path logs, String name)
      throws ChaosFailure, InterruptedException {
    this.server = server;
    this.directory = directory;
    this.logs = logs;
    this.name = name;
    try {
      this.endpoint = Endpoint.local(Endpoint.freePort()).withBearer(key());
      this.process = start();
    } catch (IOException | BenchFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
    awaitReady();
  }

  private String key() {
    return Objects.requireNonNull(server.bearer());
  }

  private ChildProcess start() throws BenchFailure {
    starts++;
    return ChildProcess.start(
        name,
        Jvm.small(
            SidecarCommand.class.getName(),
            "--server",
            server.toString(),
            "--port",
            Integer.toString(endpoint.port()),
            "--name",
            name,
            "--data",
            directory.resolve(name).toString()),
        Jvm.smallEnvironment(key()),
        logs.resolve("%s-%d.log".formatted(name, starts)));
  }

  private void awaitReady() throws ChaosFailure, InterruptedException {
    call(Request.get("/health/ready"));
  }

  private Response call(Request request) throws ChaosFailure, InterruptedException {
    try (PatientConnection connection =
        new PatientConnection(endpoint, new LongAdder(), START_MAX)) {
      return connection.call(request);
    } catch (CallFailure e) {
      throw new ChaosFailure(process.lastWords("does not answer: " + e.getMessage()), e);
    }
  }

  String name() {
    return name;
  }

  /** Where it listens. */
  Endpoint endpoint() {
    return endpoint;
  }

  /** Kills it, and starts it again on what it has left. */
  void killAndRestart() throws ChaosFailure, InterruptedException {
    process.kill();
    process.close();
    try {
      process = start();
    } catch (BenchFailure e) {
      throw new ChaosFailure(String.valueOf(e.getMessage()), e);
    }
    awaitReady();
  }

  /** One of its metrics. */
  double metric(String metric) throws ChaosFailure, InterruptedException {
    return call(Request.get("/metrics"))
        .text()
        .lines()
        .filter(line -> line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new ChaosFailure(name + " has no metric " + metric));
  }

  /** Asks it to end; what is wrong with how it did, if anything is. */
  Optional<String> end() {
    boolean ended = process.end();
    List<Integer> good = List.of(ENDED_WELL, ENDED_AS_ASKED);
    return ended && good.contains(process.exitValue())
        ? Optional.empty()
        : Optional.of(process.lastWords("did not end in good order"));
  }

  @Override
  public void close() {
    process.close();
  }
}
