package dev.bursar.benchmarks.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One benchmark run: each contender is started alone, given its customers, measured in every shape
 * and kind, and stopped, in turn, as often as there are rounds.
 */
public final class Bench {

  private final BenchOptions options;
  private final PrintStream out;
  private final List<Measurement> measurements = new ArrayList<>();

  public Bench(BenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs it, and prints the table. */
  public void run() throws BenchFailure, InterruptedException {
    List<Contender> contenders = contenders();
    try (Workspace workspace = new Workspace();
        BenchProgress progress = new BenchProgress(secondsInAll(contenders))) {
      for (int round = 1; round <= options.rounds(); round++) {
        for (Contender contender : contenders) {
          progress.begin(contender.label() + ": starting");
          Path directory = workspace.directory(contender.name() + "-" + round);
          try (ServerUnderTest server = start(contender, directory)) {
            ServerTrial trial = new ServerTrial(options, contender, server, round, progress);
            measurements.addAll(trial.run());
          }
          Workspace.delete(directory);
        }
      }
      workspace.succeeded();
    }
    if (!WarmStart.options().isEmpty()) {
      out.println(
          "Bursar began with what bin/bursar warm has kept; another checkout with its own, if it has any");
    }
    BenchTable.print(out, options, contenders, measurements);
    if (options.json() != null) {
      BenchJson.write(options.json(), options, measurements);
    }
  }

  private List<Contender> contenders() {
    return options.against() == null
        ? List.of(Contender.BURSAR, Contender.IN_HOUSE, Contender.NO_OP)
        : List.of(Contender.BURSAR, Contender.IN_HOUSE, Contender.NO_OP, Contender.OTHER_BURSAR);
  }

  private ServerUnderTest start(Contender contender, Path directory)
      throws BenchFailure, InterruptedException {
    int port = ServerUnderTest.freePort();
    return switch (contender) {
      case BURSAR -> BursarServer.start(directory, port);
      case IN_HOUSE -> BaselineServer.startInHouse(directory, port);
      case NO_OP -> BaselineServer.startNoOp(directory, port);
      case OTHER_BURSAR ->
          BursarServer.startOther(Objects.requireNonNull(options.against()), directory, port);
    };
  }

  private long secondsInAll(List<Contender> contenders) {
    return ServerTrial.seconds(options) * contenders.size() * options.rounds();
  }
}
