package dev.bursar.cli;

import dev.bursar.benchmarks.chaos.Chaos;
import dev.bursar.benchmarks.chaos.ChaosFailure;
import dev.bursar.benchmarks.chaos.ChaosOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code bursar chaos}: one real node and its PostgreSQL, killed, paused and cut off under load.
 */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Start a node and a PostgreSQL of its own, make calls, and meanwhile kill, pause and cut off both.",
      "Then compare what the clients were told with the ledger, and the ledger with the journal."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every call was answered in the end, and every credit is where it should be",
      "1:something differs",
      "2:wrong usage"
    })
final class ChaosCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--calls",
      paramLabel = "N",
      defaultValue = "3000",
      description = "LLM calls to make, 1 to 1000000. Default: ${DEFAULT-VALUE}")
  private int calls;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "30",
      description = "Calls a second. Default: ${DEFAULT-VALUE}")
  private double rate;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Decides who calls, and what goes wrong when. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where database and logs are kept. Default: a temporary directory")
  private @Nullable Path data;

  @Override
  public Integer call() throws InterruptedException {
    if (calls < 1 || calls > 1_000_000) {
      throw new ParameterException(
          spec.commandLine(), "--calls: %d is not between 1 and 1000000".formatted(calls));
    }
    if (!(rate > 0 && rate <= 10_000)) {
      throw new ParameterException(
          spec.commandLine(), "--rate: %s is not above 0, up to 10000".formatted(rate));
    }
    Path directory = data == null ? temporary() : data;
    boolean good;
    try {
      good = Chaos.run(new ChaosOptions(directory, calls, rate, seed, 1_500, 6_000), System.out);
    } catch (ChaosFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
    spec.commandLine().getOut().println("kept in            " + directory);
    int verified =
        Bursar.commandLine().execute("verify", "--data", directory.resolve("data").toString());
    return good && verified == 0 ? 0 : 1;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("bursar-chaos-");
    } catch (IOException e) {
      throw new CommandFailure("no temporary directory can be made: " + e.getMessage(), e);
    }
  }
}
