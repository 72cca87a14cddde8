package dev.bursar.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriceTest {

  private static final Catalog CATALOG =
      new Catalog(
          Map.of("c", "Credits"),
          Set.of("tokens"),
          List.of(
              rate(null, null, "1"),
              rate("chat", null, "2"),
              rate(null, "big", "3"),
              rate("chat", "big", "4")));

  private static Catalog.Rate rate(String feature, String model, String perUnit) {
    return new Catalog.Rate(feature, model, "c", Map.of("tokens", new BigDecimal(perUnit)));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # feature, model, price
          chat,      big,   4
          search,    big,   3
          -,         big,   3
          chat,      small, 2
          chat,      -,     2
          search,    small, 1
          -,         -,     1
          """)
  void theMostSpecificRateApplies(String feature, String model, String price) {
    assertThat(CATALOG.price(feature, model).of(Map.of("tokens", 1L))).hasToString(price);
  }

  @Test
  void whatNoRateFitsHasNoPrice() {
    Catalog narrow = new Catalog(Map.of(), Set.of(), List.of(rate("chat", "big", "4")));
    assertThat(narrow.price("chat", "small")).isNull();
    assertThat(narrow.price(null, "big")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # a units, at,         b units, at,        total
          1,         0.0000005,  0,       0,         0.000001
          1,         0.00000049, 0,       0,         0
          1,         0.0000004,  1,       0.0000001, 0.000001
          1,         0.0000004,  1,       0.0000004, 0.000001
          3,         0.0000005,  0,       0,         0.000002
          1000,      0.0000015,  7,       0.5,       3.5015
          0,         12,         0,       12,        0
          """)
  void theTotalIsExactAndRoundedHalfUpOnce(long a, String perA, long b, String perB, String total) {
    Price price = new Price("c", Map.of("a", new BigDecimal(perA), "b", new BigDecimal(perB)));
    assertThat(price.of(Map.of("a", a, "b", b))).hasToString(total);
  }

  @Test
  void whatCostsMoreThanCanBeCountedIsAnError() {
    Price price = new Price("c", Map.of("a", new BigDecimal("2")));
    assertThatThrownBy(() -> price.of(Map.of("a", Long.MAX_VALUE)))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void aMeterWithoutARateIsNamed() {
    Price price = new Price("c", Map.of("a", BigDecimal.ONE));
    assertThat(price.unpriced(Map.of("a", 1L, "b", 1L))).isEqualTo("b");
    assertThat(price.unpriced(Map.of("a", 1L))).isNull();
  }
}
