package dev.bursar.sidecar.lease;

import java.util.Map;

/**
 * Something that the server is to be asked. Asked again, it is asked with the same call id, and has
 * its effect once.
 */
public sealed interface Ask {

  /** What makes it one call, however often it is sent. */
  String callId();

  /** Whether somebody waits for it, or may soon. */
  default boolean isUrgent() {
    return true;
  }

  /**
   * For a lease.
   *
   * @param amount millionths of credits, above 0
   * @param meters units by meter, each above 0
   * @param ahead whether nobody has wanted anything of it yet
   * @param ofAnyFeature whether it is wanted only if features do not count by themselves: else it
   *     is asked for by feature
   */
  record Acquire(
      String callId,
      LeaseKey key,
      long amount,
      Map<String, Long> meters,
      long ttlSeconds,
      boolean ahead,
      boolean ofAnyFeature)
      implements Ask {

    @Override
    public boolean isUrgent() {
      return !ahead;
    }
  }

  /**
   * To settle a lease's terms, with or without what was used of it.
   *
   * @param topUp millionths to be added; 0 only prolongs it; below 0 for neither
   * @param topUpMeters units by meter to be added
   * @param handBack millionths that are given back; 0 where something is to be added
   * @param uses how many uses are reported with it
   */
  record Settle(
      String callId,
      String lease,
      long epoch,
      long topUp,
      Map<String, Long> topUpMeters,
      long handBack,
      long ttlSeconds,
      int uses)
      implements Ask {

    /** Whether it adds anything, and does not prolong it only. */
    boolean isToAdd() {
      return topUp > 0 || !topUpMeters.isEmpty();
    }
  }

  /** To take back what is left of a lease. */
  record Close(String callId, String lease, long epoch, boolean isUrgent) implements Ask {}

  /** How a lease stands. */
  record Look(String callId, String lease, boolean isUrgent) implements Ask {}
}
