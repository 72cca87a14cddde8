package dev.bursar.benchmarks.inhouse;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Credit amounts as a {@code long} count of micro-credits. */
final class Micros {

  private static final int SCALE = 6;

  private Micros() {}

  /** For example {@code 12.5}. */
  static String text(long micros) {
    return BigDecimal.valueOf(micros, SCALE).stripTrailingZeros().toPlainString();
  }

  /** Refuses what is negative, too exact or too large. */
  static long parse(String field, String text) {
    try {
      BigDecimal value = new BigDecimal(text);
      if (value.signum() >= 0 && value.precision() - value.scale() <= 12) {
        return value.setScale(SCALE, RoundingMode.UNNECESSARY).unscaledValue().longValueExact();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Told below.
    }
    throw new BadRequest(field, "'" + text + "' is not an amount with at most 6 decimals");
  }
}
