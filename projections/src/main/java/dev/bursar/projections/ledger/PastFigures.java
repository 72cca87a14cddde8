package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.LedgerQueries.Figures;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * A wallet's figures as they once were. The days before come from {@code ledger_day}; only where
 * the time falls between two entries of one day are entries looked at, and {@code ledger_turn}.
 */
final class PastFigures {

  /** A credit type's entries of one day: the first, the last, and the figures after it. */
  private record Day(long first, long last, Figures figures) {}

  private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

  private static final String BEFORE =
      """
      select distinct on (credit_type) credit_type, balance, debt from ledger_day
      where org = :org and wallet = :wallet and day < :day
      order by credit_type, day desc, last_sequence desc
      """;

  private static final String ON_DAY =
      """
      select distinct on (credit_type) credit_type, balance, debt, last_sequence,
             min(first_sequence) over (partition by credit_type) as first_of_day
      from ledger_day where org = :org and wallet = :wallet and day = :day
      order by credit_type, last_sequence desc
      """;

  private static final String LAST_ENTRY =
      """
      select balance, debt from (
        (select sequence, balance, debt from ledger_entry
         where org = :org and wallet = :wallet and sequence = :last
           and credit_type = :creditType)
        union all
        (select sequence, balance, debt from ledger_turn
         where org = :org and wallet = :wallet and credit_type = :creditType
           and sequence < :last
         order by org desc, wallet desc, credit_type desc, sequence desc limit 1)) found
      order by sequence desc limit 1
      """;

  private PastFigures() {}

  /** After the last entry posted at or before a time, by credit type. */
  static List<Figures> at(Handle handle, String org, String wallet, Instant at) {
    LocalDate day = dayOf(at);
    Map<String, Figures> figures = before(handle, org, wallet, day);
    Map<String, Day> onDay = onDay(handle, org, wallet, day);
    if (!onDay.isEmpty()) {
      // Entries have whole microseconds, so this is the first that is later than the time.
      Instant later = at.truncatedTo(ChronoUnit.MICROS).plus(1, ChronoUnit.MICROS);
      long last = LedgerTimes.firstAt(handle, org, wallet, later) - 1;
      onDay.forEach(
          (creditType, entries) -> {
            if (last >= entries.last()) {
              figures.put(creditType, entries.figures());
            } else if (last >= entries.first()) {
              figures.put(creditType, last(handle, org, wallet, creditType, last));
            }
          });
    }
    List<Figures> sorted = new ArrayList<>(figures.values());
    sorted.sort((a, b) -> a.creditType().compareTo(b.creditType()));
    return List.copyOf(sorted);
  }

  private static LocalDate dayOf(Instant at) {
    Instant bound = LAST_DAY.atStartOfDay(ZoneOffset.UTC).toInstant();
    return at.isBefore(bound) ? DayTable.dayOf(at) : LAST_DAY;
  }

  /** After the last entry before a day, of every credit type that has one. */
  static Map<String, Figures> before(Handle handle, String org, String wallet, LocalDate day) {
    Map<String, Figures> figures = new LinkedHashMap<>();
    handle
        .createQuery(BEFORE)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("day", day)
        .map(
            (rs, context) ->
                new Figures(
                    rs.getString(1), new Credits(rs.getLong(2)), new Credits(rs.getLong(3))))
        .forEach(each -> figures.put(each.creditType(), each));
    return figures;
  }

  private static Map<String, Day> onDay(Handle handle, String org, String wallet, LocalDate day) {
    Map<String, Day> days = new LinkedHashMap<>();
    handle
        .createQuery(ON_DAY)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("day", day)
        .map(
            (rs, context) ->
                new Day(
                    rs.getLong(5),
                    rs.getLong(4),
                    new Figures(
                        rs.getString(1), new Credits(rs.getLong(2)), new Credits(rs.getLong(3)))))
        .forEach(each -> days.put(each.figures().creditType(), each));
    return days;
  }

  /** After the last entry of a credit type up to this one; there is one. */
  private static Figures last(
      Handle handle, String org, String wallet, String creditType, long last) {
    return handle
        .createQuery(LAST_ENTRY)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("last", last)
        .bind("creditType", creditType)
        .map(
            (rs, context) ->
                new Figures(creditType, new Credits(rs.getLong(1)), new Credits(rs.getLong(2))))
        .one();
  }
}
