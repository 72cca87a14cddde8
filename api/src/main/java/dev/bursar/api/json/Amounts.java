package dev.bursar.api.json;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;

/** Amounts as requests carry them: a decimal string, or a JSON number that is written plainly. */
final class Amounts {

  private static final int SHOWN_MAX = 40;

  private Amounts() {}

  /**
   * The amount, exactly as written.
   *
   * @throws Fault if it is no amount, or outside the range
   */
  static Credits checked(String field, Json value, boolean zeroAllowed) {
    String text = text(field, value);
    Credits amount;
    try {
      amount = Credits.parse(text);
    } catch (NumberFormatException e) {
      throw refused(field, text, zeroAllowed);
    }
    boolean low = zeroAllowed ? amount.isNegative() : !amount.isPositive();
    if (low || amount.compareTo(Credits.MAX_INPUT) > 0) {
      throw refused(field, text, zeroAllowed);
    }
    return amount;
  }

  /**
   * An amount with its sign, not 0.
   *
   * @throws Fault if it is no such amount, or outside the range
   */
  static Credits signed(String field, Json value) {
    String text = text(field, value);
    try {
      Credits amount = Credits.parse(text);
      if (!amount.isZero()
          && amount.compareTo(Credits.MAX_INPUT) <= 0
          && amount.compareTo(Credits.MAX_INPUT.negated()) >= 0) {
        return amount;
      }
    } catch (NumberFormatException e) {
      // No amount at all.
    }
    throw Problem.invalid(
            field,
            "is %s; a plain decimal other than 0, from -%s to %s, with at most 6 decimals and no exponent, is accepted"
                .formatted(shown(text), Credits.MAX_INPUT, Credits.MAX_INPUT))
        .fault();
  }

  private static String text(String field, Json value) {
    return switch (value) {
      case Json.Text t -> t.text();
      case Json.Numeral n -> n.text();
      case Json other ->
          throw Problem.invalid(
                  field,
                  "is %s; a decimal string such as \"12.5\" is accepted".formatted(other.kind()))
              .fault();
    };
  }

  private static Fault refused(String field, String text, boolean zeroAllowed) {
    return Problem.invalid(
            field,
            "is %s; a plain decimal %s 0 and up to %s, with at most 6 decimals and no exponent, is accepted"
                .formatted(shown(text), zeroAllowed ? "from" : "above", Credits.MAX_INPUT))
        .fault();
  }

  static String shown(String text) {
    return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…";
  }
}
