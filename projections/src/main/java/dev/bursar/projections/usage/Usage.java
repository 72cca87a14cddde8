package dev.bursar.projections.usage;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/**
 * What counts, of one request or of many; or by how much that has changed, then perhaps negative.
 *
 * @param credits what was charged, in micros
 * @param requests how many were allowed
 * @param denied how many were denied
 * @param meters units by meter, of what has run
 */
record Usage(BigDecimal credits, long requests, long denied, Map<String, BigDecimal> meters) {

  static final Usage NONE = new Usage(BigDecimal.ZERO, 0, 0, Map.of());

  /** Whether it adds nothing to a sum; units of nothing are worth a row of their meter. */
  boolean isNothing() {
    return credits.signum() == 0 && requests == 0 && denied == 0 && meters.isEmpty();
  }

  Usage plus(Usage other) {
    return new Usage(
        credits.add(other.credits),
        requests + other.requests,
        denied + other.denied,
        sum(meters, other.meters));
  }

  private static Map<String, BigDecimal> sum(
      Map<String, BigDecimal> one, Map<String, BigDecimal> other) {
    if (one.isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return one;
    }
    Map<String, BigDecimal> sum = new TreeMap<>(one);
    other.forEach((meter, units) -> sum.merge(meter, units, BigDecimal::add));
    return sum;
  }

  Usage minus(Usage other) {
    Map<String, BigDecimal> negated = new TreeMap<>();
    other.meters.forEach((meter, units) -> negated.put(meter, units.negate()));
    return plus(new Usage(other.credits.negate(), -other.requests, -other.denied, negated));
  }
}
