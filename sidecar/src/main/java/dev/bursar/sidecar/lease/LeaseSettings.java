package dev.bursar.sidecar.lease;

import java.time.Duration;

/**
 * How leases are asked for. All in nanoseconds of the clock that drives them.
 *
 * @param ttl how long they are to live
 * @param idle after how long without use one is given back
 * @param pause how long nothing is asked for where the last answer was that there is little or none
 * @param margin how much sooner than it may, one stops to decide: the server tells its time in
 *     seconds, and clocks run wrong
 */
public record LeaseSettings(long ttl, long idle, long pause, long margin) {

  private static final long SECOND = 1_000_000_000L;

  /** What fits most. */
  public static final LeaseSettings USUAL =
      new LeaseSettings(600 * SECOND, 30 * SECOND, SECOND, 3 * SECOND);

  /** The same with leases that live for so long. */
  public LeaseSettings withTtl(Duration lasting) {
    return new LeaseSettings(lasting.toNanos(), idle, pause, margin);
  }

  /** The same, giving back after so long. */
  public LeaseSettings withIdle(Duration unused) {
    return new LeaseSettings(ttl, unused.toNanos(), pause, margin);
  }

  long ttlSeconds() {
    return Math.max(1, ttl / SECOND);
  }
}
