package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Rates;
import dev.bursar.domain.cost.CostQueries.Use;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.projections.copy.JsonColumns;
import dev.bursar.projections.ledger.LedgerRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a day's requests have used, shared out among their charges, request by request: each charge
 * has of every meter as large a part as what its units come to. A request whose units come to
 * nothing is one of {@code requests}.
 *
 * <p>Entry after entry comes from the database, which looks each event up by itself: a day of any
 * size takes the memory of its sums. How long it takes grows with the day's entries.
 */
final class UsesOfDay {

  /** As many digits as tell a millionth of the largest amount. */
  private static final MathContext DIGITS = MathContext.DECIMAL128;

  /**
   * Work that was open for longer, or reported so late, is found without its units; without the
   * bound, every month's events would be looked through for each day.
   */
  private static final int DAYS_OPEN_MAX = 31;

  private static final int ROWS_AT_A_TIME = 1_000;

  private static final String ENTRIES_WITH_UNITS =
      "select "
          + CostRows.WORK
          + """
          , e.type, e.currency, coalesce(e.reservation, e.wallet || '/' || e.transaction_id),
            abs(e.amount), -coalesce(e.value, 0), d.units
          """
          + CostRows.ENTRIES
          + """
          left join lateral (
            select coalesce(d.used, d.usage) as units from usage_event d
            where hashtextextended(d.reservation, 0) = hashtextextended(e.reservation, 0)
              and d.reservation = e.reservation and d.org = :org
              and d.counted_at >= :from and d.counted_at < :to
            order by d.counted_at desc limit 1) d on true
          where e.type in ('consume', 'late_usage') or (e.type = 'debt' and e.amount >= 0)
          order by e.wallet, e.sequence
          """;

  /** Charges whose uses belong together. */
  private record Kind(Work work, EntryType type, @Nullable String currency) {}

  /** An entry, and the units of its request, which all its entries have. */
  private record Entry(
      Kind kind, String request, BigDecimal credits, BigDecimal value, Map<String, Long> units) {}

  private final Map<Kind, Map<String, Use>> sums = new HashMap<>();
  private final Map<Work, Map<String, BigDecimal>> known = new HashMap<>();
  private final Rates rates;

  /** The entries of the request that is being read: they follow on each other. */
  private final List<Entry> request = new ArrayList<>();

  private UsesOfDay(Rates rates) {
    this.rates = rates;
  }

  static UsesOfDay of(Handle handle, String org, LocalDate day, Rates rates) {
    UsesOfDay uses = new UsesOfDay(rates);
    CostRows.bind(handle.createQuery(ENTRIES_WITH_UNITS), org, day)
        .bind("from", day.minusDays(DAYS_OPEN_MAX).atStartOfDay().atOffset(ZoneOffset.UTC))
        .bind("to", day.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC))
        .setFetchSize(ROWS_AT_A_TIME)
        .map((rs, context) -> entry(rs))
        .forEach(uses::take);
    uses.share();
    return uses;
  }

  private static Entry entry(ResultSet rs) throws SQLException {
    String units = rs.getString(14);
    return new Entry(
        new Kind(CostRows.work(rs), LedgerRow.type(rs.getString(9)), rs.getString(10)),
        rs.getString(11),
        rs.getBigDecimal(12).movePointLeft(CostRows.DECIMALS),
        rs.getBigDecimal(13).movePointLeft(CostRows.DECIMALS),
        units == null ? Map.of() : JsonColumns.readNumbers(units));
  }

  /** What a charge has been used for. */
  List<Use> of(Work work, EntryType type, @Nullable String currency) {
    return List.copyOf(sums.getOrDefault(new Kind(work, type, currency), Map.of()).values());
  }

  private void take(Entry entry) {
    if (!request.isEmpty() && !request.getLast().request().equals(entry.request())) {
      share();
    }
    request.add(entry);
  }

  private void share() {
    if (request.isEmpty()) {
      return;
    }
    BigDecimal charged =
        request.stream().map(Entry::credits).reduce(BigDecimal.ZERO, BigDecimal::add);
    Entry first = request.getFirst();
    Map<String, BigDecimal> weights = weights(first);
    BigDecimal all = weights.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    for (Entry entry : request) {
      BigDecimal part =
          charged.signum() == 0
              ? BigDecimal.ONE.divide(BigDecimal.valueOf(request.size()), DIGITS)
              : entry.credits().divide(charged, DIGITS);
      if (all.signum() == 0) {
        add(entry.kind(), new Use(CostQueries.REQUESTS, part, entry.credits(), entry.value()));
        continue;
      }
      weights.forEach(
          (meter, weight) ->
              add(
                  entry.kind(),
                  new Use(
                      meter,
                      part.multiply(BigDecimal.valueOf(first.units().getOrDefault(meter, 0L))),
                      entry.credits().multiply(weight).divide(all, DIGITS),
                      entry.value().multiply(weight).divide(all, DIGITS))));
    }
    request.clear();
  }

  /** What the units that were used come to, by meter. */
  private Map<String, BigDecimal> weights(Entry entry) {
    Work work = entry.kind().work();
    Map<String, BigDecimal> priced =
        known.computeIfAbsent(work, of -> rates.of(of.feature(), of.model()));
    Map<String, BigDecimal> weights = new HashMap<>();
    entry
        .units()
        .forEach(
            (meter, units) -> {
              if (units != 0) {
                weights.put(
                    meter,
                    priced
                        .getOrDefault(meter, BigDecimal.ZERO)
                        .multiply(BigDecimal.valueOf(units)));
              }
            });
    return weights;
  }

  private void add(Kind kind, Use use) {
    sums.computeIfAbsent(kind, any -> new TreeMap<>())
        .merge(
            use.meter(),
            use,
            (one, other) ->
                new Use(
                    one.meter(),
                    one.quantity().add(other.quantity()),
                    one.credits().add(other.credits()),
                    one.value().add(other.value())));
  }
}
