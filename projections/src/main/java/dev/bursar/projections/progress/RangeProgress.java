package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.JournalReader;
import dev.bursar.projections.journal.SliceRange;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far one slice range is on this node. Written by whoever reads and projects it, read by
 * everyone. Thread-safe.
 */
public final class RangeProgress implements JournalReader {

  private final SliceRange range;
  private boolean here;
  private boolean started;
  private JournalPosition emitted = JournalPosition.START;
  private JournalPosition projected = JournalPosition.START;
  private long passed;
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

  /** It is to be projected here from now on. */
  public synchronized void arrived() {
    here = true;
    started = false;
    alarm = null;
  }

  /**
   * It is no longer to be projected here. Whoever still reads, or fails, may say so afterwards:
   * that changes nothing.
   */
  public synchronized void left() {
    here = false;
    started = false;
    alarm = null;
  }

  @Override
  public synchronized void started(JournalPosition from, long passedUntil) {
    started = true;
    emitted = from;
    projected = from;
    passed = passedUntil;
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
    shown(page);
  }

  @Override
  public synchronized void idle(JournalPage page) {
    shown(page);
  }

  private void shown(JournalPage page) {
    throughXid = Math.max(throughXid, page.end().xid());
    passed = Math.max(passed, page.passed());
    if (upToDateAt == null || page.asOfNanos() - upToDateNanos > 0) {
      upToDateNanos = page.asOfNanos();
    }
    if (upToDateAt == null || page.asOf().isAfter(upToDateAt)) {
      upToDateAt = page.asOf();
    }
    alarm = null;
  }

  @Override
  public synchronized void saw(JournalPosition journalHead) {
    head = journalHead;
  }

  /** It came to a halt, and is going to be tried again. */
  public synchronized void failed(String reason) {
    failures++;
    alarm = here ? reason : null;
  }

  private RangeStatus.State state() {
    if (!here) {
      return RangeStatus.State.ELSEWHERE;
    }
    if (alarm != null) {
      return RangeStatus.State.HALTED;
    }
    return started ? RangeStatus.State.RUNNING : RangeStatus.State.ELSEWHERE;
  }

  /** Whether it stands still because of a failure. */
  public synchronized boolean isHalted() {
    return state() == RangeStatus.State.HALTED;
  }

  /** Reads nothing more. */
  public synchronized void close() {
    closed = true;
  }

  @Override
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Whether it is projected on this node, and goes on. */
  public synchronized boolean isRunning() {
    return state() == RangeStatus.State.RUNNING;
  }

  /** Whether all that this transaction and those before it wrote is projected, as known here. */
  public synchronized boolean isThrough(long xid) {
    return xid < throughXid;
  }

  /** How new it is; empty if it does not go on here, or nothing is known yet. */
  public synchronized Optional<Freshness> freshness() {
    return isRunning()
        ? Optional.ofNullable(upToDateAt).map(asOf -> new Freshness(asOf, lagMs()))
        : Optional.empty();
  }

  /** How long ago all was shown that there was, in milliseconds; 0 if it is projected elsewhere. */
  public synchronized long lagMs() {
    return state() == RangeStatus.State.ELSEWHERE
        ? 0
        : (System.nanoTime() - upToDateNanos) / 1_000_000;
  }

  /** How many rows of the journal, of all ranges, come after what was projected, at the most. */
  public synchronized long lagRows() {
    return state() == RangeStatus.State.ELSEWHERE ? 0 : Math.max(0, head.ordering() - passed);
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
    return new RangeStatus(range, state(), projected, upToDateAt, lagMs(), rows, failures, alarm);
  }
}
