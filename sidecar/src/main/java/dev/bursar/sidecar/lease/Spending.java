package dev.bursar.sidecar.lease;

import dev.bursar.domain.budget.Quantities;
import java.util.Map;

/**
 * What one request needs of a lease.
 *
 * @param amount millionths of credits, 0 or more
 * @param usage units by meter
 */
public record Spending(long amount, Map<String, Long> usage) {

  static final String OPEN = Quantities.OPEN_RESERVATIONS;

  /** How many units it is of a meter; every request is one request. */
  long units(String meter) {
    if (meter.equals(Quantities.REQUESTS) || meter.equals(OPEN)) {
      return 1;
    }
    Long units = usage.get(meter);
    return units == null ? 0 : units;
  }
}
