package dev.bursar.projections.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slices of a range that stand still before a row that can't be taken in, while the others go
 * on. Each is read by itself again now and then, and goes on with the others once it has come to
 * where they are. What it takes to find out whether its rows can be taken in keeps nobody waiting:
 * it is tried aside, until it has gone well once. Owned by one reader.
 */
final class StandingSlices {

  private static final Logger LOG = LoggerFactory.getLogger(StandingSlices.class);

  /**
   * Rows of one slice that had stood still.
   *
   * @param rows some that can be taken in by now, perhaps none
   * @param end where the range is with them
   * @param last the last of them as it is stored; null if there is none
   */
  record Regained(List<JournalRow> rows, RangePosition end, JournalTable.@Nullable Stored last) {}

  /**
   * What a try came to.
   *
   * @param rows those that can be taken in, as they are and as they are stored
   * @param end where the slice is with them
   * @param all whether they are all that were looked at
   * @param fault why the next can't be; null if that is not known, or there is none
   * @param waiting what waits in the slice if it can't go on
   */
  private record Tried(
      List<JournalRow> rows,
      List<JournalTable.Stored> stored,
      JournalPosition end,
      boolean all,
      @Nullable JournalUnreadable fault,
      @Nullable Waiting waiting) {}

  /** Rows of the journal that are looked through at a time: its index knows nothing of slices. */
  private static final int ROWS_MAX = 20_000;

  private final Jdbi jdbi;
  private final JournalBounds bounds;
  private final JournalReader progress;
  private final Rehearsal rehearsal;
  private final Map<Integer, Long> triedNanos = new HashMap<>();
  private final Map<Integer, CompletableFuture<Tried>> aside = new HashMap<>();

  /** Those of which rows could be taken in when they were last tried, so that the next may be. */
  private final Set<Integer> goingOn = new HashSet<>();

  StandingSlices(Jdbi jdbi, JournalBounds bounds, JournalReader progress, Rehearsal rehearsal) {
    this.jdbi = jdbi;
    this.bounds = bounds;
    this.progress = progress;
    this.rehearsal = rehearsal;
  }

  /** Stops a slice for a while. */
  void stop(int slice, String reason) {
    triedNanos.put(slice, System.nanoTime());
    goingOn.remove(slice);
    progress.standsStill(slice, reason);
  }

  /** What can be taken in by now of the first slice that is due; null if that is nothing. */
  @Nullable Regained regain(Handle handle, RangePosition at) {
    for (Map.Entry<Integer, JournalPosition> each : at.standing().entrySet()) {
      Tried tried = tried(handle, at, each.getKey(), each.getValue());
      if (tried != null) {
        RangePosition end = at.with(each.getKey(), tried.end());
        if (!end.equals(at)) {
          return new Regained(
              tried.rows(), end, tried.stored().isEmpty() ? null : tried.stored().getLast());
        }
      }
    }
    return null;
  }

  /** What has been tried of a slice, or can be at once; null if nothing is to be said yet. */
  private @Nullable Tried tried(Handle handle, RangePosition at, int slice, JournalPosition from) {
    CompletableFuture<Tried> begun = aside.get(slice);
    if (begun != null) {
      if (!begun.isDone()) {
        return null;
      }
      aside.remove(slice);
      triedNanos.put(slice, System.nanoTime());
      return judged(slice, begun);
    }
    if (!isDue(slice)) {
      return null;
    }
    if (goingOn.contains(slice)) {
      return judged(slice, tried(handle, at.position(), slice, from));
    }
    aside.put(
        slice,
        CompletableFuture.supplyAsync(
            () -> jdbi.withHandle(own -> tried(own, at.position(), slice, from)),
            task -> Thread.ofPlatform().daemon().name("slice-" + slice).start(task)));
    return null;
  }

  private @Nullable Tried judged(int slice, CompletableFuture<Tried> begun) {
    try {
      return judged(slice, begun.join());
    } catch (CompletionException e) {
      LOG.warn(
          "It could not be tried whether a slice can go on, it is tried again: slice={} reason={}",
          slice,
          String.valueOf(e.getCause()));
      return null;
    }
  }

  private Tried judged(int slice, Tried tried) {
    if (tried.fault() != null) {
      stop(slice, String.valueOf(tried.fault().getMessage()));
      if (tried.waiting() != null) {
        progress.waits(slice, tried.waiting());
      }
      return tried;
    }
    triedNanos.remove(slice);
    if (tried.all()) {
      goingOn.add(slice);
    } else {
      goingOn.remove(slice);
    }
    return tried;
  }

  /** Whether one is to be tried again by now. */
  boolean isDue(RangePosition at) {
    return at.standing().keySet().stream()
        .anyMatch(slice -> !aside.containsKey(slice) && isDue(slice));
  }

  private boolean isDue(int slice) {
    Long tried = triedNanos.get(slice);
    Duration wait = bounds.standingInterval();
    return tried == null || System.nanoTime() - tried > wait.toNanos();
  }

  private Tried tried(Handle handle, JournalPosition range, int slice, JournalPosition from) {
    JournalPosition end = range;
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
    Followed followed = rehearsal.projectable(handle, rows, true);
    if (followed.fault() != null) {
      fault = followed.fault();
    }
    boolean all = fault == null && followed.rows() == rows.size();
    if (!all) {
      end = stored.get(followed.rows()).before();
    } else if (JournalTable.full(stored, bounds.pageRowsMax(), bounds.pageBytesMax())) {
      end = stored.getLast().position();
    }
    return new Tried(
        List.copyOf(rows.subList(0, followed.rows())),
        List.copyOf(stored.subList(0, followed.rows())),
        end.isAfter(from) ? end : from,
        all,
        fault,
        fault == null ? null : JournalTable.waiting(handle, slice, from, ROWS_MAX));
  }
}
