package dev.bursar.node.entity;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The bounds of every entity, from {@code limits.conf}.
 *
 * @param waitingMax how many requests may wait in front of one entity; more are answered busy
 * @param batchMax how many requests are decided together and written as one row
 * @param reservationsMax how many reservations of one org may be on their way at once
 * @param operationsRemembered how many operations an entity remembers
 * @param operationsRememberedFor for how long it remembers them
 * @param grace how long after a reservation's expiry a commit is still recorded
 * @param snapshotAfterBytes how many bytes of journal lie between two snapshots at least
 * @param snapshotAfterSizes the same, as a multiple of the last snapshot's size
 * @param unhurriedWithin how long what nobody waits for may wait for company before it is written
 * @param restartsMax how often a failed write is tried again before its requests are given up
 * @param askTimeout how long a call waits for an entity's answer
 */
public record Limits(
    int waitingMax,
    int batchMax,
    int reservationsMax,
    int operationsRemembered,
    Duration operationsRememberedFor,
    Duration grace,
    long snapshotAfterBytes,
    int snapshotAfterSizes,
    Duration unhurriedWithin,
    int restartsMax,
    Duration askTimeout) {

  /** Reads the section {@code bursar.limits}. */
  public static Limits from(Config root) {
    Config config = root.getConfig("bursar.limits");
    return new Limits(
        config.getInt("waiting-max"),
        config.getInt("batch-max"),
        config.getInt("reservations-max"),
        config.getInt("operations-remembered"),
        config.getDuration("operations-remembered-for"),
        config.getDuration("grace"),
        config.getBytes("snapshot-after-bytes"),
        config.getInt("snapshot-after-sizes"),
        config.getDuration("unhurried-within"),
        config.getInt("restarts-max"),
        config.getDuration("ask-timeout"));
  }

  /** How long org and team count late usage where it was held: the wallet decides, they follow. */
  Duration lateFor() {
    return grace.multipliedBy(2);
  }
}
