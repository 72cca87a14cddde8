package dev.bursar.projections.usage;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.org.Rerating.Used;
import dev.bursar.projections.copy.JsonColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Work that has run in a period, org by org, in the order in which it counted; page by page. */
public final class UsedWork {

  /** Of early rows, what was charged has ended like what was given back. */
  private static final String RUN =
      """
       from usage_event d
      where d.counted_at >= :from and d.counted_at < :to
        and (d.outcome in ('committed', 'late') or (d.outcome = 'ended' and d.charged > 0))
      """;

  /** More takes longer to count than a statement may. */
  private static final int COUNTED_MAX = 2_000_000;

  private static final String OF_ORG = " and d.org = :org";
  private static final String AFTER =
      " and (d.org, d.counted_at, d.sequence, d.index) > (:afterOrg, :afterAt, :afterSequence, :afterIndex)";

  private final @Nullable String org;
  private final Instant from;
  private final Instant to;
  private @Nullable Place after;

  private record Place(String org, OffsetDateTime countedAt, long sequence, int index) {}

  private record Row(Place place, Used used) {}

  /**
   * @param org whose; null for all
   * @param to exclusive
   */
  public UsedWork(@Nullable String org, Instant from, Instant to) {
    this.org = org;
    this.from = from;
    this.to = to;
  }

  /** How much there is; of very much, that it is {@link #COUNTED_MAX} at least. */
  public long count(Handle handle) {
    return bound(
            handle.createQuery(
                "select count(*) from (select 1"
                    + RUN
                    + (org == null ? "" : OF_ORG)
                    + " limit "
                    + COUNTED_MAX
                    + ") as counted"))
        .mapTo(Long.class)
        .one();
  }

  private Query bound(Query query) {
    query.bind("from", from.atOffset(ZoneOffset.UTC)).bind("to", to.atOffset(ZoneOffset.UTC));
    return org == null ? query : query.bind("org", org);
  }

  /** The next of it; none after the last. */
  public List<Used> next(Handle handle, int limit) {
    Place last = after;
    Query query =
        bound(
                handle.createQuery(
                    "select d.org, d.counted_at, d.sequence, d.index, d.user_id, d.feature, d.model,"
                        + " d.credit_type, d.charged, d.usage, d.used"
                        + RUN
                        + (org == null ? "" : OF_ORG)
                        + (last == null ? "" : AFTER)
                        + " order by d.org, d.counted_at, d.sequence, d.index limit :limit"))
            .bind("limit", limit)
            .setFetchSize(limit);
    if (last != null) {
      query
          .bind("afterOrg", last.org)
          .bind("afterAt", last.countedAt)
          .bind("afterSequence", last.sequence)
          .bind("afterIndex", last.index);
    }
    List<Row> rows = query.map((rs, context) -> row(rs)).list();
    if (!rows.isEmpty()) {
      after = rows.getLast().place;
    }
    return rows.stream().map(Row::used).toList();
  }

  private static Row row(ResultSet rs) throws SQLException {
    OffsetDateTime countedAt = rs.getObject("counted_at", OffsetDateTime.class);
    String org = rs.getString("org");
    String used = rs.getString("used");
    Map<String, Long> units = used == null ? Map.of() : JsonColumns.readNumbers(used);
    return new Row(
        new Place(org, countedAt, rs.getLong("sequence"), rs.getInt("index")),
        new Used(
            org,
            rs.getString("user_id"),
            countedAt.toInstant(),
            rs.getString("feature"),
            rs.getString("model"),
            units.isEmpty() ? JsonColumns.readNumbers(rs.getString("usage")) : units,
            rs.getString("credit_type"),
            new Credits(rs.getLong("charged"))));
  }
}
