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
 * @param lease the open lease that it was drawn from, that it was added to, or that it was; else
 *     null
 * @param covered how much of what was charged was drawn from the lease; null for all of it, and in
 *     early rows
 * @param cost what the work came to, if a commit named that as an amount, or if less was charged;
 *     null if it is what its units were charged at, and in early rows
 */
public record Closure(
    String reservation,
    Credits charged,
    Kind kind,
    Map<String, Long> usage,
    @Nullable String lease,
    @Nullable Credits covered,
    @Nullable Credits cost) {

  /** Of what has to do with no lease. */
  public Closure(String reservation, Credits charged, Kind kind, Map<String, Long> usage) {
    this(reservation, charged, kind, usage, null, null, null);
  }

  /** What was held by itself is held by a lease from now on. */
  public static Closure added(String reservation, String lease) {
    return new Closure(reservation, Credits.ZERO, Kind.ADDED, Map.of(), lease, null, null);
  }

  /**
   * A lease holds less from now on, and goes on.
   *
   * @param returned all that was handed back of it so far
   */
  public static Closure shrunk(String lease, Credits returned) {
    return new Closure(lease, returned, Kind.SHRUNK, Map.of(), null, null, null);
  }

  /** The same, of a lease or drawn from it. */
  public Closure drawnFrom(@Nullable String from) {
    return drawnFrom(from, null);
  }

  /**
   * The same, of which a lease covered so much.
   *
   * @param part how much; null for all that was charged
   */
  public Closure drawnFrom(@Nullable String from, @Nullable Credits part) {
    return new Closure(
        reservation, charged, kind, usage, from, charged.equals(part) ? null : part, cost);
  }

  /**
   * The same, of work that came to so much.
   *
   * @param all null for what was charged for its units
   */
  public Closure costing(@Nullable Credits all) {
    return new Closure(reservation, charged, kind, usage, lease, covered, all);
  }

  /** How much less a lease holds for this. */
  public Credits fromLease() {
    return covered == null ? charged : covered;
  }

  /** Whether it tells of a lease itself, or of what it is topped up with, and of no work. */
  public boolean isOfLease() {
    return !kind.ends() || reservation.equals(lease);
  }

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
    LATE,
    /** It is held by a lease from now on. */
    ADDED,
    /** It is a lease that goes on with less. */
    SHRUNK;

    /** Whether what was held is held no more, by whatever name. */
    public boolean ends() {
      return this != ADDED && this != SHRUNK;
    }

    /** Whether the work has run. */
    public boolean hasRun() {
      return this == COMMITTED || this == LATE;
    }
  }
}
