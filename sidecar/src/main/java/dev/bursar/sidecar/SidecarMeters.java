package dev.bursar.sidecar;

import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.lease.Told;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What a sidecar has done, in numbers that only grow. */
public final class SidecarMeters {

  /** Terms of all orgs in use are asked for twice in this time. */
  private static final long ALL_ASKED_NANOS = Duration.ofSeconds(10).toNanos();

  private final LongAdder allowed = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final LongAdder waited = new LongAdder();
  private final LongAdder elsewhere = new LongAdder();
  private final LongAdder undecided = new LongAdder();
  private final LongAdder uncheckedAllowed = new LongAdder();
  private final LongAdder uncheckedDenied = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder finalized = new LongAdder();
  private final LongAdder unreadable = new LongAdder();
  private final LongAdder damaged = new LongAdder();
  private final Host host;
  private volatile long answeredAt;

  /** Whether anything had no answer since one came, and since when that is so. */
  private volatile boolean unanswered;

  private volatile long unansweredAt;

  SidecarMeters(Host host) {
    this.host = host;
    this.answeredAt = host.nanos();
  }

  void decided(Decision decision, boolean atOnce) {
    switch (decision) {
      case Decision.Allowed it -> allowed.increment();
      case Decision.Denied it -> (it.isPassing() ? undecided : denied).increment();
      case Decision.Elsewhere it -> elsewhere.increment();
      case Decision.Wait it -> {}
    }
    if (!atOnce && !(decision instanceof Decision.Elsewhere)) {
      waited.increment();
    }
  }

  void unasked(boolean allow) {
    (allow ? uncheckedAllowed : uncheckedDenied).increment();
  }

  void rejected() {
    rejected.increment();
  }

  void finalizedBefore() {
    finalized.increment();
  }

  void unreadableTerms() {
    unreadable.increment();
  }

  void damaged(long bytes) {
    damaged.add(bytes);
  }

  void told(Told told) {
    if (told instanceof Told.Lost) {
      if (!unanswered) {
        unansweredAt = host.nanos();
        unanswered = true;
      }
    } else {
      answered();
    }
  }

  void answered() {
    unanswered = false;
    answeredAt = host.nanos();
  }

  /** When the server has answered last, by the clock that only runs forward. */
  long answeredAt() {
    return answeredAt;
  }

  /** Allowed from a lease. */
  public long allowed() {
    return allowed.sum();
  }

  /** Denied by what is known here. */
  public long denied() {
    return denied.sum();
  }

  /** Denied though nothing was decided: it could not be. */
  public long undecided() {
    return undecided.sum();
  }

  /** Decided here after a wait for a lease, or for terms. */
  public long waited() {
    return waited.sum();
  }

  /** Passed on to the server. */
  public long elsewhere() {
    return elsewhere.sum();
  }

  /** Allowed while nobody could be asked. */
  public long uncheckedAllowed() {
    return uncheckedAllowed.sum();
  }

  /** Denied since nobody could be asked. */
  public long uncheckedDenied() {
    return uncheckedDenied.sum();
  }

  /** Uses that the server did not take. */
  public long rejectedUses() {
    return rejected.sum();
  }

  /** Reservations of the server's that had ended already when they were to be committed. */
  public long finalizedBeforeCommits() {
    return finalized.sum();
  }

  /** Answers with terms that could not be read. */
  public long unreadable() {
    return unreadable.sum();
  }

  /** Bytes of the usage file that could not be read, and that no start before has told of. */
  public long damagedBytes() {
    return damaged.sum();
  }

  /** Which part of all decisions was made here at once; 1 where there were none. */
  public double hitRatio() {
    double all = allowed.sum() + denied.sum() + elsewhere.sum();
    return all == 0
        ? 1
        : (all - elsewhere.sum() - Math.min(waited.sum(), all - elsewhere.sum())) / all;
  }

  /**
   * Whether the server does not answer, of whichever org. Of one that is known to be there some
   * questions have no answer, as where it can't reach an org: then it is away once nothing was
   * answered for so long that all were asked about.
   *
   * @param isThere whether it is
   */
  public boolean isAway(boolean isThere) {
    return unanswered && (!isThere || host.nanos() - unansweredAt > ALL_ASKED_NANOS);
  }

  /** Seconds since the server has answered. */
  public double unansweredSeconds() {
    return (host.nanos() - answeredAt) / 1e9;
  }
}
