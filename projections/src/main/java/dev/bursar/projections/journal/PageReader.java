package dev.bursar.projections.journal;

import dev.bursar.projections.progress.Outages;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a slice range of the journal page by page, from one position onwards. A slice that has a
 * row that can't be taken in stands still, and the others go on. Blocks; owned by one stream, one
 * call at a time.
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

  /**
   * What of some rows can be taken in.
   *
   * @param read how many of them were looked at
   * @param fault why the next can't be; null if all were looked at
   */
  private record Decoded(
      List<JournalRow> rows, RangePosition end, int read, @Nullable JournalUnreadable fault) {}

  /** Of the time, so much goes into questions that others need not wait for. */
  private static final long SELDOM = 10;

  private final Jdbi jdbi;
  private final SliceRange range;
  private final JournalBounds bounds;
  private final InstantSource clock;
  private final JournalReader progress;
  private final StandingSlices standing;
  private final HeldBack heldBack = new HeldBack(System::nanoTime);
  private final Rehearsal rehearsal;
  private final RangePosition start;
  private final long reading;
  private final JournalPosition repeatsUntil;
  private RangePosition stored;
  private long storedNanos = System.nanoTime();
  private long waitingMs;
  private long waitingAskedNanos;
  private long waitingTookNanos;

  /** Begins where the range was left. */
  public PageReader(
      Jdbi jdbi,
      SliceRange range,
      JournalBounds bounds,
      InstantSource clock,
      JournalReader progress,
      Rehearsal rehearsal) {
    this.jdbi = jdbi;
    this.range = range;
    this.bounds = bounds;
    this.clock = clock;
    this.progress = progress;
    this.rehearsal = rehearsal;
    this.standing = new StandingSlices(jdbi, bounds, progress, rehearsal);
    try (Handle handle = jdbi.open()) {
      ReadSideTransaction.begin(handle);
      StoredPositions.Begun begun = StoredPositions.begin(handle, range);
      handle.commit();
      start = withFailed(handle, begun.start());
      stored = begun.stored();
      // Somebody may have gone on from here before, and the position been set back by somebody who
      // did not know; nobody has projected what is not final yet.
      repeatsUntil = later(start.position(), JournalTable.reach(handle).end());
      reading = progress.started(start, JournalTable.passed(handle, start.position()));
    }
  }

  /** What could not be projected stands still from the beginning, and is looked at by itself. */
  private RangePosition withFailed(Handle handle, RangePosition from) {
    SortedMap<Integer, String> failed = new TreeMap<>(progress.takeFailedSlices());
    if (progress.takeUnexplained()) {
      failed.putAll(unprojectable(handle, from));
    }
    SortedMap<Integer, JournalPosition> slices = new TreeMap<>(from.standing());
    failed.forEach(
        (slice, reason) -> {
          if (slices.size() < RangePosition.STANDING_MAX || slices.containsKey(slice)) {
            slices.putIfAbsent(slice, from.position());
            standing.stop(slice, reason);
          }
        });
    return new RangePosition(from.position(), slices);
  }

  /**
   * The slices of which something in the page that failed can't be projected, with the reason. More
   * than can stand still by themselves are not to blame: then it is something else.
   */
  private Map<Integer, String> unprojectable(Handle handle, RangePosition from) {
    Map<Integer, List<JournalRow>> bySlice = new TreeMap<>();
    List<JournalTable.Stored> page =
        JournalTable.page(
            handle,
            range,
            from.position(),
            JournalTable.reach(handle).end(),
            bounds.pageRowsMax(),
            bounds.pageBytesMax());
    for (JournalRow row : decoded(from, page).rows()) {
      bySlice
          .computeIfAbsent(SliceRange.sliceOf(row.entity().org()), slice -> new ArrayList<>())
          .add(row);
    }
    Map<Integer, String> found = new TreeMap<>();
    for (Map.Entry<Integer, List<JournalRow>> each : bySlice.entrySet()) {
      JournalUnreadable fault = rehearsal.projectable(handle, each.getValue(), false).fault();
      if (fault != null) {
        found.put(each.getKey(), String.valueOf(fault.getMessage()));
      }
      if (found.size() > RangePosition.STANDING_MAX) {
        return Map.of();
      }
    }
    return found;
  }

  RangePosition start() {
    return start;
  }

  /** Ends once all that was read is projected. */
  CompletionStage<Void> whenAllProjected() {
    return progress.whenAllProjected();
  }

  /**
   * Reads on after a position.
   *
   * @throws JournalUnreadable if the next row can't be read, all before it are projected, and too
   *     many slices stand still already
   */
  Step read(RangePosition after) {
    Instant at = clock.instant();
    long nanos = System.nanoTime();
    if (progress.isClosed()) {
      return waiting(after, at, nanos);
    }
    return jdbi.withHandle(
        handle -> {
          JournalTable.Reach reach = JournalTable.reach(handle);
          progress.saw(reach.head());
          heldBack.look(handle, reach);
          // Of what is on its way nobody knows yet what follows on it.
          if (standing.isDue(after) && !progress.allProjected()) {
            return waiting(after, at, nanos);
          }
          StandingSlices.Regained regained = standing.regain(handle, after);
          if (regained != null) {
            return regained(regained, reach, nanos);
          }
          List<JournalTable.Stored> rows =
              reach.horizon() <= after.position().xid()
                  ? List.of()
                  : JournalTable.page(
                      handle,
                      range,
                      after.position(),
                      reach.end(),
                      bounds.pageRowsMax(),
                      bounds.pageBytesMax());
          return rows.isEmpty()
              ? nothing(handle, after, reach, at, nanos)
              : step(handle, after, rows, reach, at, nanos);
        });
  }

  private Step regained(StandingSlices.Regained regained, JournalTable.Reach reach, long nanos) {
    JournalTable.Stored last = regained.last();
    long writtenAtMs = last == null ? reach.nowMs() : last.writtenAtMs();
    return new Step(
        emitted(
            new JournalPage(
                stored,
                regained.rows(),
                regained.end(),
                0,
                Instant.ofEpochMilli(writtenAtMs),
                null,
                nanos,
                true)),
        true,
        false);
  }

  private Step nothing(
      Handle handle, RangePosition after, JournalTable.Reach reach, Instant at, long nanos) {
    long lagMs = waitingMs(handle, reach);
    JournalPage page =
        new JournalPage(
            stored,
            List.of(),
            after.at(later(after.position(), reach.end())),
            passed(reach, 0),
            at,
            at.minusMillis(lagMs),
            nanos - TimeUnit.MILLISECONDS.toNanos(lagMs),
            false);
    boolean quiet = progress.allProjected();
    if (quiet) {
      progress.idle(reading, page);
    }
    // Others have gone on: a start from the position that is stored would read all that they had.
    boolean emit =
        quiet
            && reach.head().isAfter(stored.position())
            && nanos - storedNanos > bounds.positionInterval().toNanos();
    return new Step(emit ? emitted(page) : page, emit, true);
  }

  private Step step(
      Handle handle,
      RangePosition after,
      List<JournalTable.Stored> rows,
      JournalTable.Reach reach,
      Instant at,
      long nanos) {
    Decoded decoded = decoded(after, rows);
    if (decoded.read() == 0 && decoded.fault() != null) {
      if (progress.allProjected()) {
        throw decoded.fault();
      }
      return waiting(after, at, nanos);
    }
    boolean complete =
        decoded.fault() == null
            && !JournalTable.full(rows, bounds.pageRowsMax(), bounds.pageBytesMax());
    JournalTable.Stored last = rows.get(decoded.read() - 1);
    Instant written = Instant.ofEpochMilli(last.writtenAtMs());
    long lagMs =
        complete ? waitingMs(handle, reach) : Math.max(0, reach.nowMs() - last.writtenAtMs());
    long ordering = last.position().ordering();
    JournalPage page =
        new JournalPage(
            stored,
            decoded.rows(),
            complete
                ? decoded.end().at(later(decoded.end().position(), reach.end()))
                : decoded.end(),
            complete ? passed(reach, ordering) : ordering,
            written.isBefore(at) ? written : at,
            at.minusMillis(lagMs),
            nanos - TimeUnit.MILLISECONDS.toNanos(lagMs),
            repeatsUntil.isAfter(after.position()));
    return new Step(emitted(page), true, complete);
  }

  /**
   * For how long the first row that is committed, but whose place is not final yet, has waited, in
   * milliseconds of the database's time; 0 if there is none. The index knows no slices: where many
   * rows of others wait, too, the question takes long, and is asked as much less often.
   */
  private long waitingMs(Handle handle, JournalTable.Reach reach) {
    if (reach.isAll()) {
      return 0;
    }
    long asked = System.nanoTime();
    if (asked - waitingAskedNanos < SELDOM * waitingTookNanos) {
      return waitingMs + TimeUnit.NANOSECONDS.toMillis(asked - waitingAskedNanos);
    }
    List<Integer> slices = IntStream.rangeClosed(range.from(), range.to()).boxed().toList();
    long before = waitingMs;
    try {
      waitingMs =
          Unprojected.sinceMs(handle, List.of(new StoredPositions.Leg(slices, reach.end())))
              .orElse(0);
    } catch (JdbiException e) {
      if (!Outages.tookTooLong(e)) {
        throw e;
      }
      // Nothing of what was read waits for the answer.
      waitingMs = before + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
    }
    waitingTookNanos = System.nanoTime() - asked;
    waitingAskedNanos = asked;
    return waitingMs;
  }

  private Step waiting(RangePosition position, Instant at, long nanos) {
    return new Step(
        new JournalPage(stored, List.of(), position, 0, at, at, nanos, false), false, true);
  }

  private JournalPage emitted(JournalPage page) {
    progress.emitted(reading, page);
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

  private Decoded decoded(RangePosition after, List<JournalTable.Stored> rows) {
    List<JournalRow> decoded = new ArrayList<>(rows.size());
    SortedMap<Integer, JournalPosition> stopped = new TreeMap<>(after.standing());
    JournalPosition end = after.position();
    int read = 0;
    for (JournalTable.Stored row : rows) {
      if (!stopped.containsKey(row.slice())) {
        try {
          decoded.add(StoredRows.decoded(row));
        } catch (JournalUnreadable e) {
          if (stopped.size() == RangePosition.STANDING_MAX) {
            return new Decoded(decoded, new RangePosition(end, stopped), read, e);
          }
          stopped.put(row.slice(), row.before());
          standing.stop(row.slice(), String.valueOf(e.getMessage()));
        }
      }
      end = row.position();
      read++;
    }
    return new Decoded(decoded, new RangePosition(end, stopped), read, null);
  }
}
