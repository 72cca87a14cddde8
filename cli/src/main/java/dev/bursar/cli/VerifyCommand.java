package dev.bursar.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.benchmarks.console.Progress;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.projections.ProjectionSettings;
import dev.bursar.projections.verify.Counts;
import dev.bursar.projections.verify.Discrepancy;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  private static final int SHOWN_MAX = 50;
  private static final int LINE_CHARS_MAX = 2_000;

  @Spec private CommandSpec spec;

  @Mixin private ChosenDatabase database;

  @Option(
      names = "--at-rest",
      description =
          "Nothing is under way: whatever is open, not settled, on its way or not projected differs, too.")
  private boolean atRest;

  @Override
  public Integer call() {
    return database.use(this::verify);
  }

  private int verify(DatabaseSettings settings) {
    Verification verification =
        new Verification(settings, limit("grace"), limit("correction"))
            .keeping(ProjectionSettings.from(configured("projections.conf")).usage().retention());
    return run(atRest ? verification.atRest() : verification, spec.commandLine().getOut());
  }

  /** A limit as nodes are configured. */
  static Duration limit(String name) {
    return configured("limits.conf").getDuration("bursar.limits." + name);
  }

  private static Config configured(String file) {
    return ConfigFactory.defaultOverrides()
        .withFallback(ConfigFactory.parseResources(file))
        .resolve();
  }

  /** Runs one, and prints what it comes to; the exit code. */
  static int run(Verification verification, PrintWriter out) {
    Report report;
    try (ProgressBar bar = Progress.bar("rows", 0)) {
      report =
          verification.run(
              counts -> {
                bar.maxHint(counts.rowsTotal());
                bar.stepTo(counts.rows());
              });
    }
    out.println(summary(report.counts()));
    print(report, out);
    out.printf("discrepancies      %,d%n", report.found());
    out.flush();
    return report.isClean() ? 0 : 1;
  }

  /** The first of what differs: whoever reads it looks for a cause, not for all that follows. */
  static void print(Report report, PrintWriter out) {
    report.discrepancies().stream()
        .limit(SHOWN_MAX)
        .map(Discrepancy::toString)
        .forEach(
            line ->
                out.println(
                    "  "
                        + (line.length() > LINE_CHARS_MAX
                            ? line.substring(0, LINE_CHARS_MAX) + " …"
                            : line)));
    long more = report.found() - Math.min(SHOWN_MAX, report.discrepancies().size());
    if (more > 0) {
      out.printf("  and %,d more%n", more);
    }
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
