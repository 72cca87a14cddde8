package dev.bursar.benchmarks.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.benchmarks.console.Progress;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.projections.ProjectionSettings;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildFailure;
import dev.bursar.projections.rebuild.RebuildReport;
import dev.bursar.projections.rebuild.RebuildSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;

/** How fast read models are made anew from the journal, beside the node that serves. */
final class RebuildSpeed {

  private static final double NANOS = 1e9;

  private RebuildSpeed() {}

  /**
   * Makes models anew and puts them in the place of the old.
   *
   * @param models their names; none for all
   */
  static RebuildReport measure(DatabaseSettings database, List<String> models) throws BenchFailure {
    Config config =
        ConfigFactory.defaultOverrides()
            .withFallback(ConfigFactory.parseResources("projections.conf"))
            .resolve();
    ProjectionSettings settings = ProjectionSettings.from(config);
    try (ProgressBar bar = Progress.bar("rows", 0)) {
      return new Rebuild(
              database,
              RebuildSettings.from(config),
              clock -> new ReadModels(settings.usage(), clock),
              models,
              progress -> {
                bar.maxHint(Math.max(progress.rows(), progress.rowsTotal()));
                bar.stepTo(progress.rows());
                bar.setExtraMessage(progress.stage());
              })
          .run(false);
    } catch (RebuildFailure e) {
      throw new BenchFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** One line about it. */
  static String line(String what, RebuildReport report) {
    return String.format(
        Locale.ROOT,
        "rebuild of %s: %,d events in %,d rows of the journal read in %.1f s, %,.0f events/s; made %s; projections waited %,d ms",
        what,
        report.events(),
        report.rows(),
        report.reading().toNanos() / NANOS,
        eventsPerSecond(report),
        report.tableRows().entrySet().stream()
            .map(RebuildSpeed::size)
            .collect(Collectors.joining(", ")),
        report.projectionsWaited().toMillis());
  }

  static double eventsPerSecond(RebuildReport report) {
    return report.events() * NANOS / report.reading().toNanos();
  }

  private static String size(Map.Entry<String, Long> table) {
    return String.format(Locale.ROOT, "%,d %s", table.getValue(), table.getKey());
  }
}
