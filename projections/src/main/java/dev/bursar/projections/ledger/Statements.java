package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.LedgerQueries.Figures;
import dev.bursar.domain.ledger.LedgerQueries.Movement;
import dev.bursar.domain.ledger.LedgerQueries.Statement;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * A wallet's monthly statements, from {@code ledger_day}. A month closes with what the next opens
 * with, since both are the figures before the same day.
 */
final class Statements {

  private record Of(String creditType, Movement movement) {}

  private static final String MOVEMENTS =
      """
      select credit_type, type, sum(amount), sum(entries) from ledger_day
      where org = :org and wallet = :wallet and day >= :from and day < :to
      group by credit_type, type
      """;

  private Statements() {}

  /** A calendar month, in UTC, by credit type; of those that had an entry by its end. */
  static List<Statement> of(Handle handle, String org, String wallet, YearMonth month) {
    LocalDate from = month.atDay(1);
    LocalDate to = month.plusMonths(1).atDay(1);
    Map<String, Figures> opening = PastFigures.before(handle, org, wallet, from);
    Map<String, Figures> closing = PastFigures.before(handle, org, wallet, to);
    Map<String, List<Movement>> movements = movements(handle, org, wallet, from, to);
    List<Statement> statements = new ArrayList<>();
    for (String creditType : new TreeSet<>(closing.keySet())) {
      Figures nothing = new Figures(creditType, Credits.ZERO, Credits.ZERO);
      statements.add(
          new Statement(
              creditType,
              opening.getOrDefault(creditType, nothing),
              movements.getOrDefault(creditType, List.of()),
              closing.getOrDefault(creditType, nothing)));
    }
    return List.copyOf(statements);
  }

  private static Map<String, List<Movement>> movements(
      Handle handle, String org, String wallet, LocalDate from, LocalDate to) {
    Map<String, List<Movement>> byCreditType = new HashMap<>();
    handle
        .createQuery(MOVEMENTS)
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("from", from)
        .bind("to", to)
        .map(
            (rs, context) ->
                new Of(
                    rs.getString(1),
                    new Movement(
                        LedgerRow.type(rs.getString(2)),
                        Micros.toUnits(rs.getBigDecimal(3)),
                        rs.getLong(4))))
        .forEach(
            each ->
                byCreditType
                    .computeIfAbsent(each.creditType(), type -> new ArrayList<>())
                    .add(each.movement()));
    byCreditType.values().forEach(all -> all.sort((a, b) -> a.type().compareTo(b.type())));
    return byCreditType;
  }
}
