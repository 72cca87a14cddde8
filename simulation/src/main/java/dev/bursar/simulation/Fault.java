package dev.bursar.simulation;

/** What can go wrong. A run has a random subset of these, a quarter of the runs none. */
public enum Fault {
  /** A message does not arrive. */
  MESSAGE_LOST,
  /** A message arrives twice. */
  MESSAGE_REPEATED,
  /** A message takes seconds. */
  MESSAGE_LATE,
  /** Messages overtake each other. */
  MESSAGES_REORDERED,
  /** A node is cut off from clients for some seconds. */
  CUT_OFF,
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
  /** A node stops at once, and another takes over. */
  CRASH,
  /** Another node takes over while the first goes on. */
  TWO_INCARNATIONS,
  /** A node stands still for some time, and then goes on. */
  PAUSE,
  /** An entity is stopped in good order, as before it is moved. */
  MOVE,
  /** A node's clock goes faster or slower. */
  CLOCK_DRIFTS,
  /** A node's clock jumps forward or back. */
  CLOCK_JUMPS,
  /** Snapshots are deleted. */
  SNAPSHOTS_LOST
}
