package dev.bursar.projections.journal;

import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Rows of the journal after the positions up to which slices are projected. */
public final class Unprojected {

  // In order, so that the index is read from the position on; the first row is soon found.
  private static final String EXISTS =
      """
      select exists (
        select 1 from (
          select j.xid from event_journal j
          where (j.xid, j.ordering) > (cast(cast(:xid as text) as xid8), :ordering)
            and (j.xid, j.ordering) <= (cast(cast(:headXid as text) as xid8), :headOrdering)
            and j.slice = any(:slices)
          order by j.xid, j.ordering limit 1) first)
      """;

  // Not now(), which a long transaction of the reader's would hold. A row is there for a moment at
  // the least before it is found.
  private static final String FIRST =
      """
      select greatest(1, (extract(epoch from clock_timestamp()) * 1000)::bigint - j.write_timestamp)
      from event_journal j
      where (j.xid, j.ordering) > (cast(cast(:xid as text) as xid8), :ordering)
        and j.slice = any(:slices)
      order by j.xid, j.ordering limit 1
      """;

  private Unprojected() {}

  /**
   * Whether rows up to a place in the journal are not projected, of these legs: a slice is behind
   * as soon as one of its range is that has come as far.
   */
  public static boolean exists(
      Handle handle, List<StoredPositions.Leg> legs, JournalPosition head) {
    return legs.stream()
        .anyMatch(
            leg ->
                handle
                    .createQuery(EXISTS)
                    .bind("xid", Long.toString(leg.position().xid()))
                    .bind("ordering", leg.position().ordering())
                    .bind("headXid", Long.toString(head.xid()))
                    .bind("headOrdering", head.ordering())
                    .bindArray("slices", Integer.class, leg.slices())
                    .mapTo(Boolean.class)
                    .one());
  }

  /**
   * How long ago the first row of these legs was written that is not projected, in milliseconds of
   * the database's time; empty if all are.
   */
  public static OptionalLong sinceMs(Handle handle, List<StoredPositions.Leg> legs) {
    return legs.stream()
        .flatMap(
            leg ->
                handle
                    .createQuery(FIRST)
                    .bind("xid", Long.toString(leg.position().xid()))
                    .bind("ordering", leg.position().ordering())
                    .bindArray("slices", Integer.class, leg.slices())
                    .mapTo(Long.class)
                    .stream())
        .mapToLong(Long::longValue)
        .max();
  }
}
