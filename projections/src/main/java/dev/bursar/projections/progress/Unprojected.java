package dev.bursar.projections.progress;

import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
import org.jdbi.v3.core.Handle;

/** Rows of the journal between the stored positions and a place in the journal. */
final class Unprojected {

  private static final String EXISTS =
      """
      select exists (
        select 1 from event_journal
        where (xid, ordering) > (cast(cast(:xid as text) as xid8), :ordering)
          and (xid, ordering) <= (cast(cast(:headXid as text) as xid8), :headOrdering)
          and slice between :from and :to)
      """;

  private Unprojected() {}

  static boolean exists(
      Handle handle, SliceRange range, StoredPositions stored, JournalPosition head) {
    JournalPosition from = stored.first(range);
    return handle
        .createQuery(EXISTS)
        .bind("xid", Long.toString(from.xid()))
        .bind("ordering", from.ordering())
        .bind("headXid", Long.toString(head.xid()))
        .bind("headOrdering", head.ordering())
        .bind("from", range.from())
        .bind("to", range.to())
        .mapTo(Boolean.class)
        .one();
  }

  /** How long ago the range's position was stored, in milliseconds; of the database's time. */
  static long sinceStoredMs(Handle handle, String projection, SliceRange range) {
    return handle
        .createQuery(
            """
            select greatest(0, (extract(epoch from now()) * 1000)::bigint - last_updated)
            from pekko_projection_offset_store
            where projection_name = :projection and projection_key = :range
            """)
        .bind("projection", projection)
        .bind("range", range.toString())
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }
}
