package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/** Amounts in answers: decimals in text, never floating-point numbers. */
final class Amounts {

  private Amounts() {}

  /** A field's amount; zero if there is none. */
  static BigDecimal of(JsonNode object, String field) {
    JsonNode value = object.path(field);
    return value.isTextual() ? new BigDecimal(value.asText()) : BigDecimal.ZERO;
  }

  static boolean same(BigDecimal one, BigDecimal other) {
    return one.compareTo(other) == 0;
  }

  static String text(BigDecimal amount) {
    return amount.stripTrailingZeros().toPlainString();
  }
}
