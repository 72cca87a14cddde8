package dev.bursar.domain.lease;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How much of what is asked for there is.
 *
 * @param amount credits
 * @param meters units by meter; 0 of what nothing more is asked for
 */
record Fit(Credits amount, Map<String, Long> meters) {

  /**
   * What is left of it when all that stands in its way has got what it has.
   *
   * @return null if that is nothing of something that is asked for, if a limit is over, or if
   *     something else stands in the way than a quantity; what it has is never less than 0
   */
  @Nullable Fit within(List<Denial> denials) {
    Credits fits = amount;
    Map<String, Long> units = new TreeMap<>(meters);
    for (Denial denial : denials) {
      LimitState limit = denial.limit();
      Credits available = denial.available();
      if (limit != null && units.containsKey(limit.measure())) {
        units.merge(limit.measure(), wholeUnits(limit.remaining()), Math::min);
      } else if (limit != null) {
        fits = fits.min(limit.remaining());
      } else if (available != null && denial.code() == DenialCode.INSUFFICIENT_CREDITS) {
        fits = fits.min(available);
      } else {
        return null;
      }
    }
    boolean some = amount.isZero() ? !fits.isNegative() : fits.isPositive();
    for (Map.Entry<String, Long> each : meters.entrySet()) {
      long left = units.getOrDefault(each.getKey(), 0L);
      some &= each.getValue() == 0 ? left >= 0 : left > 0;
    }
    return some ? new Fit(fits, units) : null;
  }

  private static long wholeUnits(Credits of) {
    return Math.floorDiv(of.micros(), Credits.of(1).micros());
  }
}
