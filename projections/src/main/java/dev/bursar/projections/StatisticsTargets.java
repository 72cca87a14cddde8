package dev.bursar.projections;

import org.jdbi.v3.core.Handle;

/**
 * How closely PostgreSQL looks at each column of a table when it gathers statistics for its
 * planner. A table that is made "like" another does not have this from it, and would be sampled in
 * full.
 */
public final class StatisticsTargets {

  private static final String STATEMENTS =
      """
      select format('alter table %s alter column %I set statistics %s',
        cast(:target as regclass), attname, attstattarget)
      from pg_attribute
      where attrelid = cast(:source as regclass) and attnum > 0 and not attisdropped
        and attstattarget >= 0
      """;

  private StatisticsTargets() {}

  /**
   * Gives a table those of another one with the same columns.
   *
   * @param source the other table, quoted where it must be
   * @param target the table, likewise; of the user's own
   */
  public static void copy(Handle handle, String source, String target) {
    handle
        .createQuery(STATEMENTS)
        .bind("source", source)
        .bind("target", target)
        .mapTo(String.class)
        .list()
        .forEach(handle::execute);
  }
}
