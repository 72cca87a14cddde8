package dev.bursar.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.projections.verify.Counts;
import dev.bursar.projections.verify.Discrepancy;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bursar verify}: folds the journal from its first row, and compares. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Fold the whole journal from its first row, and compare balances, ledger and budgets with it.",
      "The node may be running or not. Exit code 1 if anything differs."
    })
final class VerifyCommand implements Callable<Integer> {

  private static final int BAR_UPDATE_MS = 500;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the embedded PostgreSQL is kept. Default: .bursar in the project's folder")
  private @Nullable Path data;

  @Option(
      names = "--postgres",
      paramLabel = "JDBC_URL",
      description = "The PostgreSQL to verify instead")
  private @Nullable String postgres;

  @Override
  public Integer call() {
    if (postgres != null) {
      return verify(DatabaseSettings.of(postgres));
    }
    Path directory = data != null ? data : DataFolder.standard();
    if (!Files.isDirectory(directory.resolve("postgres"))) {
      throw new CommandFailure("--data: there is no database in " + directory);
    }
    Optional<DatabaseSettings> running = EmbeddedDatabase.runningAt(directory);
    if (running.isPresent()) {
      return verify(running.get());
    }
    try (EmbeddedDatabase database = EmbeddedDatabase.open(directory)) {
      return verify(database.settings());
    }
  }

  private int verify(DatabaseSettings database) {
    Config limits =
        ConfigFactory.defaultOverrides()
            .withFallback(ConfigFactory.parseResources("limits.conf"))
            .resolve()
            .getConfig("bursar.limits");
    Report report;
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("rows")
            .setUpdateIntervalMillis(BAR_UPDATE_MS)
            .build()) {
      report =
          new Verification(database, limits.getDuration("grace"), limits.getDuration("correction"))
              .run(
                  counts -> {
                    bar.maxHint(counts.rowsTotal());
                    bar.stepTo(counts.rows());
                  });
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(summary(report.counts()));
    for (Discrepancy each : report.discrepancies()) {
      out.println("  " + each);
    }
    if (report.found() > report.discrepancies().size()) {
      out.printf("  and %,d more%n", report.found() - report.discrepancies().size());
    }
    out.printf("discrepancies      %,d%n", report.found());
    out.flush();
    return report.isClean() ? 0 : 1;
  }

  private static String summary(Counts counts) {
    return """
        journal            %,d rows, %,d events of %,d entities in %,d orgs folded; the chain of rows holds
        ledger             %,d entries compared with their events; the chains of entries hold
        signed heads       %,d compared with the entries that they were signed over
        usage events       %,d compared with the read table, and its sums
        transfers          %,d on their way
        balances           %,d compared with their grants and holds
        budgets            %,d windows compared with what was charged and is held
        reservations       %,d ended and settled, %,d open, %,d not settled yet
        behind             %,d rows not projected yet, not compared"""
        .formatted(
            counts.rows(),
            counts.events(),
            counts.entities(),
            counts.orgs(),
            counts.entries(),
            counts.heads(),
            counts.usageEvents(),
            counts.transfersInTransit(),
            counts.balances(),
            counts.budgetWindows(),
            counts.reservations(),
            counts.openReservations(),
            counts.unsettledReservations(),
            counts.lagRows());
  }
}
