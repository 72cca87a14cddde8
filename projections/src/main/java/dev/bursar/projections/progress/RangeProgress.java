package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.JournalReader;
import dev.bursar.projections.journal.RangePosition;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.Waiting;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one slice range is on this node. Written by whoever reads and projects it, read by
 * everyone. Thread-safe.
 */
public final class RangeProgress implements JournalReader {

  private static final Logger LOG = LoggerFactory.getLogger(RangeProgress.class);

  /** Why a slice stands still, and since when it does so without having gone on. */
  private record Fault(String reason, long sinceNanos) {}

  /** What waited in a slice, when. */
  private record Lag(Waiting waiting, long atNanos) {}

  private final SliceRange range;
  private boolean here;
  private boolean started;
  private long reading;
  private RangePosition emitted = RangePosition.of(JournalPosition.START);
  private RangePosition projected = RangePosition.of(JournalPosition.START);
  private CompletableFuture<Void> allProjected = CompletableFuture.completedFuture(null);
  private long passed;
  private JournalPosition head = JournalPosition.START;
  private long throughXid;
  private @Nullable Instant upToDateAt;
  private long upToDateNanos = System.nanoTime();
  private long rows;
  private long events;
  private long failures;
  private @Nullable String alarm;
  private final Map<Integer, Fault> faults = new HashMap<>();
  private final Map<Integer, Lag> lags = new HashMap<>();
  private final Map<Integer, String> failedSlices = new TreeMap<>();
  private final Object telling = new Object();
  private Consumer<Set<Integer>> whenOthersStand = slices -> {};
  private Set<Integer> toldStanding = Set.of();
  private boolean unexplained;
  private boolean closed;

  public RangeProgress(SliceRange range) {
    this.range = range;
  }

  public SliceRange range() {
    return range;
  }

  /** It is to be projected here from now on. */
  public void arrived() {
    synchronized (this) {
      here = true;
      started = false;
      alarm = null;
    }
    tellWhichStand();
  }

  /**
   * It is no longer to be projected here. Whoever still reads, or fails, may say so afterwards:
   * that changes nothing.
   */
  public void left() {
    synchronized (this) {
      here = false;
      started = false;
      alarm = null;
      faults.clear();
      lags.clear();
      failedSlices.clear();
      unexplained = false;
    }
    tellWhichStand();
  }

  /** Who is told which slices stand still by themselves here, whenever those are others. */
  void whenOthersStand(Consumer<Set<Integer>> listener) {
    synchronized (telling) {
      whenOthersStand = listener;
    }
  }

  /** Whoever is told may ask for anything, from elsewhere, too. */
  private void tellWhichStand() {
    synchronized (telling) {
      Set<Integer> slices = standing().keySet();
      if (!slices.equals(toldStanding)) {
        toldStanding = Set.copyOf(slices);
        whenOthersStand.accept(toldStanding);
      }
    }
  }

  @Override
  public long started(RangePosition from, long passedUntil) {
    long begun;
    synchronized (this) {
      started = true;
      emitted = from;
      projected = from;
      allProjected = CompletableFuture.completedFuture(null);
      passed = passedUntil;
      // Also if that is earlier than what was shown: a database that was cut off may have lost the
      // last pages.
      throughXid = from.position().xid();
      upToDateAt = null;
      begun = ++reading;
    }
    tellWhichStand();
    return begun;
  }

  @Override
  public synchronized void emitted(long by, JournalPage page) {
    if (by != reading) {
      return;
    }
    // Whoever goes on has no fault any more; if it stands still again, that is news.
    SortedMap<Integer, JournalPosition> standing = page.end().standing();
    emitted.standing().keySet().stream()
        .filter(s -> !standing.containsKey(s))
        .forEach(
            slice -> {
              faults.remove(slice);
              lags.remove(slice);
            });
    emitted = page.end();
    if (allProjected.isDone()) {
      allProjected = new CompletableFuture<>();
    }
    endWait();
  }

  private void endWait() {
    if (allProjected()) {
      allProjected.complete(null);
    }
  }

  @Override
  public synchronized boolean allProjected() {
    return emitted.equals(projected);
  }

  @Override
  public synchronized CompletionStage<Void> whenAllProjected() {
    return allProjected;
  }

  /** A page is committed. */
  public void projected(JournalPage page) {
    synchronized (this) {
      projected = page.end();
      rows += page.rows().size();
      events += page.events();
      shown(page);
      endWait();
    }
    tellWhichStand();
  }

  @Override
  public synchronized void idle(long by, JournalPage page) {
    if (by == reading) {
      shown(page);
    }
  }

  private void shown(JournalPage page) {
    throughXid = Math.max(throughXid, page.end().position().xid());
    passed = Math.max(passed, page.passed());
    alarm = null;
    Instant asOf = page.asOf();
    if (asOf == null) {
      return;
    }
    if (upToDateAt == null || page.asOfNanos() - upToDateNanos > 0) {
      upToDateNanos = page.asOfNanos();
    }
    if (upToDateAt == null || asOf.isAfter(upToDateAt)) {
      upToDateAt = asOf;
    }
  }

  @Override
  public synchronized void saw(JournalPosition journalHead) {
    head = journalHead;
  }

  /**
   * It came to a halt, and is going to be tried again.
   *
   * @param slice which slice is to stand still then; null if it is not known to be the fault of one
   * @param explained whether it is known what is to blame, if not a slice; else the slices are
   *     looked at
   */
  public synchronized void failed(String reason, @Nullable Integer slice, boolean explained) {
    failures++;
    alarm = here ? reason : null;
    if (!here) {
      return;
    }
    if (slice != null) {
      failedSlices.put(slice, reason);
    }
    unexplained |= !explained;
  }

  @Override
  public synchronized Map<Integer, String> takeFailedSlices() {
    Map<Integer, String> taken = Map.copyOf(failedSlices);
    failedSlices.clear();
    return taken;
  }

  @Override
  public void standsStill(int slice, String reason) {
    if (!reason.equals(fault(slice, reason))) {
      LOG.error(
          "A slice stands still, nothing of it is skipped, it is tried again: slice={} of={} reason={}",
          slice,
          range,
          reason);
    }
  }

  /** Keeps why a slice stands still; what was known before, or null. */
  private synchronized @Nullable String fault(int slice, String reason) {
    Fault before = faults.get(slice);
    faults.put(slice, new Fault(reason, before == null ? System.nanoTime() : before.sinceNanos()));
    String known = before == null ? null : before.reason();
    failures += reason.equals(known) ? 0 : 1;
    return known;
  }

  @Override
  public synchronized boolean takeUnexplained() {
    boolean taken = unexplained;
    unexplained = false;
    return taken;
  }

  /** The slices that stand still by themselves here, each with the reason. */
  public synchronized SortedMap<Integer, String> standing() {
    SortedMap<Integer, String> standing = new TreeMap<>();
    if (here) {
      for (int slice : projected.standing().keySet()) {
        Fault fault = faults.get(slice);
        standing.put(slice, fault == null ? "not looked at yet" : fault.reason());
      }
    }
    return standing;
  }

  /**
   * For how long the slice that has stood still for the longest does so, in milliseconds, as far as
   * this node knows; 0 if none does.
   */
  public synchronized long standingMs() {
    long now = System.nanoTime();
    return standing().keySet().stream()
        .map(faults::get)
        .filter(Objects::nonNull)
        .mapToLong(fault -> (now - fault.sinceNanos()) / 1_000_000)
        .max()
        .orElse(0);
  }

  @Override
  public synchronized void waits(int slice, Waiting waiting) {
    lags.put(slice, new Lag(waiting, System.nanoTime()));
  }

  /**
   * How long ago the first row was written that is not projected of a slice that stands still by
   * itself, in milliseconds; before it was looked at again, for how long it stands.
   */
  synchronized long standingLagMs(int slice) {
    long now = System.nanoTime();
    Lag lag = lags.get(slice);
    Fault fault = faults.get(slice);
    if (lag != null) {
      return lag.waiting().sinceMs() + (now - lag.atNanos()) / 1_000_000;
    }
    return fault == null ? 0 : (now - fault.sinceNanos()) / 1_000_000;
  }

  /**
   * About how many events of it are not projected, when it was last looked at, by what rows have
   * held so far; before that, of its first row.
   */
  synchronized double standingLagEvents(int slice) {
    Lag lag = lags.get(slice);
    return inEvents(lag == null ? 1 : lag.waiting().rows());
  }

  private boolean anyStands(SliceRange slices) {
    return !projected.standing().subMap(slices.from(), slices.to() + 1).isEmpty();
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

  /** Whether it stands still because of a failure, or a slice of it does. */
  public synchronized boolean isHalted() {
    return state() == RangeStatus.State.HALTED || !standing().isEmpty();
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

  /**
   * Whether all that this transaction and those before it wrote of these slices is projected, as
   * known here.
   */
  public synchronized boolean isThrough(SliceRange slices, long xid) {
    return xid < throughXid && !anyStands(slices);
  }

  /** How new these slices are; empty if they do not go on here, or nothing is known yet. */
  public synchronized Optional<Freshness> freshness(SliceRange slices) {
    return isRunning() && !anyStands(slices)
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
    return inEvents(lagRows());
  }

  private double inEvents(long waiting) {
    return rows == 0 ? waiting : Math.rint((double) waiting * events / rows);
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
    return new RangeStatus(
        range,
        state(),
        projected.position(),
        upToDateAt,
        lagMs(),
        rows,
        failures,
        alarm,
        standing());
  }
}
