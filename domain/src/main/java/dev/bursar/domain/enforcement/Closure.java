package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a reservation ended, as its wallet tells the org and the team.
 *
 * @param reservation the reservation's name
 * @param charged what was charged, 0 or more
 * @param kind how
 * @param usage units by meter, where the commit said them; empty where it was as reserved
 */
public record Closure(String reservation, Credits charged, Kind kind, Map<String, Long> usage) {

  /** An end without units of its own. */
  public static Closure of(String reservation, Credits charged, Kind kind) {
    return new Closure(reservation, charged, kind, Map.of());
  }

  /** Nothing was charged, and nothing is held any more. */
  public static Closure givenBack(String reservation) {
    return of(reservation, Credits.ZERO, Kind.ENDED);
  }

  /**
   * What counts as used in a measure: what the commit said, or else what was held.
   *
   * @param measure what counts besides credits; null for credits
   * @param held units by meter, as they were held
   */
  public Credits used(@Nullable String measure, Map<String, Long> held) {
    if (measure == null) {
      return charged;
    }
    if (!kind.hasRun() || measure.equals(Quantities.OPEN_RESERVATIONS)) {
      return Credits.ZERO;
    }
    if (measure.equals(Quantities.REQUESTS)) {
      return Credits.of(1);
    }
    return Quantities.units((usage.isEmpty() ? held : usage).getOrDefault(measure, 0L));
  }

  /** The ways to end. */
  public enum Kind {
    /** Given back; of early rows, also committed. */
    ENDED,
    /** The work has run, and was charged. */
    COMMITTED,
    /** Its time to live passed; a late commit may follow. */
    EXPIRED,
    /** Committed after it had expired. */
    LATE;

    /** Whether the work has run. */
    public boolean hasRun() {
      return this == COMMITTED || this == LATE;
    }
  }
}
