package dev.bursar.sidecar;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that the machine has slept. The clock by which leases end stands still meanwhile, the wall
 * clock does not: where that has gone a second further since it was looked at last, leases may be
 * over. Whoever sets it ahead ends them too early, and nothing lets them last longer. Safe for use
 * by many threads.
 */
final class SleepWatch {

  private static final Logger LOG = LoggerFactory.getLogger(SleepWatch.class);
  private static final long SLEPT = Duration.ofSeconds(1).toNanos();

  /** Less is how clocks differ, and is not written down with each look. */
  private static final long ADRIFT = Duration.ofMillis(100).toNanos();

  private final Host host;
  private final Runnable whenSlept;

  /** How far the wall clock was ahead of the other when that was looked at. */
  private volatile long ahead;

  /**
   * @param whenSlept done before anybody goes on who has looked since
   */
  SleepWatch(Host host, Runnable whenSlept) {
    this.host = host;
    this.whenSlept = whenSlept;
    this.ahead = ahead();
  }

  private long ahead() {
    // This one first: whoever is held up in between does not take that for sleep.
    Instant wall = host.now();
    return TimeUnit.SECONDS.toNanos(wall.getEpochSecond()) + wall.getNano() - host.nanos();
  }

  /** To be called before each decision. */
  void look() {
    long now = ahead();
    long more = now - ahead;
    if (more > SLEPT) {
      slept(now);
    } else if (Math.abs(more) > ADRIFT) {
      ahead = now;
    }
  }

  private synchronized void slept(long now) {
    if (now - ahead > SLEPT) {
      LOG.warn("the machine has slept, or its wall clock was set ahead: all leases are ended");
      whenSlept.run();
      ahead = now;
    }
  }
}
