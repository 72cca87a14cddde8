package dev.bursar.domain.enforcement;

import dev.bursar.domain.credits.Credits;

/**
 * How a reservation ended, as its wallet tells the org and the team.
 *
 * @param reservation the reservation's name
 * @param charged what was charged, 0 or more
 * @param kind how
 */
public record Closure(String reservation, Credits charged, Kind kind) {

  /** The ways to end. */
  public enum Kind {
    /** Committed or given back. */
    ENDED,
    /** Its time to live passed; a late commit may follow. */
    EXPIRED,
    /** Committed after it had expired. */
    LATE
  }
}
