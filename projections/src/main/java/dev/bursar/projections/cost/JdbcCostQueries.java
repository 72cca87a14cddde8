package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.export.Export;
import dev.bursar.projections.export.Exports;
import java.time.YearMonth;
import java.util.concurrent.CompletionStage;

/** Reads costs from {@code ledger_entry}, and what was used for them from {@code usage_event}. */
public final class JdbcCostQueries implements CostQueries {

  /** A hundred parts take some seconds. */
  private static final long PARTS_SUMMED = 100;

  private final Exports exports;
  private final int entriesMax;

  /**
   * @param entriesMax how many entries a part reads
   */
  public JdbcCostQueries(Exports exports, int entriesMax) {
    this.exports = exports;
    this.entriesMax = entriesMax;
  }

  @Override
  public CompletionStage<Export<Day>> month(
      String org, YearMonth month, Prices prices, boolean fresh) {
    return exports.begin(
        org, fresh, new MonthParts(org, month, prices, entriesMax, PARTS_SUMMED * entriesMax));
  }
}
