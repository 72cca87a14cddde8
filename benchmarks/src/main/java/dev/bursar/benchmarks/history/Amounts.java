package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;

/** Amounts in answers: decimals in text, never floating-point numbers. */
final class Amounts {

  private static final int DECIMALS = 6;

  private Amounts() {}

  /** A field's amount; zero if there is none. */
  static BigDecimal of(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isTextual() ? new BigDecimal(value.asText()) : BigDecimal.ZERO;
  }

  static BigDecimal of(Credits credits) {
    return BigDecimal.valueOf(credits.micros(), DECIMALS);
  }

  static boolean same(BigDecimal one, BigDecimal other) {
    return one.compareTo(other) == 0;
  }
}
