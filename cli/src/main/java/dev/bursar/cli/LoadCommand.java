package dev.bursar.cli;

import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.usage.UsageLoad;
import dev.bursar.benchmarks.usage.UsageLoadFailure;
import dev.bursar.benchmarks.usage.UsageLoadOptions;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.node.catalog.CatalogFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bursar load}: made-up usage, to ask questions about at size. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Make orgs at a running node, and fill its usage read model with made-up events of theirs:",
      "forty teams, two thousand users and a few models each. The same seed makes the same.",
      "For trying questions at size, on a database made for it: the journal does not know these",
      "events, so that verify tells of them, and a rebuild of the usage model removes them."
    })
final class LoadCommand implements Callable<Integer> {

  private static final long EVENTS_MAX = 10_000_000_000L;
  private static final int DAYS_MAX = 366;

  @Spec private CommandSpec spec;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many requests, from 1. Default: ${DEFAULT-VALUE}")
  private long events;

  @Option(
      names = "--orgs",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Customers that share them, 1 to 10000; the first has most. Default: ${DEFAULT-VALUE}")
  private int orgs;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Names the orgs, and says what they do. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      description = "The first day, in UTC. Default: the first day of last month")
  private @Nullable LocalDate from;

  @Option(
      names = "--days",
      paramLabel = "D",
      description = "Over how many days, 1 to 366. Default: the first day's whole month")
  private @Nullable Integer days;

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
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the node keeps its embedded PostgreSQL. Default: .bursar in the project's folder")
  private @Nullable Path data;

  @Option(
      names = "--postgres",
      paramLabel = "JDBC_URL",
      description = "The node's PostgreSQL, if it is another")
  private @Nullable String postgres;

  @Override
  public Integer call() throws InterruptedException {
    demand("--events", events, EVENTS_MAX);
    demand("--orgs", orgs, 10_000);
    demand("--port", port, 65_535);
    LocalDate first =
        from == null ? LocalDate.now(ZoneOffset.UTC).minusMonths(1).withDayOfMonth(1) : from;
    int length = days == null ? first.lengthOfMonth() : days;
    demand("--days", length, DAYS_MAX);
    if (operatorKey == null || operatorKey.isEmpty()) {
      throw new CommandFailure("--operator-key or $BURSAR_OPERATOR_KEY is needed");
    }
    UsageLoadOptions options =
        new UsageLoadOptions(
            Endpoint.local(port).withBearer(operatorKey),
            database(),
            events,
            orgs,
            seed,
            first,
            length);
    UsageLoad load = new UsageLoad(options, CatalogFile.configured());
    try {
      long rate = load.run();
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%,d usage events of %d orgs from %s over %d days, %,d a second; the first org is %s%n",
          events, orgs, first, length, rate, load.orgs().getFirst());
      out.flush();
      return 0;
    } catch (UsageLoadFailure e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private DatabaseSettings database() {
    if (postgres != null) {
      return DatabaseSettings.of(postgres);
    }
    Path directory = DataFolder.of(data);
    return EmbeddedDatabase.runningAt(directory)
        .orElseThrow(
            () -> new CommandFailure("--data: no PostgreSQL of a node runs in " + directory));
  }

  private static void demand(String option, long value, long most) {
    if (value < 1 || value > most) {
      throw new CommandFailure("%s: %d is not between 1 and %d".formatted(option, value, most));
    }
  }
}
