package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Rates;
import dev.bursar.domain.cost.CostQueries.Use;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.projections.ledger.LedgerRow;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * A day of an org's ledgers, summed up by what it was for. The day's entries of a wallet follow on
 * each other, and {@code ledger_day} says from where to where.
 */
final class CostRows {

  private static final int DECIMALS = 6;

  /**
   * Work that was open for longer, or reported so late, is found without its units; without the
   * bound, every month's events would be looked through for each day.
   */
  private static final int DAYS_OPEN_MAX = 31;

  private static final String WORK =
      "e.wallet, e.team, e.product, e.cost_center, e.agent, e.feature, e.model, e.credit_type";

  private static final String ENTRIES =
      """
      from (select wallet, min(first_sequence) as first, max(last_sequence) as last
            from ledger_day where org = :org and day = :day group by wallet) s
      join ledger_entry e
        on e.org = :org and e.wallet = s.wallet and e.sequence between s.first and s.last
      """;

  /** A transaction's name ends in the sequence of its first entry. */
  private static final String FIRST_OF = "cast(substring(%s from '_([0-9]{1,18})$') as bigint)";

  /** What an entry is for; of a correction, what was corrected by it was for. */
  private static final String WORK_OR_CORRECTED =
      "e.wallet, "
          + Stream.of("team", "product", "cost_center", "agent", "feature", "model")
              .map("case when c.sequence is null then e.%1$s else c.%1$s end, "::formatted)
              .collect(Collectors.joining())
          + "e.credit_type";

  /** A transaction's name ends in the sequence of its first entry. */
  private static final String CHARGES =
      "select "
          + WORK_OR_CORRECTED
          + """
          , e.type, case when e.type = 'grant' then e.grant_id end as granted, e.currency,
            coalesce(c.posted_at < :month, false) as earlier,
            e.type = 'debt' and e.amount < 0 as less_debt,
            sum(e.amount), coalesce(sum(e.value), 0)
          """
          + ENTRIES
          + """
          left join ledger_entry c
            on c.org = :org and c.wallet = e.wallet and c.transaction_id = e.corrects
              and c.sequence = cast(substring(e.corrects from '_([0-9]{1,18})$') as bigint)
          """
          + " group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13"
          + " order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13";

  /**
   * Each request by itself: its charges, by type and currency, have a share of each meter that is
   * as large as what its units come to. A request whose units come to nothing is one of {@code
   * requests}.
   */
  private static final String USES =
      "with charged as (select "
          + WORK
          + """
          , e.type, e.currency, coalesce(e.reservation, e.wallet || '/' || e.transaction_id) as request,
            sum(abs(e.amount)) as credits, -coalesce(sum(e.value), 0) as value
          """
          + ENTRIES
          + """
           where e.type in ('consume', 'late_usage') or (e.type = 'debt' and e.amount >= 0)
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
          ), part as (
            select c.*, case when sum(c.credits) over of_request = 0
              then 1.0 / count(*) over of_request
              else c.credits / sum(c.credits) over of_request end as share
            from charged c window of_request as (partition by c.request)
          ), used as (
            select d.reservation as request, m.key as meter, m.value::numeric as units,
              m.value::numeric * coalesce(r.rate, 0) as weight,
              sum(m.value::numeric * coalesce(r.rate, 0)) over (partition by d.reservation) as total
            from (select distinct request from charged) c
            join usage_event d
              on hashtextextended(d.reservation, 0) = hashtextextended(c.request, 0)
                and d.reservation = c.request and d.org = :org
                and d.counted_at >= :from and d.counted_at < :to
            cross join lateral jsonb_each_text(coalesce(d.used, d.usage)) m
            left join unnest(cast(:features as text[]), cast(:models as text[]),
                cast(:meters as text[]), cast(cast(:rates as text[]) as numeric[])) as r (feature, model, meter, rate)
              on r.feature = coalesce(d.feature, '') and r.model = coalesce(d.model, '')
                and r.meter = m.key
            where m.value <> '0'
          )
          select e.wallet, e.team, e.product, e.cost_center, e.agent, e.feature, e.model,
            e.credit_type, e.type, e.currency, coalesce(u.meter, :requests),
            sum(e.share * coalesce(u.units, 1)), sum(e.credits * coalesce(u.weight / u.total, 1)),
            sum(e.value * coalesce(u.weight / u.total, 1))
          from part e left join used u on u.request = e.request and u.total > 0
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
          order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
          """;

  private CostRows() {}

  /** Charges whose uses belong together. */
  private record Kind(Work work, EntryType type, @Nullable String currency) {}

  static List<Costs> of(Handle handle, String org, LocalDate day, Rates rates) {
    Map<Work, List<Charge>> charges = new LinkedHashMap<>();
    bind(handle.createQuery(CHARGES), org, day)
        .bind("month", day.withDayOfMonth(1).atStartOfDay().atOffset(ZoneOffset.UTC))
        .map(
            (rs, context) ->
                charges.computeIfAbsent(work(rs), any -> new ArrayList<>()).add(charge(rs)))
        .forEach(done -> {});
    Map<Kind, List<Use>> uses = uses(handle, org, day, Priced.of(charges.keySet(), rates));
    return charges.entrySet().stream()
        .map(
            each ->
                new Costs(
                    each.getKey(),
                    each.getValue().stream()
                        .map(charge -> with(charge, each.getKey(), uses))
                        .toList()))
        .toList();
  }

  private static Charge with(Charge charge, Work work, Map<Kind, List<Use>> uses) {
    boolean isUse =
        switch (charge.type()) {
          case CONSUME, LATE_USAGE -> true;
          case DEBT -> charge.credits().signum() >= 0;
          case GRANT, EXPIRE, VOID, REFUND, ADJUST, TRANSFER_IN, TRANSFER_OUT, DEBT_REPAID -> false;
        };
    return isUse
        ? new Charge(
            charge.type(),
            charge.grant(),
            charge.currency(),
            charge.correctsEarlierMonth(),
            charge.credits(),
            charge.value(),
            uses.getOrDefault(new Kind(work, charge.type(), charge.currency()), List.of()))
        : charge;
  }

  private static Map<Kind, List<Use>> uses(
      Handle handle, String org, LocalDate day, List<Priced> priced) {
    Map<Kind, List<Use>> uses = new HashMap<>();
    bind(handle.createQuery(USES), org, day)
        .bind("from", day.minusDays(DAYS_OPEN_MAX).atStartOfDay().atOffset(ZoneOffset.UTC))
        .bind("to", day.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC))
        .bind("requests", CostQueries.REQUESTS)
        .bindArray("features", String.class, priced.stream().map(Priced::feature).toList())
        .bindArray("models", String.class, priced.stream().map(Priced::model).toList())
        .bindArray("meters", String.class, priced.stream().map(Priced::meter).toList())
        .bindArray(
            "rates",
            String.class,
            priced.stream().map(each -> each.rate().toPlainString()).toList())
        .map(
            (rs, context) ->
                uses.computeIfAbsent(
                        new Kind(work(rs), LedgerRow.type(rs.getString(9)), rs.getString(10)),
                        any -> new ArrayList<>())
                    .add(
                        new Use(
                            rs.getString(11),
                            rs.getBigDecimal(12),
                            rs.getBigDecimal(13).movePointLeft(DECIMALS),
                            rs.getBigDecimal(14).movePointLeft(DECIMALS))))
        .forEach(done -> {});
    return uses;
  }

  /** A rate, as a row of a table; nothing stands for no feature, or no model. */
  private record Priced(String feature, String model, String meter, BigDecimal rate) {

    static List<Priced> of(Collection<Work> all, Rates rates) {
      Set<Priced> priced = new LinkedHashSet<>();
      for (Work work : all) {
        rates
            .of(work.feature(), work.model())
            .forEach(
                (meter, rate) ->
                    priced.add(
                        new Priced(
                            Objects.requireNonNullElse(work.feature(), ""),
                            Objects.requireNonNullElse(work.model(), ""),
                            meter,
                            rate)));
      }
      return List.copyOf(priced);
    }
  }

  private static Query bind(Query query, String org, LocalDate day) {
    return query.bind("org", org).bind("day", day);
  }

  private static Work work(ResultSet rs) throws SQLException {
    return new Work(
        rs.getString(1),
        rs.getString(2),
        rs.getString(3),
        rs.getString(4),
        rs.getString(5),
        rs.getString(6),
        rs.getString(7),
        rs.getString(8));
  }

  private static Charge charge(ResultSet rs) throws SQLException {
    EntryType type = LedgerRow.type(rs.getString(9));
    return new Charge(
        type,
        rs.getString(10),
        rs.getString(11),
        rs.getBoolean(12),
        rs.getBigDecimal(14).movePointLeft(DECIMALS),
        rs.getBigDecimal(15).movePointLeft(DECIMALS),
        List.of());
  }
}
