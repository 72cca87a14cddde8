package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Sums over {@code decision}. */
final class UsageRows {

  private static final int DECIMALS = 6;

  /** What two queries about the same group have in common. */
  private record Key(@Nullable Instant start, List<@Nullable String> group, String creditType) {}

  private final String org;
  private final Question question;

  private UsageRows(String org, Question question) {
    this.org = org;
    this.question = question;
  }

  static List<Row> of(Handle handle, String org, Question question) {
    UsageRows rows = new UsageRows(org, question);
    Map<Key, Map<String, BigDecimal>> meters = rows.meters(handle);
    return rows.sums(handle, meters);
  }

  private Map<Key, Map<String, BigDecimal>> meters(Handle handle) {
    Map<Key, Map<String, BigDecimal>> meters = new HashMap<>();
    bind(handle.createQuery(
            "select "
                + keyColumns()
                + ", m.key, sum(m.value::numeric) from decision d,"
                + " jsonb_each_text(coalesce(d.used, d.usage)) m where "
                + condition()
                + " and d.outcome in ('committed', 'late') group by "
                + positions()
                + ", m.key"))
        .map(
            (rs, context) ->
                meters
                    .computeIfAbsent(key(rs), key -> new TreeMap<>())
                    .put(rs.getString(width() + 1), rs.getBigDecimal(width() + 2)))
        .forEach(done -> {});
    return meters;
  }

  private List<Row> sums(Handle handle, Map<Key, Map<String, BigDecimal>> meters) {
    return bind(handle.createQuery(
            "select "
                + keyColumns()
                + ", coalesce(sum(d.charged), 0), count(*) filter (where d.allowed),"
                + " count(*) filter (where not d.allowed) from decision d where "
                + condition()
                + " group by "
                + positions()
                + " order by "
                + positions()))
        .map(
            (rs, context) -> {
              Key key = key(rs);
              Map<Dimension, @Nullable String> group = new LinkedHashMap<>();
              for (int i = 0; i < question.groupBy().size(); i++) {
                group.put(question.groupBy().get(i), key.group().get(i));
              }
              return new Row(
                  key.start(),
                  group,
                  key.creditType(),
                  rs.getBigDecimal(width() + 1).movePointLeft(DECIMALS),
                  rs.getLong(width() + 2),
                  rs.getLong(width() + 3),
                  meters.getOrDefault(key, Map.of()));
            })
        .list();
  }

  private int width() {
    return (question.interval() == null ? 1 : 2) + question.groupBy().size();
  }

  private String keyColumns() {
    List<String> columns = new ArrayList<>();
    if (question.interval() != null) {
      columns.add("date_trunc('" + question.interval().word() + "', d.decided_at, :zone)");
    }
    question.groupBy().forEach(each -> columns.add(Dimensions.column(each)));
    columns.add("d.credit_type");
    return String.join(", ", columns);
  }

  private String positions() {
    List<String> positions = new ArrayList<>();
    for (int i = 1; i <= width(); i++) {
      positions.add(Integer.toString(i));
    }
    return String.join(", ", positions);
  }

  private Key key(ResultSet rs) throws SQLException {
    int at = 1;
    Instant start =
        question.interval() == null ? null : rs.getObject(at++, OffsetDateTime.class).toInstant();
    List<@Nullable String> group = new ArrayList<>();
    for (int i = 0; i < question.groupBy().size(); i++) {
      group.add(rs.getString(at++));
    }
    return new Key(start, group, rs.getString(at));
  }

  /** What was withdrawn before anybody was answered was never decided. */
  private String condition() {
    StringBuilder sql =
        new StringBuilder(
            "d.org = :org and d.decided_at >= :from and d.decided_at < :to"
                + " and (d.allowed or d.denials <> '{}')");
    return sql.append(Dimensions.conditions(question.filter())).toString();
  }

  private Query bind(Query query) {
    query
        .bind("org", org)
        .bind("from", question.from().atOffset(ZoneOffset.UTC))
        .bind("to", question.to().atOffset(ZoneOffset.UTC));
    if (question.interval() != null) {
      query.bind("zone", question.zone().getId());
    }
    return Dimensions.bind(query, question.filter());
  }
}
