package dev.bursar.domain.budget;

import java.time.Duration;
import java.time.Instant;

/**
 * How late, and how early, usage may be told of. The same for all orgs.
 *
 * @param lateFor how long after a hold's expiry late usage still counts where it was held; longer
 *     than a wallet's grace, since the wallet decides and org and team follow
 * @param correction how long after it ran work may be reported and still counts where it ran; later
 *     it counts where it is reported
 * @param aheadMax how far the clock of whoever reports may be ahead
 */
public record Lateness(Duration lateFor, Duration correction, Duration aheadMax) {

  /**
   * How much longer than grace, at the least: entities look again every five minutes at what a node
   * that was replaced may have taken with it.
   */
  private static final Duration AFTER_GRACE_MIN = Duration.ofMinutes(15);

  /**
   * What follows from a wallet's grace.
   *
   * @param grace how long after a hold's expiry a wallet takes late usage
   */
  public static Lateness of(Duration grace, Duration correction, Duration aheadMax) {
    Duration after = grace.compareTo(AFTER_GRACE_MIN) < 0 ? AFTER_GRACE_MIN : grace;
    return new Lateness(grace.plus(after), correction, aheadMax);
  }

  /** The same for what ends by itself alone: nothing is counted but where it is told. */
  public static Lateness ofHolds(Duration lateFor) {
    return new Lateness(lateFor, Duration.ZERO, Duration.ZERO);
  }

  /** Whether a report of this time can't be true. */
  public boolean isAhead(Instant happenedAt, Instant now) {
    return happenedAt.isAfter(now.plus(aheadMax));
  }

  /** When work counts that ran then and is reported now. */
  public Instant countsAt(Instant happenedAt, Instant now) {
    return happenedAt.isAfter(now) || happenedAt.isBefore(now.minus(correction)) ? now : happenedAt;
  }
}
