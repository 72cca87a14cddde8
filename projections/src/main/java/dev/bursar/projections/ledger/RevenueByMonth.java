package dev.bursar.projections.ledger;

import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerQueries.Revenue;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What became of prepaid money, by month and currency, from the values that {@code ledger_day} sums
 * up. Every value moves something into what is owed in service, or out of it, so at any time that
 * is their sum.
 */
final class RevenueByMonth {

  /** What the values of one type come to in a month; or before the first month, if that is null. */
  private record Part(@Nullable LocalDate month, String currency, EntryType type, BigDecimal sum) {}

  /** One currency: what was owed before the first month, and each month's values by type. */
  private static final class Currency {
    BigDecimal before = BigDecimal.ZERO;
    final Map<YearMonth, Map<EntryType, BigDecimal>> months = new TreeMap<>();
    @Nullable YearMonth first;
  }

  private static final String PARTS =
      """
      select case when day >= :from then cast(date_trunc('month', day) as date) end,
             currency, type, sum(value)
      from ledger_day where org = :org and currency <> '' and day < :end
      group by 1, 2, 3
      """;

  private RevenueByMonth() {}

  /** The calendar months, in UTC, from the one to the other, each with all currencies. */
  static List<Revenue> of(Handle handle, String org, YearMonth from, YearMonth to) {
    Map<String, Currency> currencies = new TreeMap<>();
    handle
        .createQuery(PARTS)
        .bind("org", org)
        .bind("from", from.atDay(1))
        .bind("end", to.plusMonths(1).atDay(1))
        .map(
            (rs, context) ->
                new Part(
                    rs.getObject(1, LocalDate.class),
                    rs.getString(2),
                    LedgerRow.type(rs.getString(3)),
                    Micros.toUnits(rs.getBigDecimal(4))))
        .forEach(part -> take(part, from, currencies));
    Map<String, BigDecimal> deferred = new TreeMap<>();
    currencies.forEach((name, currency) -> deferred.put(name, currency.before));
    List<Revenue> all = new ArrayList<>();
    for (YearMonth month = from; !month.isAfter(to); month = month.plusMonths(1)) {
      for (Map.Entry<String, Currency> each : currencies.entrySet()) {
        YearMonth first = each.getValue().first;
        if (first != null && !first.isAfter(month)) {
          Map<EntryType, BigDecimal> sums = each.getValue().months.getOrDefault(month, Map.of());
          BigDecimal moved = sums.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
          all.add(
              of(
                  month,
                  each.getKey(),
                  sums,
                  deferred.merge(each.getKey(), moved, BigDecimal::add)));
        }
      }
    }
    return List.copyOf(all);
  }

  private static void take(Part part, YearMonth from, Map<String, Currency> currencies) {
    Currency currency = currencies.computeIfAbsent(part.currency(), name -> new Currency());
    LocalDate day = part.month();
    YearMonth month = day == null ? from : YearMonth.from(day);
    if (currency.first == null || month.isBefore(currency.first)) {
      currency.first = month;
    }
    if (day == null) {
      currency.before = currency.before.add(part.sum());
    } else {
      currency
          .months
          .computeIfAbsent(month, m -> new EnumMap<>(EntryType.class))
          .put(part.type(), part.sum());
    }
  }

  private static Revenue of(
      YearMonth month, String currency, Map<EntryType, BigDecimal> sums, BigDecimal deferred) {
    return new Revenue(
        month,
        currency,
        sum(sums, EntryType.GRANT),
        sum(sums, EntryType.CONSUME, EntryType.LATE_USAGE, EntryType.DEBT_REPAID).negate(),
        sum(sums, EntryType.EXPIRE).negate(),
        sum(sums, EntryType.REFUND),
        sum(sums, EntryType.VOID, EntryType.ADJUST, EntryType.TRANSFER_IN, EntryType.TRANSFER_OUT),
        deferred);
  }

  private static BigDecimal sum(Map<EntryType, BigDecimal> sums, EntryType... types) {
    BigDecimal sum = BigDecimal.ZERO;
    for (EntryType type : types) {
      sum = sum.add(sums.getOrDefault(type, BigDecimal.ZERO));
    }
    return sum;
  }
}
