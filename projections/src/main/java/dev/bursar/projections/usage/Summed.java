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
  record Key(int stretch, List<@Nullable String> group, String creditType) {
    Key in(int other) {
      return new Key(other, group, creditType);
    }
  }

  static final String PARTS =
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

  /** One more than there may be tells that there are too many. */
  static final String LIMIT = " limit :limit";

  private static final int ROWS_AT_A_TIME = 1_000;

  private final Handle handle;
  private final String org;
  private final Map<Dimension, String> filter;
  private final List<Dimension> groupBy;
  private final int keysMax;
  private final Map<Key, Usage> sums = new HashMap<>();

  /**
   * @param keysMax how many sums there may be
   */
  Summed(
      Handle handle,
      String org,
      Map<Dimension, String> filter,
      List<Dimension> groupBy,
      int keysMax) {
    this.handle = handle;
    this.org = org;
    this.filter = filter;
    this.groupBy = groupBy;
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

  private String columns() {
    return columns(Dimensions::column);
  }

  /** What is grouped by, with a comma after each. */
  String columns(Function<Dimension, String> column) {
    StringBuilder columns = new StringBuilder();
    groupBy.forEach(each -> columns.append(column.apply(each)).append(", "));
    return columns.append("d.credit_type, ").toString();
  }

  /** The positions of what is grouped by among what is selected. */
  String positions(String more) {
    StringBuilder positions = new StringBuilder("1");
    for (int i = 2; i <= groupBy.size() + 2; i++) {
      positions.append(", ").append(i);
    }
    return positions.append(more).toString();
  }

  /** A query of parts of stretches. */
  Query bind(String sql, List<Coverage.Part> parts, ToLongFunction<Instant> number) {
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

  /** Adds what these tell: the figures of each group, and units by meter. */
  void add(Query counts, Query meters) {
    int next = groupBy.size() + 3;
    counts
        .bind("limit", limit())
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
        .forEach(each -> add(each.getKey(), each.getValue()));
    demandNotTooMany();
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
        .forEach(each -> add(each.getKey(), each.getValue()));
  }

  /** Adds a sum. */
  void add(Key key, Usage usage) {
    sums.merge(key, usage, Usage::plus);
  }

  /** The most rows that a query has to tell of. */
  int limit() {
    return keysMax + 1;
  }

  void demandNotTooMany() {
    if (sums.size() > keysMax) {
      throw new Unanswerable(
          Unanswerable.Reason.TOO_MANY_ROWS,
          "The answer would have more rows than %,d, which is the most. A longer interval, fewer dimensions in group_by, a filter or a shorter stretch of time make it fewer; single events come as a stream."
              .formatted(keysMax));
    }
  }

  /** The group of the row on which the result stands. */
  Key key(ResultSet rs) throws SQLException {
    List<@Nullable String> group = new ArrayList<>();
    for (int i = 0; i < groupBy.size(); i++) {
      group.add(rs.getString(i + 2));
    }
    return new Key(rs.getInt(1), group, rs.getString(groupBy.size() + 2));
  }
}
