package dev.bursar.projections.progress;

import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Rows of the journal after the positions that are stored. */
final class Unprojected {

  private static final String EXISTS =
      """
      select exists (
        select 1 from event_journal
        where (xid, ordering) > (cast(cast(:xid as text) as xid8), :ordering)
          and (xid, ordering) <= (cast(cast(:headXid as text) as xid8), :headOrdering)
          and slice between :from and :to)
      """;

  // Not now(), which a long transaction of the reader's would hold. A row is there for a moment at
  // the least before it is found.
  private static final String FIRST =
      """
      select greatest(1, (extract(epoch from clock_timestamp()) * 1000)::bigint - j.write_timestamp)
      from event_journal j
      where (j.xid, j.ordering) > (cast(cast(:xid as text) as xid8), :ordering)
        and j.slice between :from and :to
      order by j.xid, j.ordering limit 1
      """;

  private Unprojected() {}

  /** Whether these slices have rows up to a place in the journal that are not projected. */
  static boolean exists(
      Handle handle, SliceRange slices, StoredPositions stored, JournalPosition head) {
    return stored.legs(slices).stream()
        .anyMatch(
            leg ->
                handle
                    .createQuery(EXISTS)
                    .bind("xid", Long.toString(leg.position().xid()))
                    .bind("ordering", leg.position().ordering())
                    .bind("headXid", Long.toString(head.xid()))
                    .bind("headOrdering", head.ordering())
                    .bind("from", leg.slices().from())
                    .bind("to", leg.slices().to())
                    .mapTo(Boolean.class)
                    .one());
  }

  /**
   * How long ago the first row of these slices was written that is not projected, in milliseconds
   * of the database's time; empty if all are.
   */
  static OptionalLong sinceMs(Handle handle, SliceRange slices, StoredPositions stored) {
    return stored.legs(slices).stream()
        .flatMap(
            leg ->
                handle
                    .createQuery(FIRST)
                    .bind("xid", Long.toString(leg.position().xid()))
                    .bind("ordering", leg.position().ordering())
                    .bind("from", leg.slices().from())
                    .bind("to", leg.slices().to())
                    .mapTo(Long.class)
                    .stream())
        .mapToLong(Long::longValue)
        .max();
  }
}
