package dev.bursar.projections.journal;

import dev.bursar.domain.identity.EntityId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The journal's table, read in the order {@code (xid, ordering)}. Only rows of transactions before
 * every one that is still running are read: that order is final, so no row appears late. Teams'
 * rows are among them, for the thresholds that they tell of.
 */
final class JournalTable {

  /**
   * How far the journal can be read.
   *
   * @param horizon all transactions with a lower number have ended, but for those that write no
   *     journal
   * @param head the journal's last row; {@link JournalPosition#START} if it is empty
   * @param nowMs the database's time, in milliseconds since 1970
   */
  record Reach(long horizon, JournalPosition head, long nowMs) {

    /** All rows before this are there, and in their final order. */
    JournalPosition end() {
      return new JournalPosition(horizon, 0);
    }

    /** Whether no row comes after those. */
    boolean isAll() {
      return head.xid() < horizon;
    }
  }

  /** A row as it is stored. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Stored(
      JournalPosition position,
      String persistenceId,
      long sequence,
      String manifest,
      byte[] payload,
      long writtenAtMs,
      int slice) {

    /** All rows before this one are at or before this. */
    JournalPosition before() {
      return new JournalPosition(position.xid(), position.ordering() - 1);
    }
  }

  // The read side writes nothing here: nobody waits for it, nor one page for the one before. What
  // is
  // open is asked for only where the journal's last row may have to wait for it.
  private static final String REACH =
      """
      select case
               when h.xid < pg_snapshot_xmin(s.open) then pg_snapshot_xmin(s.open)::text::bigint
               else coalesce(
                 (select min(x::text::bigint) from pg_snapshot_xip(s.open) x
                  where x::xid not in (
                    select a.backend_xid from pg_stat_activity a
                    where a.application_name = '%s' and a.backend_xid is not null)),
                 pg_snapshot_xmax(s.open)::text::bigint)
               end,
             coalesce(h.xid::text::bigint, 0), coalesce(h.ordering, 0),
             (extract(epoch from clock_timestamp()) * 1000)::bigint
      from (select pg_current_snapshot() as open) s
      left join lateral (
        select xid, ordering from event_journal order by xid desc, ordering desc limit 1) h on true
      """
          .formatted(ReadSideTransaction.APPLICATION);

  // The running total is of the rows before, so that the first row always comes, however large.
  private static final String PAGE =
      """
      select xid::text::bigint, ordering, persistence_id, sequence_number, event_ser_manifest,
             event_payload, write_timestamp, slice
      from (
        select xid, ordering, persistence_id, sequence_number, event_ser_manifest, event_payload,
               write_timestamp, slice,
               sum(octet_length(event_payload)) over (
                 order by xid, ordering rows between unbounded preceding and current row)
                 - octet_length(event_payload) as bytes_before
        from event_journal
        where (xid, ordering) > (cast(cast(:xid as text) as xid8), :ordering)
          and (xid, ordering) < (cast(cast(:beforeXid as text) as xid8), :beforeOrdering)
          and slice between :from and :to
        order by xid, ordering
        limit :rows) page
      where bytes_before < :bytes
      order by page.xid, page.ordering
      """;

  // Teams' rows are read without their holds: of one with nothing else, no time is known.
  // Qualified: xid alone would be the text that is selected, and every row would be sorted by it.
  static final String LAST =
      """
      select j.xid::text::bigint, j.ordering, j.persistence_id, j.sequence_number,
             j.event_ser_manifest, j.event_payload, j.write_timestamp, j.slice
      from event_journal j where j.persistence_id not like 'team|%'
      order by j.xid desc, j.ordering desc limit 1
      """;

  private static final String PASSED =
      """
      select j.ordering from event_journal j
      where (j.xid, j.ordering) <= (cast(cast(:xid as text) as xid8), :ordering)
      order by j.xid desc, j.ordering desc limit 1
      """;

  private static final String AFTER =
      """
      select j.xid::text::bigint, j.ordering from event_journal j
      where (j.xid, j.ordering) > (cast(cast(:xid as text) as xid8), :ordering)
      order by j.xid, j.ordering offset :rows limit 1
      """;

  private static final String PROJECTED =
      """
      select j.xid::text::bigint, j.ordering, j.persistence_id, j.sequence_number,
             j.event_ser_manifest, j.event_payload, j.write_timestamp, j.slice
      from event_journal j
      where j.persistence_id = :id and j.sequence_number >= :from
        and j.sequence_number <= (select p.last_sequence from entity_progress p where p.persistence_id = :id)
      order by j.sequence_number limit :rows
      """;

  private static final String WAITING =
      """
      select count(*) filter (where slice = :slice), count(*),
             coalesce((extract(epoch from clock_timestamp()) * 1000)::bigint
                      - min(write_timestamp) filter (where slice = :slice), 0),
             coalesce((select l.ordering from event_journal l order by l.xid desc, l.ordering desc limit 1), 0)
               - :ordering
      from (
        select j.slice, j.write_timestamp from event_journal j
        where (j.xid, j.ordering) > (cast(cast(:xid as text) as xid8), :ordering)
        order by j.xid, j.ordering limit :rows) waiting
      """;

  private JournalTable() {}

  /** The journal's last row of an org or a wallet; empty if there is none. */
  static Optional<Stored> last(Handle handle) {
    return handle.createQuery(LAST).map((rs, context) -> stored(rs)).findOne();
  }

  static Reach reach(Handle handle) {
    return handle
        .createQuery(REACH)
        .map(
            (rs, context) ->
                new Reach(
                    rs.getLong(1),
                    new JournalPosition(rs.getLong(2), rs.getLong(3)),
                    rs.getLong(4)))
        .one();
  }

  /** The number within the journal of the last row at or before a position; 0 if there is none. */
  static long passed(Handle handle, JournalPosition position) {
    return handle
        .createQuery(PASSED)
        .bind("xid", Long.toString(position.xid()))
        .bind("ordering", position.ordering())
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /**
   * The next rows of a range before a position that is final, bounded by their number and by their
   * bytes (but for the last).
   */
  static List<Stored> page(
      Handle handle,
      SliceRange range,
      JournalPosition after,
      JournalPosition before,
      int rowsMax,
      long bytesMax) {
    return handle
        .createQuery(PAGE)
        .bind("xid", Long.toString(after.xid()))
        .bind("ordering", after.ordering())
        .bind("beforeXid", Long.toString(before.xid()))
        .bind("beforeOrdering", before.ordering())
        .bind("from", range.from())
        .bind("to", range.to())
        .bind("rows", rowsMax)
        .bind("bytes", bytesMax)
        .map((rs, context) -> stored(rs))
        .list();
  }

  /** Where the row is that comes so many rows after a position; empty if there are not so many. */
  static Optional<JournalPosition> after(Handle handle, JournalPosition position, int rows) {
    return handle
        .createQuery(AFTER)
        .bind("xid", Long.toString(position.xid()))
        .bind("ordering", position.ordering())
        .bind("rows", rows)
        .map((rs, context) -> new JournalPosition(rs.getLong(1), rs.getLong(2)))
        .findOne();
  }

  /**
   * What waits in a slice after a position. Beyond so many rows of all slices, as much as there is
   * for each of those that were looked at.
   */
  static Waiting waiting(Handle handle, int slice, JournalPosition after, int rowsMax) {
    return handle
        .createQuery(WAITING)
        .bind("xid", Long.toString(after.xid()))
        .bind("ordering", after.ordering())
        .bind("slice", slice)
        .bind("rows", rowsMax)
        .map(
            (rs, context) -> {
              long rows = rs.getLong(1);
              long looked = rs.getLong(2);
              long left = looked < rowsMax ? looked : Math.max(looked, rs.getLong(4));
              return new Waiting(looked == 0 ? 0 : rows * left / looked, rs.getLong(3));
            })
        .one();
  }

  /** The rows of an entity from a sequence on, as far as they are projected. */
  static List<Stored> projected(Handle handle, EntityId entity, long from, int rowsMax) {
    return handle
        .createQuery(PROJECTED)
        .bind("id", entity.toString())
        .bind("from", from)
        .bind("rows", rowsMax)
        .map((rs, context) -> stored(rs))
        .list();
  }

  /** Whether a page came to one of its bounds, so that there may be more. */
  static boolean full(List<Stored> page, int rowsMax, long bytesMax) {
    return page.size() >= rowsMax || bytes(page) >= bytesMax;
  }

  static long bytes(List<Stored> page) {
    long bytes = 0;
    for (Stored row : page) {
      bytes += row.payload().length;
    }
    return bytes;
  }

  private static Stored stored(ResultSet rs) throws SQLException {
    return new Stored(
        new JournalPosition(rs.getLong(1), rs.getLong(2)),
        rs.getString(3),
        rs.getLong(4),
        rs.getString(5),
        rs.getBytes(6),
        rs.getLong(7),
        rs.getInt(8));
  }
}
