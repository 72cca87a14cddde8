package dev.bursar.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.benchmarks.console.Progress;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.projections.ProjectionSettings;
import dev.bursar.projections.readmodel.ReadModel;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildReport;
import dev.bursar.projections.rebuild.RebuildSettings;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bursar rebuild}: makes read models anew from the journal. */
@Command(
    name = "rebuild",
    mixinStandardHelpOptions = true,
    description = {
      "Make read models anew from the journal's first row, beside the nodes, which go on; then put them in"
          + " the place of the old ones, in one step.",
      "The nodes may be running or not. Ctrl-C at any time leaves everything as it was.",
      "The list of due work is no read model, and signed heads can't be made again: both are left alone."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the new tables are in place",
      "1:nothing was replaced, and why",
      "2:wrong usage, such as a model that there is not",
      "130:ended by Ctrl-C (143: by a signal to end); whether anything was replaced is said"
    })
final class RebuildCommand implements Callable<Integer> {

  private static final double NANOS = 1e9;

  @Spec private CommandSpec spec;

  @Mixin private ChosenDatabase database;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      split = ",",
      completionCandidates = Models.class,
      description = "Only this one; may be repeated. Default: all: ${COMPLETION-CANDIDATES}")
  private List<String> names = List.of();

  @Option(
      names = "--compare",
      description =
          "Before anything is replaced, compare the old tables with the new, row by row, at the same"
              + " position; if they differ, say where, and replace nothing.")
  private boolean compare;

  /** The names of the models. */
  static final class Models implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return readModels(config(), InstantSource.system()).all().stream()
          .map(ReadModel::name)
          .iterator();
    }
  }

  @Override
  public Integer call() {
    Config config = config();
    try {
      readModels(config, InstantSource.system()).named(names);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--model: " + e.getMessage(), e);
    }
    try (Interrupted interrupted = new Interrupted(spec.commandLine().getErr())) {
      return database.use(settings -> rebuild(settings, config, interrupted));
    }
  }

  private static Config config() {
    return ConfigFactory.defaultOverrides()
        .withFallback(ConfigFactory.parseResources("projections.conf"))
        .resolve();
  }

  private static ReadModels readModels(Config config, InstantSource clock) {
    return new ReadModels(ProjectionSettings.from(config).usage(), clock);
  }

  private int rebuild(DatabaseSettings settings, Config config, Interrupted interrupted) {
    // What becomes of a connection is told by the failure that comes of it.
    ((Logger) LoggerFactory.getLogger("com.zaxxer.hikari")).setLevel(Level.ERROR);
    RebuildReport report;
    try (ProgressBar bar = Progress.bar("rows", 0)) {
      report =
          new Rebuild(
                  settings,
                  RebuildSettings.from(config),
                  clock -> readModels(config, clock),
                  names,
                  progress -> {
                    bar.maxHint(Math.max(progress.rows(), progress.rowsTotal()));
                    bar.stepTo(progress.rows());
                    bar.setExtraMessage(progress.stage());
                    interrupted.replacing(progress.replacing());
                  })
              .run(compare);
    }
    PrintWriter out = spec.commandLine().getOut();
    print(report, out);
    out.flush();
    return 0;
  }

  /** Tells whoever ends the program before its time what has come of it. */
  private static final class Interrupted implements AutoCloseable {

    private final Thread hook;
    private volatile boolean replacing;

    Interrupted(PrintWriter err) {
      hook =
          new Thread(
              () -> {
                err.println();
                err.println(
                    replacing
                        ? "bursar: Ended while the new tables were put in place: either all of them are, or none."
                        : "bursar: Ended before its time. Nothing was replaced.");
                err.flush();
              });
      Runtime.getRuntime().addShutdownHook(hook);
    }

    void replacing(boolean now) {
      replacing = now;
    }

    @Override
    public void close() {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It is being run.
      }
    }
  }

  private static void print(RebuildReport report, PrintWriter out) {
    double seconds = report.reading().toNanos() / NANOS;
    out.printf(
        "journal            %,d rows, %,d events in %.1f s, %,.0f events/s%n",
        report.rows(), report.events(), seconds, report.events() / seconds);
    report.tableRows().forEach((table, rows) -> out.printf("%-18s %,d rows%n", table, rows));
    if (report.compared()) {
      out.println("compared           the old tables were the same");
    }
    if (report.progressMended() > 0) {
      out.printf(
          "mended             %,d entities, of which the old tables lacked rows%n",
          report.progressMended());
    }
    out.printf(
        "exchanged          at try %d; projections waited %,d ms, readers %,d ms%n",
        report.tries(), report.projectionsWaited().toMillis(), report.readersWaited().toMillis());
  }
}
