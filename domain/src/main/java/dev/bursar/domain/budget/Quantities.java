package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one request uses, in every measure that a budget may count.
 *
 * @param amount credits, 0 or more
 * @param usage units by meter, each 0 or more
 */
public record Quantities(Credits amount, Map<String, Long> usage) {

  /** The measure that counts every request as one. */
  public static final String REQUESTS = "requests";

  /** The measure that counts every reservation as one while it is open, and as none after. */
  public static final String OPEN_RESERVATIONS = "open_reservations";

  private static final long UNITS_MAX = 1_000_000_000_000L;

  /** By amount alone. */
  public static Quantities of(Credits amount) {
    return new Quantities(amount, Map.of());
  }

  /**
   * What a lease may use.
   *
   * @param allowances units by meter, and by the measures that count requests; of those that it
   *     lacks, none
   */
  public static Quantities ofLease(Credits amount, Map<String, Long> allowances) {
    Map<String, Long> all = new TreeMap<>(allowances);
    all.putIfAbsent(REQUESTS, 0L);
    all.putIfAbsent(OPEN_RESERVATIONS, 0L);
    return new Quantities(amount, all);
  }

  /** Whether it is what a lease may use, and not what one request does. */
  public boolean isLease() {
    return usage.containsKey(OPEN_RESERVATIONS);
  }

  /** Whether this is a measure that a request may have besides its credits. */
  public boolean has(String measure) {
    return measure.equals(REQUESTS)
        || measure.equals(OPEN_RESERVATIONS)
        || usage.containsKey(measure);
  }

  /** How much it is in a measure; a measure that is no other is the request's credit type. */
  public Credits in(String measure) {
    if (measure.equals(REQUESTS) || measure.equals(OPEN_RESERVATIONS)) {
      return isLease() ? units(usage.getOrDefault(measure, 0L)) : Credits.of(1);
    }
    Long units = usage.get(measure);
    return units == null ? amount : units(units);
  }

  /** The sum of units; more than can be counted is as much as can be counted. */
  public static long plusCapped(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /** Whole units as a quantity; more than can be counted is as much as can be counted. */
  public static Credits units(long units) {
    return units > UNITS_MAX ? Credits.MAX_INPUT : Credits.of(units);
  }
}
