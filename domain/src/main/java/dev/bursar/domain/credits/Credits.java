package dev.bursar.domain.credits;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * An exact decimal amount with at most six decimals, held as a {@code long} count of millionths
 * (micro-credits). It counts credits of some credit type, or the units of a meter where a budget
 * counts those. Every operation is checked: a result outside the range is an {@link
 * ArithmeticException}, never a wrapped number.
 *
 * @param micros the amount in millionths; any {@code long}
 */
public record Credits(long micros) implements Comparable<Credits> {

  /** Nothing at all. */
  public static final Credits ZERO = new Credits(0);

  /**
   * The largest amount a single request may name: 10^12 credits. Sums may reach nine times that.
   */
  public static final Credits MAX_INPUT = new Credits(1_000_000_000_000_000_000L);

  private static final int DECIMALS = 6;
  private static final long ONE = 1_000_000L;
  private static final Pattern PLAIN = Pattern.compile("-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,6})?");

  /**
   * Reads a plain decimal such as {@code 12}, {@code -0.5} or {@code 12.345678}.
   *
   * @throws NumberFormatException for anything else: an exponent, a sign other than a leading
   *     minus, more than six decimals, more than 13 digits before the point, no digits, NaN, a
   *     value beyond the range
   */
  public static Credits parse(String text) {
    if (text.length() > 24 || !PLAIN.matcher(text).matches()) {
      throw new NumberFormatException("not a plain decimal with at most 6 decimals");
    }
    try {
      return ofExact(new BigDecimal(text));
    } catch (ArithmeticException e) {
      throw new NumberFormatException("beyond the range of amounts");
    }
  }

  /**
   * The exact value of a decimal.
   *
   * @throws ArithmeticException if it has more than six decimals or does not fit
   */
  public static Credits ofExact(BigDecimal value) {
    return new Credits(value.movePointRight(DECIMALS).longValueExact());
  }

  /** A whole number of credits. */
  public static Credits of(long whole) {
    return new Credits(Math.multiplyExact(whole, ONE));
  }

  /** This and the other together. */
  public Credits plus(Credits other) {
    return other.micros == 0 ? this : new Credits(Math.addExact(micros, other.micros));
  }

  /** This and the other together, or what can be counted at most, where they pass it. */
  public Credits plusCapped(Credits other) {
    long sum = micros + other.micros;
    boolean passed = ((micros ^ sum) & (other.micros ^ sum)) < 0;
    return new Credits(passed ? (micros < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum);
  }

  /** This less the other; may be negative. */
  public Credits minus(Credits other) {
    return other.micros == 0 ? this : new Credits(Math.subtractExact(micros, other.micros));
  }

  /** The same amount with the other sign. */
  public Credits negated() {
    return new Credits(Math.negateExact(micros));
  }

  /** The smaller of the two. */
  public Credits min(Credits other) {
    return micros <= other.micros ? this : other;
  }

  /** The larger of the two. */
  public Credits max(Credits other) {
    return micros >= other.micros ? this : other;
  }

  /** Whether this is above zero. */
  public boolean isPositive() {
    return micros > 0;
  }

  /** Whether this is below zero. */
  public boolean isNegative() {
    return micros < 0;
  }

  /** Whether this is zero. */
  public boolean isZero() {
    return micros == 0;
  }

  @Override
  public int compareTo(Credits other) {
    return Long.compare(micros, other.micros);
  }

  /** The plain decimal without trailing zeros: {@code 12.5}, {@code 0}, {@code -0.000001}. */
  @Override
  public String toString() {
    long whole = micros / ONE;
    long rest = Math.abs(micros % ONE);
    if (rest == 0) {
      return Long.toString(whole);
    }
    StringBuilder text = new StringBuilder(24);
    if (micros < 0) {
      text.append('-');
    }
    text.append(Math.absExact(whole)).append('.');
    String digits = Long.toString(rest);
    text.append("000000", 0, DECIMALS - digits.length()).append(digits);
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    text.setLength(end);
    return text.toString();
  }
}
