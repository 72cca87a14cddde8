package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Rates;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.projections.ledger.LedgerRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * A day of an org's ledgers, summed up by what it was for. The day's entries of a wallet follow on
 * each other, and {@code ledger_day} says from where to where.
 */
final class CostRows {

  static final int DECIMALS = 6;

  static final String WORK =
      "e.wallet, e.team, e.product, e.cost_center, e.agent, e.feature, e.model, e.credit_type";

  static final String ENTRIES =
      """
      from (select wallet, min(first_sequence) as first, max(last_sequence) as last
            from ledger_day where org = :org and day = :day group by wallet) s
      join ledger_entry e
        on e.org = :org and e.wallet = s.wallet and e.sequence between s.first and s.last
      """;

  /** What an entry is for; of a correction, what was corrected by it was for. */
  private static final String WORK_OR_CORRECTED =
      "e.wallet, "
          + Stream.of("team", "product", "cost_center", "agent", "feature", "model")
              .map("case when c.sequence is null then e.%1$s else c.%1$s end, "::formatted)
              .collect(Collectors.joining())
          + "e.credit_type";

  /**
   * A transaction's name ends in the sequence of its first entry. Few entries correct another one,
   * and each of those is looked up by itself, {@code offset 0} sees to that: the planner knows
   * nothing of how few they are, and would join the whole ledger.
   */
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
          left join lateral (
            select * from ledger_entry
            where e.corrects is not null and org = :org and wallet = e.wallet
              and transaction_id = e.corrects
              and sequence = cast(substring(e.corrects from '_([0-9]{1,18})$') as bigint)
            offset 0) c on true
          """
          + " group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13"
          + " order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13";

  private CostRows() {}

  static List<Costs> of(Handle handle, String org, LocalDate day, Rates rates) {
    Map<Work, List<Charge>> charges = new LinkedHashMap<>();
    bind(handle.createQuery(CHARGES), org, day)
        .bind("month", day.withDayOfMonth(1).atStartOfDay().atOffset(ZoneOffset.UTC))
        .map(
            (rs, context) ->
                charges.computeIfAbsent(work(rs), any -> new ArrayList<>()).add(charge(rs)))
        .forEach(done -> {});
    UsesOfDay uses = UsesOfDay.of(handle, org, day, rates);
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

  private static Charge with(Charge charge, Work work, UsesOfDay uses) {
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
            uses.of(work, charge.type(), charge.currency()))
        : charge;
  }

  static Query bind(Query query, String org, LocalDate day) {
    return query.bind("org", org).bind("day", day);
  }

  static Work work(ResultSet rs) throws SQLException {
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
