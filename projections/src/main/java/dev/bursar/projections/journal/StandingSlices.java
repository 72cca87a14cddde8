package dev.bursar.projections.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The slices of a range that stand still before a row that can't be taken in, while the others go
 * on. Each is read by itself again now and then, and goes on with the others once it has come to
 * where they are. Owned by one reader.
 */
final class StandingSlices {

  /**
   * Rows of one slice that had stood still.
   *
   * @param rows some that can be taken in by now, perhaps none
   * @param end where the range is with them
   * @param last the last of them as it is stored; null if there is none
   */
  record Regained(List<JournalRow> rows, RangePosition end, JournalTable.@Nullable Stored last) {}

  /** Rows of the journal that are looked through at a time: its index knows nothing of slices. */
  private static final int ROWS_MAX = 20_000;

  private final JournalBounds bounds;
  private final JournalReader progress;
  private final Rehearsal rehearsal;
  private final Map<Integer, Long> triedNanos = new HashMap<>();

  StandingSlices(JournalBounds bounds, JournalReader progress, Rehearsal rehearsal) {
    this.bounds = bounds;
    this.progress = progress;
    this.rehearsal = rehearsal;
  }

  /** Stops a slice for a while. */
  void stop(int slice, String reason) {
    triedNanos.put(slice, System.nanoTime());
    progress.standsStill(slice, reason);
  }

  /** What can be taken in by now of the first slice that is due; null if that is nothing. */
  @Nullable Regained regain(Handle handle, RangePosition at) {
    for (Map.Entry<Integer, JournalPosition> each : at.standing().entrySet()) {
      if (isDue(each.getKey())) {
        Regained regained = regain(handle, at, each.getKey(), each.getValue());
        if (!regained.end().equals(at)) {
          return regained;
        }
      }
    }
    return null;
  }

  /** Whether one is to be tried again by now. */
  boolean isDue(RangePosition at) {
    return at.standing().keySet().stream().anyMatch(this::isDue);
  }

  private boolean isDue(int slice) {
    Long tried = triedNanos.get(slice);
    Duration wait = bounds.standingInterval();
    return tried == null || System.nanoTime() - tried > wait.toNanos();
  }

  private Regained regain(Handle handle, RangePosition at, int slice, JournalPosition from) {
    JournalPosition end = at.position();
    JournalPosition before = end.next();
    JournalPosition bound = JournalTable.after(handle, from, ROWS_MAX).orElse(before);
    if (before.isAfter(bound)) {
      before = bound;
      end = new JournalPosition(bound.xid(), bound.ordering() - 1);
    }
    List<JournalTable.Stored> stored =
        JournalTable.page(
            handle,
            new SliceRange(slice, slice),
            from,
            before,
            bounds.pageRowsMax(),
            bounds.pageBytesMax());
    JournalUnreadable fault = null;
    List<JournalRow> rows = new ArrayList<>(stored.size());
    for (JournalTable.Stored row : stored) {
      try {
        rows.add(StoredRows.decoded(row));
      } catch (JournalUnreadable e) {
        fault = e;
        break;
      }
    }
    Followed followed = rehearsal.projectable(handle, rows);
    if (followed.fault() != null) {
      fault = followed.fault();
    }
    if (fault != null) {
      stop(slice, String.valueOf(fault.getMessage()));
      end = stored.get(followed.rows()).before();
    } else if (JournalTable.full(stored, bounds.pageRowsMax(), bounds.pageBytesMax())) {
      end = stored.getLast().position();
    }
    return new Regained(
        List.copyOf(rows.subList(0, followed.rows())),
        at.with(slice, end.isAfter(from) ? end : from),
        followed.rows() == 0 ? null : stored.get(followed.rows() - 1));
  }
}
