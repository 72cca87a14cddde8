package dev.bursar.cli;

import dev.bursar.benchmarks.bench.BenchFailure;
import dev.bursar.benchmarks.bench.WarmStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bursar warm}: later starts are at full speed sooner. */
@Command(
    name = "warm",
    mixinStandardHelpOptions = true,
    description = {
      "Have a node of its own decide under load for a while, and keep what its JVM has learned beside the"
          + " program, in cli/target/bursar.aot. Later starts begin with it: a node is ready sooner, and"
          + " decides several times as much in its first seconds.",
      "Worth it once a build, such as when an image is made. Needs Java 25 or later."
    })
final class WarmCommand implements Callable<Integer> {

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "How long the load lasts. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Override
  public Integer call() throws InterruptedException {
    if (seconds < 1) {
      throw new CommandFailure("--seconds has to be at least 1");
    }
    try {
      System.out.println("kept in " + WarmStart.make(seconds));
      return 0;
    } catch (BenchFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
