package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/** Reads costs from {@code ledger_entry}, and what was used for them from {@code usage_event}. */
public final class JdbcCostQueries implements CostQueries {

  private static final String CURRENCY =
      """
      select currency from ledger_day
      where org = :org and day < :end and currency <> '' and type = 'grant'
      order by day desc, currency limit 1
      """;

  private static final int ROWS_AT_A_TIME = 2_000;

  /** What was read of a day, together. */
  private record Found(List<Costs> costs, Optional<String> currency) {}

  private final FreshReads reads;

  public JdbcCostQueries(ReadQueries queries, Progress progress) {
    this.reads = new FreshReads(queries, progress);
  }

  @Override
  public CompletionStage<Day> day(String org, LocalDate day, Rates rates, boolean fresh) {
    return reads.read(
        org,
        fresh,
        handle ->
            new Found(
                CostRows.of(handle, org, day, rates, ROWS_AT_A_TIME), currency(handle, org, day)),
        (found, freshness) ->
            new Day(day, found.costs(), found.currency().orElse(null), freshness));
  }

  private static Optional<String> currency(Handle handle, String org, LocalDate day) {
    return handle
        .createQuery(CURRENCY)
        .bind("org", org)
        .bind("end", YearMonth.from(day).plusMonths(1).atDay(1))
        .mapTo(String.class)
        .findOne();
  }
}
