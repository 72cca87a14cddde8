package dev.bursar.entities;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.identity.EntityId;
import java.time.Duration;

/**
 * The bounds of every entity, from {@code limits.conf}.
 *
 * @param waitingMax how many requests may wait in front of one entity; more are answered busy
 * @param batchMax how many requests are decided together and written as one row; so much of what
 *     falls due by itself is, too
 * @param reservationsMax how many reservations of one org may be on their way at once
 * @param operationsRemembered how many operations an entity remembers
 * @param operationsRememberedFor for how long it remembers them
 * @param grace how long after a reservation's expiry a commit is still recorded
 * @param correction how long after it ran work may be reported and still counts where it ran
 * @param reportsAheadMax how far the clock of whoever reports may be ahead
 * @param snapshotAfterBytes how many bytes of journal lie between two snapshots at least
 * @param snapshotAfterSizes the same, as a multiple of the last snapshot's size
 * @param unhurriedWithin how long what nobody waits for may wait for company before an org writes
 *     it
 * @param teamsUnhurriedWithin the same, of teams
 * @param settledWithin how long whoever asks for all that was acknowledged waits for an org that
 *     still has to hear of some, and a reservation for a wallet that has yet to get what the org's
 *     plan grants; less than {@code askTimeout}
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
    Duration correction,
    Duration reportsAheadMax,
    long snapshotAfterBytes,
    int snapshotAfterSizes,
    Duration unhurriedWithin,
    Duration teamsUnhurriedWithin,
    Duration settledWithin,
    int restartsMax,
    Duration askTimeout) {

  /**
   * How late usage may be told of. Org and team count late usage for longer than the wallet takes
   * it: the wallet decides, they follow.
   */
  public Lateness lateness() {
    return Lateness.of(grace, correction, reportsAheadMax);
  }

  /** How long what nobody waits for may wait for company before such an entity writes it. */
  Duration unhurriedWithin(EntityId.Kind kind) {
    return kind == EntityId.Kind.TEAM ? teamsUnhurriedWithin : unhurriedWithin;
  }
}
