package dev.bursar.projections.journal;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Reads a slice range of the journal page by page, from one position onwards. Blocks; owned by one
 * stream, one call at a time.
 */
public final class PageReader {

  /**
   * What a read came to.
   *
   * @param page what was read
   * @param emit whether it is to be projected; otherwise it only moves the position
   * @param idle whether to wait before the next read
   */
  record Step(JournalPage page, boolean emit, boolean idle) {}

  private record Decoded(
      List<JournalRow> rows, JournalPosition end, @Nullable JournalUnreadable fault) {}

  private final Jdbi jdbi;
  private final SliceRange range;
  private final JournalBounds bounds;
  private final InstantSource clock;
  private final JournalReader progress;
  private final JournalPosition start;
  private final JournalPosition repeatsUntil;
  private JournalPosition stored;
  private long storedNanos = System.nanoTime();

  /**
   * Begins where the range was left.
   *
   * @param projection the name under which positions are stored
   */
  public PageReader(
      Jdbi jdbi,
      String projection,
      SliceRange range,
      JournalBounds bounds,
      InstantSource clock,
      JournalReader progress) {
    this.jdbi = jdbi;
    this.range = range;
    this.bounds = bounds;
    this.clock = clock;
    this.progress = progress;
    try (Handle handle = jdbi.open()) {
      start = StoredPositions.of(handle, projection).first(range);
      // Somebody may have gone on from here before, and the position been set back by somebody who
      // did not know; nobody has projected what is not final yet.
      repeatsUntil = later(start, JournalTable.reach(handle).end());
      progress.started(start, JournalTable.passed(handle, start));
    }
    stored = start;
  }

  JournalPosition start() {
    return start;
  }

  /**
   * Reads on after a position.
   *
   * @throws JournalUnreadable if the next row can't be read, and all before it are projected
   */
  Step read(JournalPosition after) {
    Instant at = clock.instant();
    long nanos = System.nanoTime();
    if (progress.isClosed()) {
      return waiting(after, at, nanos);
    }
    return jdbi.withHandle(
        handle -> {
          JournalTable.Reach reach = JournalTable.reach(handle);
          progress.saw(reach.head());
          List<JournalTable.Stored> rows =
              reach.horizon() <= after.xid()
                  ? List.of()
                  : JournalTable.page(
                      handle,
                      range,
                      after,
                      reach.end(),
                      bounds.pageRowsMax(),
                      bounds.pageBytesMax());
          return rows.isEmpty()
              ? nothing(after, reach, at, nanos)
              : step(after, rows, reach, at, nanos);
        });
  }

  private Step nothing(JournalPosition after, JournalTable.Reach reach, Instant at, long nanos) {
    JournalPage page =
        new JournalPage(
            List.of(), later(after, reach.end()), passed(reach, 0), at, at, nanos, false);
    boolean quiet = progress.allProjected();
    if (quiet) {
      progress.idle(page);
    }
    // Others have gone on: a start from the position that is stored would read all that they had.
    boolean emit =
        quiet
            && reach.head().isAfter(stored)
            && nanos - storedNanos > bounds.positionInterval().toNanos();
    return new Step(emit ? emitted(page) : page, emit, true);
  }

  private Step step(
      JournalPosition after,
      List<JournalTable.Stored> rows,
      JournalTable.Reach reach,
      Instant at,
      long nanos) {
    Decoded decoded = decoded(after, rows);
    if (decoded.rows().isEmpty() && decoded.fault() != null) {
      if (progress.allProjected()) {
        throw decoded.fault();
      }
      return waiting(after, at, nanos);
    }
    boolean complete =
        decoded.fault() == null
            && !JournalTable.full(rows, bounds.pageRowsMax(), bounds.pageBytesMax());
    JournalTable.Stored last = rows.get(decoded.rows().size() - 1);
    Instant written = Instant.ofEpochMilli(last.writtenAtMs());
    long lagMs = complete ? 0 : Math.max(0, reach.nowMs() - last.writtenAtMs());
    long ordering = last.position().ordering();
    JournalPage page =
        new JournalPage(
            decoded.rows(),
            complete ? later(decoded.end(), reach.end()) : decoded.end(),
            complete ? passed(reach, ordering) : ordering,
            written.isBefore(at) ? written : at,
            at.minusMillis(lagMs),
            nanos - TimeUnit.MILLISECONDS.toNanos(lagMs),
            repeatsUntil.isAfter(after));
    return new Step(emitted(page), true, complete);
  }

  private static Step waiting(JournalPosition position, Instant at, long nanos) {
    return new Step(new JournalPage(List.of(), position, 0, at, at, nanos, false), false, true);
  }

  private JournalPage emitted(JournalPage page) {
    progress.emitted(page);
    stored = page.end();
    storedNanos = System.nanoTime();
    return page;
  }

  private static JournalPosition later(JournalPosition one, JournalPosition other) {
    return other.isAfter(one) ? other : one;
  }

  /** The last row that is passed by whoever has read all that is final, or at least that row. */
  private static long passed(JournalTable.Reach reach, long row) {
    return reach.isAll() ? reach.head().ordering() : row;
  }

  private static Decoded decoded(JournalPosition after, List<JournalTable.Stored> rows) {
    List<JournalRow> decoded = new ArrayList<>(rows.size());
    JournalPosition end = after;
    for (JournalTable.Stored row : rows) {
      try {
        decoded.add(StoredRows.decoded(row));
        end = row.position();
      } catch (JournalUnreadable e) {
        return new Decoded(decoded, end, e);
      }
    }
    return new Decoded(decoded, end, null);
  }
}
