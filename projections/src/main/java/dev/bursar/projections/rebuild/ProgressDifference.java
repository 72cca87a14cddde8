package dev.bursar.projections.rebuild;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How far entities are projected in two schemas, where that is not the same.
 *
 * @param ahead the first entity of which the live tables have more rows, in words; null if there is
 *     none
 * @param behind of how many they have fewer
 * @param first the first of those, in words; null if there is none
 */
record ProgressDifference(@Nullable String ahead, long behind, @Nullable String first) {

  static ProgressDifference of(Handle handle, String live, String made, String table) {
    return handle
        .createQuery(
            """
            select
              min(id || ', of which they know ' || old || ' rows and it holds ' || new) filter (where old > new),
              count(*) filter (where old < new),
              min(id || ', of which they know ' || old || ' rows of ' || new) filter (where old < new)
            from (select persistence_id as id, coalesce(l.last_sequence, 0) as old,
                    coalesce(m.last_sequence, 0) as new
                  from %s l full join %s m using (persistence_id)) both_sides
            """
                .formatted(Sql.quoted(live, table), Sql.quoted(made, table)))
        .map(
            (rs, context) ->
                new ProgressDifference(rs.getString(1), rs.getLong(2), rs.getString(3)))
        .one();
  }
}
