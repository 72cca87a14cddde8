package dev.bursar.domain.catalog;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the units of each meter cost, as it was when a reservation was made. A reservation settles
 * at its own price, whatever the catalog has become. A meter has a rate, or tiers; or a formula
 * says what all of them cost together.
 *
 * @param creditType the credit type it is counted in
 * @param rates credits per unit, by meter; exact decimals, not negative
 * @param tiers what units cost by how many there are, by meter
 * @param formula what all units cost; null if rates and tiers say it
 */
public record Price(
    String creditType,
    Map<String, BigDecimal> rates,
    Map<String, Tiers> tiers,
    @Nullable Formula formula) {

  private static final int DECIMALS = 6;

  /** So much for a unit of each meter, however many there are. */
  public Price(String creditType, Map<String, BigDecimal> rates) {
    this(creditType, rates, Map.of(), null);
  }

  /** Whether the units of a meter have a price. */
  public boolean has(String meter) {
    return rates.containsKey(meter)
        || tiers.containsKey(meter)
        || (formula != null && formula.names(meter));
  }

  /** A meter in the usage that has no price here, or null if all have one. */
  public @Nullable String unpriced(Map<String, Long> usage) {
    for (String meter : usage.keySet()) {
      if (!has(meter)) {
        return meter;
      }
    }
    return null;
  }

  /**
   * What the usage costs: the exact sum of what its units cost, rounded half-up at six decimals
   * once.
   *
   * @param usage units by meter, each 0 or more, each with a price
   * @throws ArithmeticException if the total is beyond the range of credits
   */
  public Credits of(Map<String, Long> usage) {
    BigDecimal total = formula == null ? BigDecimal.ZERO : formula.of(usage);
    for (Map.Entry<String, Long> each : usage.entrySet()) {
      total = total.add(inTable(each.getKey(), each.getValue()));
    }
    return Credits.ofExact(total.setScale(DECIMALS, RoundingMode.HALF_UP));
  }

  /**
   * The same; null if that is more than can be charged at once.
   *
   * @param usage units by meter, each 0 or more, each with a price
   */
  public @Nullable Credits chargeable(Map<String, Long> usage) {
    try {
      Credits cost = of(usage);
      return cost.compareTo(Credits.MAX_INPUT) > 0 ? null : cost;
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private BigDecimal inTable(String meter, long units) {
    BigDecimal rate = rates.get(meter);
    if (rate != null) {
      return rate.multiply(BigDecimal.valueOf(units));
    }
    Tiers ofMeter = tiers.get(meter);
    if (ofMeter != null) {
      return ofMeter.of(units);
    }
    if (formula == null || !formula.names(meter)) {
      throw new IllegalArgumentException("no rate for " + meter);
    }
    return BigDecimal.ZERO;
  }

  /**
   * What each meter has of what the usage costs, by meter, not rounded: what its units cost; where
   * a formula says what all cost together, what it would be less without them. A meter without a
   * price has nothing of it.
   *
   * @param usage units by meter, each 0 or more
   */
  public Map<String, BigDecimal> parts(Map<String, Long> usage) {
    Map<String, BigDecimal> parts = new HashMap<>();
    usage.forEach(
        (meter, units) ->
            parts.put(
                meter,
                formula != null && formula.names(meter)
                    ? lessWithout(formula, meter, usage)
                    : has(meter) ? inTable(meter, units) : BigDecimal.ZERO));
    return parts;
  }

  private static BigDecimal lessWithout(Formula formula, String meter, Map<String, Long> usage) {
    Map<String, Long> others = new HashMap<>(usage);
    others.remove(meter);
    return formula.of(usage).subtract(formula.of(others)).max(BigDecimal.ZERO);
  }
}
