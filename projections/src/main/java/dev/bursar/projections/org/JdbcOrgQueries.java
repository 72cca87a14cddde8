package dev.bursar.projections.org;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the orgs from {@code org}, and what was changed in them from {@code audit_log}. */
public final class JdbcOrgQueries implements OrgQueries {

  /** What {@link #row} reads. */
  public static final String COLUMNS =
      "org, name, zone, plan, add_ons, catalog_version, starts_at, trial_ends_at, ends_at";

  private final ReadQueries queries;
  private final Progress progress;
  private final FreshReads reads;

  public JdbcOrgQueries(ReadQueries queries, Progress progress) {
    this.queries = queries;
    this.progress = progress;
    this.reads = new FreshReads(queries, progress);
  }

  @Override
  public CompletionStage<Page> page(@Nullable String after, int limit) {
    return queries.run(
        handle -> {
          Freshness freshness = progress.ofAll();
          List<Row> found =
              handle
                  .createQuery(
                      "select "
                          + COLUMNS
                          + " from org where org > :after order by org limit :limit")
                  .bind("after", after == null ? "" : after)
                  .bind("limit", limit + 1)
                  .map((rs, context) -> row(rs))
                  .list();
          boolean more = found.size() > limit;
          return new Page(
              more ? List.copyOf(found.subList(0, limit)) : found,
              more,
              freshness.asOf(),
              freshness.lagMs());
        });
  }

  @Override
  public CompletionStage<Changes> changes(
      String org, @Nullable Place before, int limit, boolean fresh) {
    return reads.read(
        org,
        fresh,
        handle ->
            handle
                .createQuery(
                    """
                    select sequence, index, changed_at, actor, action, target_type, target, before, after
                    from audit_log where org = :org and (sequence, index) < (:sequence, :index)
                    order by sequence desc, index desc limit :limit
                    """)
                .bind("org", org)
                .bind("sequence", before == null ? Long.MAX_VALUE : before.sequence())
                .bind("index", before == null ? 0 : before.index())
                .bind("limit", limit + 1)
                .map((rs, context) -> change(rs))
                .list(),
        (found, freshness) ->
            new Changes(
                found.size() > limit ? List.copyOf(found.subList(0, limit)) : found,
                found.size() > limit,
                freshness.asOf(),
                freshness.lagMs()));
  }

  private static Change change(ResultSet rs) throws SQLException {
    return new Change(
        new Place(rs.getLong("sequence"), rs.getInt("index")),
        Objects.requireNonNull(time(rs, "changed_at")),
        rs.getString("actor"),
        rs.getString("action"),
        rs.getString("target_type"),
        rs.getString("target"),
        rs.getString("before"),
        rs.getString("after"));
  }

  /** The org in the row on which the result stands. */
  public static Row row(ResultSet rs) throws SQLException {
    return new Row(
        rs.getString("org"),
        new OrgSettings(
            rs.getString("name"),
            ZoneId.of(rs.getString("zone")),
            rs.getString("plan"),
            List.of((String[]) rs.getArray("add_ons").getArray()),
            rs.getObject("catalog_version", Integer.class),
            time(rs, "starts_at"),
            time(rs, "trial_ends_at"),
            time(rs, "ends_at")));
  }

  private static @Nullable Instant time(ResultSet rs, String column) throws SQLException {
    OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }
}
