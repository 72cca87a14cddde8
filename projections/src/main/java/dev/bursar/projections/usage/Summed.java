package dev.bursar.projections.usage;

import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Sums of usage by stretch and group, added up from several tables. */
final class Summed {

  /**
   * What is summed up together.
   *
   * @param stretch the stretch's place among all
   * @param group the values of what it is grouped by
   */
  record Key(int stretch, List<@Nullable String> group, String creditType) {}

  private static final String PARTS =
      """
      (select stretch, %1$s as f, %2$s as t
       from unnest(cast(:stretches as integer[]), :froms, :tos) as n (stretch, f, t)) s
      """;
  private static final String OF_SUMS =
      """
      from (
        select s.stretch, r.group_id%3$s, %4$s
        from %5$s cross join lateral (
          select * from usage_%1$s%2$s r
          where r.org = :org and r.%1$s >= s.f and r.%1$s < s.t%6$s) r
        group by s.stretch, r.group_id%3$s) r
      join usage_group d on d.id = r.group_id
      """;
  private static final String OF_EVENTS =
      """
      from %s join usage_event d
        on d.org = :org and d.counted_at >= s.f and d.counted_at < s.t
      """;

  /**
   * Each stretch is looked up by itself, {@code offset 0} sees to that: a join reads all of a
   * month's partition, and leaves out what does not belong to them.
   */
  static final String OF_FEW_EVENTS =
      """
      from %s cross join lateral (
        select * from usage_event d
        where d.org = :org and d.counted_at >= s.f and d.counted_at < s.t offset 0) d
      """;

  /**
   * Each day is looked up by itself, {@code offset 0} sees to that: by its index, or a user's in
   * it.
   */
  private static final String OF_USERS =
      """
      from (
        select stretch, date '1970-01-01' + cast(number as integer) as day
        from unnest(cast(:stretches as integer[]), :froms, :tos) as n (stretch, f, t)
        cross join lateral generate_series(n.f, n.t - 1) as number) s
      cross join lateral (
        select * from usage_user_day d where d.org = :org and d.day = s.day%s offset 0) d
      """;

  /** What was withdrawn before anybody was answered was never decided. */
  private static final String DECIDED = "(d.allowed or d.denials <> '{}')";

  /** One more than there may be tells that there are too many. */
  private static final String LIMIT = " limit :limit";

  private static final int ROWS_AT_A_TIME = 1_000;

  private final Handle handle;
  private final String org;
  private final Map<Dimension, String> filter;
  private final List<Dimension> groupBy;
  private final SummedNames names;
  private final int keysMax;
  private final Map<Key, Usage> sums = new HashMap<>();

  /**
   * @param names what events are called so that they are grouped as sums are
   * @param keysMax how many sums there may be
   */
  Summed(
      Handle handle,
      String org,
      Map<Dimension, String> filter,
      List<Dimension> groupBy,
      SummedNames names,
      int keysMax) {
    this.handle = handle;
    this.org = org;
    this.filter = filter;
    this.groupBy = groupBy;
    this.names = names;
    this.keysMax = keysMax;
  }

  Map<Key, Usage> sums() {
    return sums;
  }

  void addDays(List<Coverage.Part> parts) {
    addSums("day", "date '1970-01-01' + cast(%s as integer)", parts, ChronoUnit.DAYS);
  }

  void addHours(List<Coverage.Part> parts) {
    addSums("hour", "timestamptz 'epoch' + %s * interval '1 hour'", parts, ChronoUnit.HOURS);
  }

  private void addSums(String unit, String time, List<Coverage.Part> parts, ChronoUnit chronoUnit) {
    if (parts.isEmpty()) {
      return;
    }
    List<UUID> groups = filter.isEmpty() ? null : Groups.of(handle, org, filter);
    if (groups != null && groups.isEmpty()) {
      return;
    }
    String among = groups == null ? "" : " and r.group_id = any(:groups)";
    String spans = PARTS.formatted(time.formatted("f"), time.formatted("t"));
    ToLongFunction<Instant> number = at -> chronoUnit.between(Instant.EPOCH, at);
    Query counts =
        bind(
            "select r.stretch, "
                + columns()
                + "sum(r.credits), sum(r.requests), sum(r.denied) "
                + OF_SUMS.formatted(
                    unit,
                    "",
                    "",
                    "sum(r.credits) as credits, sum(r.requests) as requests,"
                        + " sum(r.denied) as denied",
                    spans,
                    among)
                + " group by "
                + positions("")
                + LIMIT,
            parts,
            number);
    Query meters =
        bind(
            "select r.stretch, "
                + columns()
                + "r.meter, sum(r.units) "
                + OF_SUMS.formatted(
                    unit, "_meter", ", r.meter", "sum(r.units) as units", spans, among)
                + " group by "
                + positions(", r.meter"),
            parts,
            number);
    if (groups != null) {
      counts.bindArray("groups", UUID.class, groups);
      meters.bindArray("groups", UUID.class, groups);
    }
    add(counts, meters);
  }

  /** Adds what users used in whole days, by what is kept of them: user, team and departments. */
  void addDaysOfUsers(List<Coverage.Part> parts) {
    if (!parts.isEmpty()) {
      add(
          ofUsers("", "sum(d.credits), sum(d.requests), sum(d.denied)", "", "", LIMIT, parts),
          ofUsers(
              "",
              "m.key, sum(cast(m.value as numeric))",
              " cross join lateral jsonb_each_text(d.meters) m",
              ", m.key",
              "",
              parts));
    }
  }

  /**
   * Figures of users.
   *
   * @param before goes in front of the query, such as {@code explain}
   */
  Query ofUsers(
      String before,
      String figures,
      String join,
      String by,
      String limit,
      List<Coverage.Part> parts) {
    String sql =
        before
            + "select s.stretch, "
            + columns()
            + figures
            + " "
            + OF_USERS.formatted(Dimensions.conditions(filter))
            + join
            + " group by "
            + positions(by)
            + limit;
    return Dimensions.bind(
        bind(sql, parts, at -> ChronoUnit.DAYS.between(Instant.EPOCH, at)), filter);
  }

  /** Adds what parts of hours or days hold, which sums do not tell apart. */
  void addFewEvents(List<Coverage.Part> parts) {
    addEvents(OF_FEW_EVENTS, parts);
  }

  /** Adds what no sums tell, of any number of events. */
  void addEvents(List<Coverage.Part> parts) {
    addEvents(OF_EVENTS, parts);
  }

  private void addEvents(String events, List<Coverage.Part> parts) {
    if (parts.isEmpty()) {
      return;
    }
    String time = "timestamptz 'epoch' + %s * interval '1 microsecond'";
    String from = events.formatted(PARTS.formatted(time.formatted("f"), time.formatted("t")));
    String where = " where " + DECIDED + names.conditions(filter);
    ToLongFunction<Instant> number = at -> ChronoUnit.MICROS.between(Instant.EPOCH, at);
    Query counts =
        bind(
            "select s.stretch, "
                + columns(names::column)
                + "coalesce(sum(d.charged), 0), count(*) filter (where d.allowed),"
                + " count(*) filter (where not d.allowed) "
                + from
                + names.joins()
                + where
                + " group by "
                + positions("")
                + LIMIT,
            parts,
            number);
    Query meters =
        bind(
            "select s.stretch, "
                + columns(names::column)
                + "m.key, sum(m.value::numeric) "
                + from
                + names.joins()
                + " cross join lateral jsonb_each_text(coalesce(d.used, d.usage)) m"
                + where
                + " and d.outcome in ('committed', 'late') group by "
                + positions(", m.key"),
            parts,
            number);
    add(Dimensions.bind(counts, filter), Dimensions.bind(meters, filter));
  }

  private String columns() {
    return columns(Dimensions::column);
  }

  private String columns(Function<Dimension, String> column) {
    StringBuilder columns = new StringBuilder();
    groupBy.forEach(each -> columns.append(column.apply(each)).append(", "));
    return columns.append("d.credit_type, ").toString();
  }

  private String positions(String more) {
    StringBuilder positions = new StringBuilder("1");
    for (int i = 2; i <= groupBy.size() + 2; i++) {
      positions.append(", ").append(i);
    }
    return positions.append(more).toString();
  }

  private Query bind(String sql, List<Coverage.Part> parts, ToLongFunction<Instant> number) {
    return handle
        .createQuery(sql)
        .bind("org", org)
        .bindArray("stretches", Integer.class, parts.stream().map(Coverage.Part::stretch).toList())
        .bindArray(
            "froms",
            Long.class,
            parts.stream().map(part -> number.applyAsLong(part.span().from())).toList())
        .bindArray(
            "tos",
            Long.class,
            parts.stream().map(part -> number.applyAsLong(part.span().to())).toList());
  }

  private void add(Query counts, Query meters) {
    int next = groupBy.size() + 3;
    counts
        .bind("limit", keysMax + 1)
        .setFetchSize(ROWS_AT_A_TIME)
        .map(
            (rs, context) ->
                Map.entry(
                    key(rs),
                    new Usage(
                        rs.getBigDecimal(next),
                        rs.getLong(next + 1),
                        rs.getLong(next + 2),
                        Map.of())))
        .forEach(each -> sums.merge(each.getKey(), each.getValue(), Usage::plus));
    if (sums.size() > keysMax) {
      throw new Unanswerable(
          Unanswerable.Reason.TOO_MANY_ROWS,
          "The answer would have more rows than %,d, which is the most. A longer interval, fewer dimensions in group_by, a filter or a shorter stretch of time make it fewer; single events come as a stream."
              .formatted(keysMax));
    }
    meters
        .setFetchSize(ROWS_AT_A_TIME)
        .map(
            (rs, context) ->
                Map.entry(
                    key(rs),
                    new Usage(
                        BigDecimal.ZERO,
                        0,
                        0,
                        Map.of(rs.getString(next), rs.getBigDecimal(next + 1)))))
        .forEach(each -> sums.merge(each.getKey(), each.getValue(), Usage::plus));
  }

  private Key key(ResultSet rs) throws SQLException {
    List<@Nullable String> group = new ArrayList<>();
    for (int i = 0; i < groupBy.size(); i++) {
      group.add(rs.getString(i + 2));
    }
    return new Key(rs.getInt(1), group, rs.getString(groupBy.size() + 2));
  }
}
