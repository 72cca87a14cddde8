package dev.bursar.projections.usage;

import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.Rerating.Charge;
import dev.bursar.domain.org.Rerating.Decider;
import dev.bursar.domain.org.Rerating.Moment;
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

  private static final String COLUMNS =
      """
      d.org, d.counted_at, d.sequence, d.index, d.recorded_at, d.user_id, d.feature, d.model, d.source,
      d.happened_at, d.credit_type, d.amount, d.usage, d.outcome, d.ended_at, d.ended_sequence,
      d.ended_index, d.charged, d.used, d.cost
      """;

  /** More takes longer to count than a statement may. */
  private static final int COUNTED_MAX = 2_000_000;

  private static final String OF_ORG = " and d.org = :org";
  private static final String AFTER =
      " and (d.org, d.counted_at, d.sequence, d.index) > (:afterOrg, :afterAt, :afterSequence, :afterIndex)";

  private final @Nullable String org;
  private final Instant from;
  private final Instant to;
  private @Nullable Key after;

  private record Key(String org, OffsetDateTime countedAt, Place place) {}

  private record Row(Key key, Used used) {}

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
    Key last = after;
    Query query =
        bound(
                handle.createQuery(
                    "select "
                        + COLUMNS
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
          .bind("afterSequence", last.place.sequence())
          .bind("afterIndex", last.place.index());
    }
    List<Row> rows = query.map((rs, context) -> row(rs)).list();
    if (!rows.isEmpty()) {
      after = rows.getLast().key;
    }
    return rows.stream().map(Row::used).toList();
  }

  private static Row row(ResultSet rs) throws SQLException {
    OffsetDateTime countedAt = rs.getObject("counted_at", OffsetDateTime.class);
    String org = rs.getString("org");
    Place place = new Place(rs.getLong("sequence"), rs.getInt("index"));
    Quantities asked =
        new Quantities(
            new Credits(rs.getLong("amount")), JsonColumns.readNumbers(rs.getString("usage")));
    String source = rs.getString("source");
    return new Row(
        new Key(org, countedAt, place),
        new Used(
            org,
            rs.getString("user_id"),
            rs.getString("feature"),
            rs.getString("model"),
            source == null ? Decider.ORG : isOfLease(source) ? Decider.LEASE : Decider.NOBODY,
            CountedWork.of(
                countedAt.toInstant(),
                source == null || isOfLease(source)
                    ? countedAt.toInstant()
                    : time(rs, "happened_at")),
            new Moment(time(rs, "recorded_at"), place),
            asked,
            rs.getString("credit_type"),
            charge(rs, asked, source != null)));
  }

  private static boolean isOfLease(String source) {
    return ReservationId.parse(source) != null;
  }

  /**
   * What was charged. A commit that says no units names an amount; what was charged at once, or was
   * reported, is as it was asked for. Early rows don't tell the two apart where both come to the
   * same.
   */
  private static Charge charge(ResultSet rs, Quantities asked, boolean reported)
      throws SQLException {
    Credits amount = new Credits(rs.getLong("charged"));
    Long cost = rs.getObject("cost", Long.class);
    String used = rs.getString("used");
    boolean asAsked = used == null && (reported || (cost == null && amount.equals(asked.amount())));
    return new Charge(
        used != null ? JsonColumns.readNumbers(used) : asAsked ? asked.usage() : Map.of(),
        amount,
        cost != null ? new Credits(cost) : reported ? amount.max(asked.amount()) : amount,
        new Moment(
            time(rs, "ended_at"),
            new Place(rs.getLong("ended_sequence"), rs.getInt("ended_index"))),
        rs.getString("outcome").equals("late"));
  }

  private static Instant time(ResultSet rs, String column) throws SQLException {
    return rs.getObject(column, OffsetDateTime.class).toInstant();
  }
}
