package dev.bursar.projections.org;

import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.Rerating.Moment;
import dev.bursar.domain.org.Rerating.Since;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** What orgs have had from when on, as {@code audit_log} tells it. */
public final class Subscribed {

  private static final String ALL =
      """
      select a.org, a.sequence, a.index, a.changed_at, a.after ->> 'name' as name,
        a.after ->> 'timezone' as zone, a.after ->> 'plan' as plan,
        array(select jsonb_array_elements_text(a.after -> 'add_ons')) as add_ons,
        cast(a.after ->> 'catalog_version' as integer) as catalog_version,
        cast(a.after ->> 'starts_at' as timestamptz) as starts_at,
        cast(a.after ->> 'trial_ends_at' as timestamptz) as trial_ends_at,
        cast(a.after ->> 'ends_at' as timestamptz) as ends_at
      from org o
      join audit_log a on a.org = o.org and a.target_type = 'org' and a.target = o.org
      """;

  private static final int ROWS_AT_A_TIME = 5_000;

  private Subscribed() {}

  /**
   * What each org has had, from its beginning on, in order.
   *
   * @param org whose; null for all
   */
  public static Map<String, List<Since>> of(Handle handle, @Nullable String org) {
    Query query =
        handle
            .createQuery(
                ALL + (org == null ? "" : " where o.org = :org") + " order by a.sequence, a.index")
            .setFetchSize(ROWS_AT_A_TIME);
    Map<String, List<Since>> all = new HashMap<>();
    (org == null ? query : query.bind("org", org))
        .map((rs, context) -> Map.entry(rs.getString("org"), since(rs)))
        .forEach(
            each ->
                all.computeIfAbsent(each.getKey(), any -> new ArrayList<>(1)).add(each.getValue()));
    return all;
  }

  private static Since since(ResultSet rs) throws SQLException {
    return new Since(
        new Moment(
            rs.getObject("changed_at", OffsetDateTime.class).toInstant(),
            new Place(rs.getLong("sequence"), rs.getInt("index"))),
        JdbcOrgQueries.row(rs).settings());
  }
}
