package dev.bursar.domain.catalog;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a unit of each meter costs, as it was when a reservation was made. A reservation settles at
 * its own price, whatever the catalog has become.
 *
 * @param creditType the credit type it is counted in
 * @param rates credits per unit, by meter; exact decimals, not negative
 */
public record Price(String creditType, Map<String, BigDecimal> rates) {

  private static final int DECIMALS = 6;

  /** A meter in the usage that has no rate here, or null if all have one. */
  public @Nullable String unpriced(Map<String, Long> usage) {
    for (String meter : usage.keySet()) {
      if (!rates.containsKey(meter)) {
        return meter;
      }
    }
    return null;
  }

  /**
   * What the usage costs: the exact sum of usage times rate, rounded half-up at six decimals once.
   *
   * @param usage units by meter, each 0 or more, each with a rate
   * @throws ArithmeticException if the total is beyond the range of credits
   */
  public Credits of(Map<String, Long> usage) {
    BigDecimal total = BigDecimal.ZERO;
    for (Map.Entry<String, Long> each : usage.entrySet()) {
      BigDecimal rate = rates.get(each.getKey());
      if (rate == null) {
        throw new IllegalArgumentException("no rate for " + each.getKey());
      }
      total = total.add(rate.multiply(BigDecimal.valueOf(each.getValue())));
    }
    return Credits.ofExact(total.setScale(DECIMALS, RoundingMode.HALF_UP));
  }
}
