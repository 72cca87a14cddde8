package dev.bursar.audit;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Amounts as counts of millionths, and the only way in which they are written. */
final class Micros {

  private static final int DECIMALS = 6;
  private static final Pattern PLAIN = Pattern.compile("-?(0|[1-9][0-9]{0,12})(\\.[0-9]+)?");
  private static final int CHARS_MAX = 64;

  private Micros() {}

  /** Why a text is not an amount; null if it is one. */
  static @Nullable String objection(String text) {
    if (text.length() > CHARS_MAX) {
      return "is too long for an amount";
    }
    if (text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
      return "is not a plain decimal: exponents are not accepted";
    }
    if (!PLAIN.matcher(text).matches()) {
      return "is not a plain decimal such as 12, -0.5 or 12.345678";
    }
    BigDecimal value = new BigDecimal(text);
    if (value.scale() > DECIMALS) {
      return "has more than 6 decimals";
    }
    if (value.signum() == 0 && text.startsWith("-")) {
      return "is a zero with a sign";
    }
    return value.movePointRight(DECIMALS).toBigInteger().bitLength() < Long.SIZE
        ? null
        : "is beyond the range of amounts";
  }

  /** The count that an amount without objections is. */
  static long of(String text) {
    return new BigDecimal(text).movePointRight(DECIMALS).longValueExact();
  }

  /** As a decimal, without trailing zeros. */
  static BigDecimal decimal(long micros) {
    BigDecimal value = BigDecimal.valueOf(micros, DECIMALS).stripTrailingZeros();
    return value.scale() < 0 ? value.setScale(0) : value;
  }

  /** As it is written. */
  static String text(long micros) {
    return decimal(micros).toPlainString();
  }
}
