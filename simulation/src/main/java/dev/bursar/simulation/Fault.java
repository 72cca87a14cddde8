package dev.bursar.simulation;

/** What can go wrong. A run has a random subset of these, a quarter of the runs none. */
public enum Fault {
  /** A message does not arrive; a client's request or its answer, too. */
  MESSAGE_LOST,
  /** A message arrives twice, whoever sends it. */
  MESSAGE_REPEATED,
  /** A message takes seconds. */
  MESSAGE_LATE,
  /** Messages overtake each other. */
  MESSAGES_REORDERED,
  /** A node is cut off from clients for some seconds. */
  CUT_OFF,
  /** A node can't reach the journal for some seconds, while all others reach it. */
  JOURNAL_CUT_OFF,
  /** A row is not written, and whoever writes is told so. */
  WRITE_FAILS,
  /** A row is written, and whoever writes is told that it was not. */
  WRITE_ACKNOWLEDGEMENT_LOST,
  /** Whoever writes is told that a row was not written, and some time later it is. */
  WRITE_COMMITS_LATE,
  /** A row takes seconds. */
  WRITE_SLOW,
  /** A read of the journal fails, in recovery or for an earlier answer. */
  READ_FAILS,
  /**
   * A node stops at once, and another takes over: at any time, or between two steps, while a row is
   * on its way, right after it was written or a message was sent, in recovery, or right after a
   * snapshot was stored.
   */
  CRASH,
  /** Another node takes over while the first goes on. */
  TWO_INCARNATIONS,
  /**
   * A node stands still for some time, and then goes on: at any time, or between two steps, like a
   * crash.
   */
  PAUSE,
  /** An entity is stopped in good order, as before it is moved. */
  MOVE,
  /** A node's clock goes faster or slower. */
  CLOCK_DRIFTS,
  /** A node's clock jumps forward or back. */
  CLOCK_JUMPS,
  /** Snapshots are deleted. */
  SNAPSHOTS_LOST,
  /** A sidecar is cut off from the server, for longer than its leases live, too. */
  SIDECAR_CUT_OFF,
  /** A sidecar stops at once; of what it had not yet forced, all or the last is lost. */
  SIDECAR_CRASH,
  /** A sidecar stands still, past the end of its leases, too, and then goes on. */
  SIDECAR_PAUSE,
  /** A sidecar's clocks show another time, and run a little faster or slower. */
  SIDECAR_CLOCK_WRONG,
  /** What a sidecar used can't be kept for the moment. */
  SIDECAR_DISK_FAILS,
  /** A sidecar is not told what has changed. */
  NOTICE_LOST;

  /** Whether it befalls sidecars alone. */
  boolean isOfSidecars() {
    return compareTo(SIDECAR_CUT_OFF) >= 0;
  }
}
