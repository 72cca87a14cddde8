package dev.bursar.cli;

import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.replay.Pace;
import dev.bursar.benchmarks.replay.Replay;
import dev.bursar.benchmarks.replay.ReplayFailure;
import dev.bursar.benchmarks.replay.ReplayOptions;
import dev.bursar.benchmarks.trace.TraceException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bursar replay}: a trace of LLM calls against a running node, and the books compared. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Replay a trace of LLM calls against a running node: reserve an estimate, commit the actual.",
      "Then compare what was charged with the ledger; exit code 1 if anything differs.",
      "Run again with the same seed, it goes on where it was."
    })
final class ReplayCommand implements Callable<Integer> {

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "A CSV file with the columns TIMESTAMP,ContextTokens,GeneratedTokens. Default: traffic"
              + " made up from the seed")
  private @Nullable Path trace;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "The node's port on this machine. Default: ${DEFAULT-VALUE}")
  private int port;

  @Option(
      names = "--operator-key",
      paramLabel = "KEY",
      defaultValue = "${env:BURSAR_OPERATOR_KEY}",
      description = "The secret of an operator's key. Default: $$BURSAR_OPERATOR_KEY")
  private @Nullable String operatorKey;

  @Option(
      names = "--orgs",
      paramLabel = "N",
      defaultValue = "20",
      description = "Customers to spread the calls over, 1 to 10000. Default: ${DEFAULT-VALUE}")
  private int orgs;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Names the customers and says whose each call is. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--connections",
      paramLabel = "C",
      defaultValue = "32",
      description = "Calls under way at the same time, 1 to 10000. Default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(
      names = "--limit",
      paramLabel = "ROWS",
      defaultValue = "0",
      description =
          "Replay only the first so many rows; credits and budgets are for all of them, so that a part may be denied nothing. Default: all")
  private int limit;

  @ArgGroup private @Nullable Timing timing;

  /** Neither is the default: each call as soon as a connection is free. */
  static final class Timing {
    @Option(names = "--rate", paramLabel = "R", description = "Calls a second.")
    private @Nullable Double rate;

    @Option(
        names = "--speed",
        paramLabel = "X",
        description = "As the trace itself went, X times as fast.")
    private @Nullable Double speed;
  }

  @Override
  public Integer call() throws InterruptedException {
    demand("--orgs", orgs, 1, 10_000);
    demand("--connections", connections, 1, 10_000);
    demand("--limit", limit, 0, Integer.MAX_VALUE);
    demand("--port", port, 1, 65_535);
    if (operatorKey == null || operatorKey.isEmpty()) {
      throw new CommandFailure("--operator-key or $BURSAR_OPERATOR_KEY is needed");
    }
    ReplayOptions options =
        new ReplayOptions(
            trace,
            Endpoint.local(port).withBearer(operatorKey),
            orgs,
            seed,
            pace(),
            connections,
            false,
            limit);
    try {
      return new Replay(options, System.out).run() ? 0 : 1;
    } catch (TraceException | ReplayFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private Pace pace() {
    try {
      if (timing != null && timing.rate != null) {
        return new Pace.Rate(timing.rate);
      }
      return timing != null && timing.speed != null
          ? new Pace.Speed(timing.speed)
          : new Pace.AtOnce();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--" + e.getMessage(), e);
    }
  }

  private static void demand(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new CommandFailure(
          "%s: %d is not between %d and %d".formatted(option, value, least, most));
    }
  }
}
