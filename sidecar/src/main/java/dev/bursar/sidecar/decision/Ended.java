package dev.bursar.sidecar.decision;

import dev.bursar.sidecar.usage.Use;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What came of ending or prolonging a reservation. */
public sealed interface Ended {

  /**
   * It has ended.
   *
   * @param status {@code committed} or {@code released}
   * @param amount millionths that were charged
   * @param released millionths that were given back
   * @param use what was used; null if nothing ran
   * @param before what it was before, if it was made here
   */
  record Done(
      String reservation,
      String status,
      long amount,
      long released,
      String creditType,
      boolean late,
      @Nullable Use use,
      @Nullable OpenReservation before)
      implements Ended {}

  /** It lives until then, by the wall clock. */
  record Prolonged(String reservation, Instant expiresAt) implements Ended {}

  /** It can't be done. */
  record Refused(Fault fault, String detail) implements Ended {

    /**
     * It has ended before.
     *
     * @param how {@code committed} or {@code released}
     */
    public static Refused finalized(String how) {
      return new Refused(Fault.FINALIZED, "it has ended: it was " + how);
    }
  }

  /** Why something can't be done. */
  enum Fault {
    /** There is no such reservation here, or it is long over. */
    NOT_FOUND,
    /** It has ended otherwise. */
    FINALIZED,
    /** It has expired. */
    EXPIRED,
    /** It came to more than was set aside, which it is not charged for: it is open, still. */
    OVERAGE,
    /** What it is said to have come to can't be charged. */
    INVALID
  }
}
