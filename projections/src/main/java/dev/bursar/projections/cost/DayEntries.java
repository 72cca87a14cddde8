package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.projections.copy.JsonColumns;
import dev.bursar.projections.ledger.LedgerRow;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The entries of an org's ledgers on a day, wallet by wallet, each in its wallet's order, and how
 * far they have been read. The day's entries of a wallet follow on each other without a gap, and
 * {@code ledger_day} says from where to where; so so many are read at a time, by the ledger's own
 * index: no statement and no memory grows with the day. What is posted while they are read is not
 * among them.
 */
final class DayEntries {

  private static final int DECIMALS = 6;

  /**
   * Work that was open for longer, or reported so late, is found without its units; without the
   * bound, every month's events would be looked through for each day.
   */
  private static final int DAYS_OPEN_MAX = 31;

  private static final String STRETCHES =
      """
      select wallet, min(first_sequence), max(last_sequence)
      from ledger_day where org = :org and day = :day group by wallet order by wallet
      """;

  /** What an entry is for; of a correction, what was corrected by it was for. */
  private static final String WORK =
      Stream.of("team", "product", "cost_center", "agent", "feature", "model")
          .map("case when c.sequence is null then e.%1$s else c.%1$s end, "::formatted)
          .collect(Collectors.joining());

  /**
   * A transaction's name ends in the sequence of its first entry. Few entries correct another one,
   * and each of those is looked up by itself, as is each event, {@code offset 0} sees to that: the
   * planner knows nothing of how few they are, and would join the whole ledger.
   */
  private static final String PAGE =
      "select e.wallet, "
          + WORK
          + """
          e.credit_type, e.type, case when e.type = 'grant' then e.grant_id end, e.currency,
            coalesce(c.posted_at < :month, false),
            coalesce(e.reservation, e.wallet || '/' || e.transaction_id), e.amount,
            coalesce(e.value, 0), u.units
          from unnest(cast(:wallets as text[]), :firsts, :lasts) as s (wallet, first, last)
          cross join lateral (
            select * from ledger_entry
            where org = :org and wallet = s.wallet and sequence between s.first and s.last
            offset 0) e
          left join lateral (
            select * from ledger_entry
            where e.corrects is not null and org = :org and wallet = e.wallet
              and transaction_id = e.corrects
              and sequence = cast(substring(e.corrects from '_([0-9]{1,18})$') as bigint)
            offset 0) c on true
          left join lateral (
            select coalesce(d.used, d.usage) as units from usage_event d
            where hashtextextended(d.reservation, 0) = hashtextextended(e.reservation, 0)
              and d.reservation = e.reservation and d.org = :org
              and d.counted_at >= :from and d.counted_at < :to
            order by d.counted_at desc limit 1) u on true
          order by e.wallet, e.sequence
          """;

  /** Entries of a wallet that follow on each other. */
  record Stretch(String wallet, long first, long last) {}

  private final String org;
  private final LocalDate day;
  private final ArrayDeque<Stretch> left;

  private DayEntries(String org, LocalDate day, List<Stretch> left) {
    this.org = org;
    this.day = day;
    this.left = new ArrayDeque<>(left);
  }

  /** Those of a day, none of which has been read. */
  static DayEntries of(Handle handle, String org, LocalDate day) {
    return new DayEntries(
        org,
        day,
        handle
            .createQuery(STRETCHES)
            .bind("org", org)
            .bind("day", day)
            .map((rs, context) -> new Stretch(rs.getString(1), rs.getLong(2), rs.getLong(3)))
            .list());
  }

  /** Whether all of them have been read. */
  boolean areRead() {
    return left.isEmpty();
  }

  /** Reads so many at the most, and tells how many they were. */
  int read(Handle handle, int max, Consumer<DayEntry> taken) {
    List<Stretch> page = new ArrayList<>();
    int rows = 0;
    while (rows < max && !left.isEmpty()) {
      Stretch each = left.remove();
      long last = Math.min(each.last(), each.first() + max - rows - 1);
      page.add(new Stretch(each.wallet(), each.first(), last));
      rows += (int) (last - each.first() + 1);
      if (last < each.last()) {
        left.addFirst(new Stretch(each.wallet(), last + 1, each.last()));
      }
    }
    if (!page.isEmpty()) {
      query(handle, "", page).map((rs, context) -> entry(rs)).forEach(taken);
    }
    return rows;
  }

  /**
   * The query of these, in the order of their wallets.
   *
   * @param before goes in front of it, such as {@code explain}
   */
  Query query(Handle handle, String before, List<Stretch> page) {
    return handle
        .createQuery(before + PAGE)
        .bind("org", org)
        .bind("month", start(day.withDayOfMonth(1)))
        .bind("from", start(day.minusDays(DAYS_OPEN_MAX)))
        .bind("to", start(day.plusDays(1)))
        .bindArray("wallets", String.class, page.stream().map(Stretch::wallet).toList())
        .bindArray("firsts", Long.class, page.stream().map(Stretch::first).toList())
        .bindArray("lasts", Long.class, page.stream().map(Stretch::last).toList());
  }

  private static OffsetDateTime start(LocalDate day) {
    return day.atStartOfDay().atOffset(ZoneOffset.UTC);
  }

  private static DayEntry entry(ResultSet rs) throws SQLException {
    String units = rs.getString(16);
    return new DayEntry(
        new Work(
            rs.getString(1),
            rs.getString(2),
            rs.getString(3),
            rs.getString(4),
            rs.getString(5),
            rs.getString(6),
            rs.getString(7),
            rs.getString(8)),
        LedgerRow.type(rs.getString(9)),
        rs.getString(10),
        rs.getString(11),
        rs.getBoolean(12),
        rs.getString(13),
        BigDecimal.valueOf(rs.getLong(14), DECIMALS),
        BigDecimal.valueOf(rs.getLong(15), DECIMALS),
        units == null ? Map.of() : JsonColumns.readNumbers(units));
  }
}
