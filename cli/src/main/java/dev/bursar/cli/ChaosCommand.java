package dev.bursar.cli;

import dev.bursar.benchmarks.chaos.Chaos;
import dev.bursar.benchmarks.chaos.ChaosFailure;
import dev.bursar.benchmarks.chaos.ChaosOptions;
import dev.bursar.benchmarks.chaos.SidecarChaos;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.projections.verify.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bursar chaos}: one real node and its PostgreSQL, killed, paused and cut off under load.
 */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Start a node and a PostgreSQL of its own, play histories such as the simulation's against them, several at a time, and meanwhile kill, pause and cut off both.",
      "Then wait until it is at rest, and compare what the clients were told with what the node shows, and that with the journal."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every trouble was felt, limits were met, every call was answered in the end, and every answer is true",
      "1:something is not so",
      "2:wrong usage"
    })
final class ChaosCommand implements Callable<Integer> {

  private static final int CALLS = 3_000;
  private static final long SEED = 1;
  private static final int PAUSE_MILLIS_MAX = 4_000;
  private static final int OUTAGE_SECONDS = 60;

  /** One is killed, and another has to go on. */
  private static final int SIDECARS_MIN = 2;

  private static final int SIDECARS_MAX = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--calls",
      paramLabel = "N",
      description =
          "Calls to make at least, 1 to 1000000; it goes on until every trouble was felt. Not with --sidecars. Default: 3000")
  private @Nullable Integer calls;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "30",
      description =
          "Calls a second, 0.1 to 10000: another history begins as often as it takes. Default: ${DEFAULT-VALUE}")
  private double rate;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "Decides the histories, and what goes wrong in which order. Not with --sidecars. Default: 1")
  private @Nullable Long seed;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where database and logs are kept. Default: a temporary directory, which is deleted unless something is not so")
  private @Nullable Path data;

  @Option(
      names = "--pause-max",
      paramLabel = "MS",
      description =
          "The most milliseconds between two troubles, and that one lasts, 300 to 60000. Not with --sidecars. Default: 4000")
  private @Nullable Integer pauseMillisMax;

  @Option(
      names = "--sidecars",
      paramLabel = "N",
      description = {
        "Instead: so many sidecars under load, 2 to 20, --rate calls a second together, while the node is killed and stays away,"
            + " and one of them is killed, too. In the end what they allowed is compared with what was charged, to the last"
            + " quarter of a credit."
      })
  private @Nullable Integer sidecars;

  @Option(
      names = "--outage",
      paramLabel = "SECONDS",
      description = "With --sidecars, how long the node is away, 1 to 600. Default: 60")
  private @Nullable Integer outage;

  @Override
  public Integer call() throws InterruptedException {
    if (calls != null && sidecars != null) {
      throw WrongUsage.of(
          spec, "--calls: not with --sidecars, which are called until the budget is spent");
    }
    if (seed != null && sidecars != null) {
      throw WrongUsage.of(spec, "--seed: not with --sidecars, where nothing is drawn by lot");
    }
    if (pauseMillisMax != null && sidecars != null) {
      throw WrongUsage.of(
          spec,
          "--pause-max: not with --sidecars, whose node is away for as long as --outage says");
    }
    if (calls != null && (calls < 1 || calls > 1_000_000)) {
      throw WrongUsage.of(spec, "--calls: %d is not between 1 and 1000000".formatted(calls));
    }
    if (!(rate >= 0.1 && rate <= 10_000)) {
      throw WrongUsage.of(spec, "--rate: %s is not between 0.1 and 10000".formatted(rate));
    }
    if (pauseMillisMax != null && (pauseMillisMax < 300 || pauseMillisMax > 60_000)) {
      throw WrongUsage.of(
          spec, "--pause-max: %d is not between 300 and 60000".formatted(pauseMillisMax));
    }
    if (sidecars != null && (sidecars < SIDECARS_MIN || sidecars > SIDECARS_MAX)) {
      throw WrongUsage.of(
          spec,
          "--sidecars: %d is not between %d and %d"
              .formatted(sidecars, SIDECARS_MIN, SIDECARS_MAX));
    }
    if (outage != null && sidecars == null) {
      throw WrongUsage.of(spec, "--outage: needs --sidecars");
    }
    int outageSeconds = outage == null ? OUTAGE_SECONDS : outage;
    if (outageSeconds < 1 || outageSeconds > 600) {
      throw WrongUsage.of(spec, "--outage: %d is not between 1 and 600".formatted(outageSeconds));
    }
    if (data != null && data.toString().isEmpty()) {
      throw WrongUsage.of(spec, "--data: is empty; a directory is needed, such as . for this one");
    }
    if (data != null && Files.exists(data) && !Files.isDirectory(data)) {
      throw WrongUsage.of(spec, "--data: %s is no directory".formatted(data));
    }
    if (data != null) {
      return run(data, outageSeconds);
    }
    Path directory = temporary();
    boolean good = false;
    try {
      int exit = run(directory, outageSeconds);
      good = exit == 0;
      return exit;
    } finally {
      if (good || isEmpty(directory)) {
        delete(directory);
      } else {
        PrintWriter out = spec.commandLine().getOut();
        out.println("kept in            " + directory);
        out.flush();
      }
    }
  }

  private int run(Path directory, int outageSeconds) throws InterruptedException {
    Duration pauseMax =
        Duration.ofMillis(pauseMillisMax == null ? PAUSE_MILLIS_MAX : pauseMillisMax);
    ChaosOptions options =
        new ChaosOptions(
            directory,
            calls == null ? CALLS : calls,
            rate,
            seed == null ? SEED : seed,
            pauseMax,
            pauseMax);
    PrintWriter out = spec.commandLine().getOut();
    boolean good;
    boolean atRest = true;
    try {
      if (sidecars != null) {
        SidecarChaos.Outcome outcome =
            SidecarChaos.run(options, sidecars, Duration.ofSeconds(outageSeconds), out);
        good = outcome.good();
        atRest = outcome.settled();
      } else {
        good = Chaos.run(options, out);
      }
    } catch (ChaosFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
    try (EmbeddedDatabase database = EmbeddedDatabase.open(directory.resolve("data"))) {
      database.endWithProcess();
      Verification verification =
          new Verification(database.settings(), options.grace(), VerifyCommand.limit("correction"));
      int verified = VerifyCommand.run(atRest ? verification.atRest() : verification, out);
      return good && verified == 0 ? 0 : 1;
    }
  }

  private static boolean isEmpty(Path directory) {
    try (Stream<Path> inside = Files.list(directory)) {
      return inside.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** What is left behind makes nothing of the run untrue. */
  private void delete(Path directory) {
    try (Stream<Path> inside = Files.walk(directory)) {
      for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException | UncheckedIOException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("warning: %s can't be deleted: %s".formatted(directory, e.getMessage()));
      err.flush();
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("bursar-chaos-");
    } catch (IOException e) {
      throw new CommandFailure("no temporary directory can be made: " + e.getMessage(), e);
    }
  }
}
