package dev.bursar.projections.progress;

import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.JournalReader;
import dev.bursar.projections.journal.SliceRange;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far one slice range is on this node. Written by whoever reads and projects it, read by
 * everyone. Thread-safe.
 */
public final class RangeProgress implements JournalReader {

  private final SliceRange range;
  private RangeStatus.State state = RangeStatus.State.ELSEWHERE;
  private JournalPosition emitted = JournalPosition.START;
  private JournalPosition projected = JournalPosition.START;
  private JournalPosition head = JournalPosition.START;
  private long throughXid;
  private @Nullable Instant upToDateAt;
  private long upToDateNanos = System.nanoTime();
  private long rows;
  private long events;
  private long failures;
  private @Nullable String alarm;
  private boolean closed;

  public RangeProgress(SliceRange range) {
    this.range = range;
  }

  public SliceRange range() {
    return range;
  }

  @Override
  public synchronized void started(JournalPosition from) {
    state = alarm == null ? RangeStatus.State.RUNNING : RangeStatus.State.HALTED;
    emitted = from;
    projected = from;
    throughXid = Math.max(throughXid, from.xid());
  }

  @Override
  public synchronized void emitted(JournalPage page) {
    emitted = page.end();
  }

  @Override
  public synchronized boolean allProjected() {
    return emitted.equals(projected);
  }

  /** A page is committed. */
  public synchronized void projected(JournalPage page) {
    projected = page.end();
    rows += page.rows().size();
    events += page.events();
    throughXid = Math.max(throughXid, page.end().xid());
    if (page.complete()) {
      upToDate(page.readAt(), page.readNanos());
    } else if (upToDateAt == null || page.writtenAt().isAfter(upToDateAt)) {
      upToDateAt = page.writtenAt();
    }
    alarm = null;
    state = RangeStatus.State.RUNNING;
  }

  @Override
  public synchronized void idle(JournalPage page) {
    throughXid = Math.max(throughXid, page.end().xid());
    upToDate(page.readAt(), page.readNanos());
    alarm = null;
    state = RangeStatus.State.RUNNING;
  }

  private void upToDate(Instant at, long nanos) {
    if (upToDateAt == null || at.isAfter(upToDateAt)) {
      upToDateAt = at;
    }
    upToDateNanos = nanos;
  }

  @Override
  public synchronized void saw(JournalPosition journalHead) {
    head = journalHead;
  }

  /** It came to a halt, and is going to be tried again. */
  public synchronized void failed(String reason) {
    failures++;
    alarm = reason;
    state = RangeStatus.State.HALTED;
  }

  /** The stream has ended: for a new try after a failure, or else because it is no longer ours. */
  public synchronized void stopped() {
    if (state != RangeStatus.State.HALTED) {
      state = RangeStatus.State.ELSEWHERE;
    }
  }

  /** Whether it stands still because of a failure. */
  public synchronized boolean isHalted() {
    return state == RangeStatus.State.HALTED;
  }

  /** Reads nothing more. */
  public synchronized void close() {
    closed = true;
  }

  @Override
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Whether it is projected on this node. */
  public synchronized boolean isHere() {
    return state != RangeStatus.State.ELSEWHERE;
  }

  /** Whether all that this transaction and those before it wrote is projected, as known here. */
  public synchronized boolean isThrough(long xid) {
    return xid < throughXid;
  }

  /**
   * A time up to which all is shown, by the node's clock: when it was last known to be up to date,
   * or when the last row was written; null if nothing is known yet.
   */
  public synchronized @Nullable Instant upToDateAt() {
    return upToDateAt;
  }

  /** How long ago it was last known to be up to date, in milliseconds. */
  public synchronized long lagMs() {
    return isHere() ? (System.nanoTime() - upToDateNanos) / 1_000_000 : 0;
  }

  /** How many rows of the journal, of all ranges, come after what was projected, at the most. */
  public synchronized long lagRows() {
    return isHere() && head.xid() >= throughXid
        ? Math.max(0, head.ordering() - projected.ordering())
        : 0;
  }

  /** About how many events come after what was projected, by what rows have held so far. */
  public synchronized double lagEvents() {
    return rows == 0 ? lagRows() : (double) lagRows() * events / rows;
  }

  /** Rows projected since the node started. */
  public synchronized long rows() {
    return rows;
  }

  /** Events projected since the node started. */
  public synchronized long events() {
    return events;
  }

  /** Failures since the node started. */
  public synchronized long failures() {
    return failures;
  }

  /** All of it at one moment. */
  public synchronized RangeStatus status() {
    return new RangeStatus(range, state, projected, upToDateAt, lagMs(), rows, failures, alarm);
  }
}
