package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Day;
import dev.bursar.domain.cost.CostQueries.Prices;
import dev.bursar.projections.export.Parts;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The days of a month: many short ones, or a piece of a long one, at a time. */
final class MonthParts implements Parts<Day> {

  private static final String CURRENCY =
      """
      select currency from ledger_day
      where org = :org and day < :end and currency <> '' and type = 'grant'
      order by day desc, currency limit 1
      """;

  /** What lies between often takes a connection for dead on which nothing comes for a minute. */
  private static final Duration SILENCE_MAX = Duration.ofSeconds(20);

  private final String org;
  private final YearMonth month;
  private final int entriesMax;
  private final CostRows rows;
  private @Nullable DayEntries entries;
  private @Nullable Optional<String> currency;
  private LocalDate day;
  private long handedOutNanos = System.nanoTime();

  /**
   * @param entriesMax how many entries a part reads
   * @param summedMax how many entries of a day are summed up together, about
   */
  MonthParts(String org, YearMonth month, Prices prices, int entriesMax, long summedMax) {
    this.org = org;
    this.month = month;
    this.entriesMax = entriesMax;
    this.rows = new CostRows(prices, summedMax);
    this.day = month.atDay(1);
  }

  @Override
  public Optional<List<Day>> next(Handle handle) {
    if (!YearMonth.from(day).equals(month)) {
      return Optional.empty();
    }
    List<Day> complete = new ArrayList<>();
    int left = entriesMax;
    while (left > 0 && YearMonth.from(day).equals(month)) {
      DayEntries ofDay = entries == null ? DayEntries.of(handle, org, day) : entries;
      left -= ofDay.read(handle, left, rows::take);
      if (ofDay.areRead()) {
        add(handle, rows.last(), complete);
        entries = null;
        day = day.plusDays(1);
      } else {
        if (rows.isMuch() || System.nanoTime() - handedOutNanos > SILENCE_MAX.toNanos()) {
          add(handle, rows.some(), complete);
        }
        entries = ofDay;
      }
    }
    return Optional.of(complete);
  }

  private void add(Handle handle, List<Costs> costs, List<Day> to) {
    handedOutNanos = System.nanoTime();
    if (!costs.isEmpty()) {
      to.add(new Day(day, costs, currency(handle)));
    }
  }

  private @Nullable String currency(Handle handle) {
    Optional<String> known = currency;
    if (known == null) {
      known =
          handle
              .createQuery(CURRENCY)
              .bind("org", org)
              .bind("end", month.plusMonths(1).atDay(1))
              .mapTo(String.class)
              .findOne();
      currency = known;
    }
    return known.orElse(null);
  }
}
