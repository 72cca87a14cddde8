package dev.bursar.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriceTest {

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

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # units, graduated, volume
          0,       0,         0
          1,       0.000003,  0.000003
          100,     0.0003,    0.0003
          101,     0.000302,  0.000202
          200,     0.0005,    0.0004
          201,     0.000501,  0.000201
          1000000, 1.0003,    1
          """)
  void tiersAreReadByTheUnitsOfOneRequest(long units, String graduated, String volume) {
    assertThat(tiered(Tiers.Kind.GRADUATED).of(Map.of("a", units))).hasToString(graduated);
    assertThat(tiered(Tiers.Kind.VOLUME).of(Map.of("a", units))).hasToString(volume);
  }

  private static Price tiered(Tiers.Kind kind) {
    Tiers tiers =
        new Tiers(
            kind,
            List.of(
                new Tiers.Step(100L, new BigDecimal("0.000003")),
                new Tiers.Step(200L, new BigDecimal("0.000002")),
                new Tiers.Step(null, new BigDecimal("0.000001"))));
    return new Price("c", Map.of(), Map.of("a", tiers), null);
  }

  @Test
  void aMeterHasItsPartOfWhatUsageCosts() {
    Price price =
        new Price("c", Map.of("b", BigDecimal.TEN), tiered(Tiers.Kind.GRADUATED).tiers(), null);
    assertThat(price.parts(Map.of("a", 101L, "b", 2L, "unpriced", 5L)))
        .isEqualTo(
            Map.of(
                "a", new BigDecimal("0.000302"),
                "b", new BigDecimal("20"),
                "unpriced", BigDecimal.ZERO));
  }

  @Test
  void aMeterOfAFormulaHasWhatItWouldBeLessWithoutIt() {
    Expression a = new Expression.Units("a");
    Expression b = new Expression.Units("b");
    Price price =
        new Price(
            "c",
            Map.of(),
            Map.of(),
            new Formula(
                "a > 10 ? a + b * 2 : b",
                new Expression.Choice(
                    new Condition.Comparison(
                        Condition.Order.MORE, a, new Expression.Constant(BigDecimal.TEN)),
                    new Expression.Sum(
                        a, new Expression.Product(b, new Expression.Constant(BigDecimal.TWO))),
                    b)));
    assertThat(price.of(Map.of("a", 11L, "b", 3L))).hasToString("17");
    assertThat(price.of(Map.of("b", 3L))).hasToString("3");
    assertThat(price.parts(Map.of("a", 11L, "b", 3L, "unpriced", 1L)))
        .isEqualTo(
            Map.of(
                "a", new BigDecimal("14"),
                "b", new BigDecimal("6"),
                "unpriced", BigDecimal.ZERO));
    assertThat(price.unpriced(Map.of("a", 1L, "b", 1L))).isNull();
    assertThat(price.unpriced(Map.of("c", 1L))).isEqualTo("c");
    assertThatThrownBy(() -> price.of(Map.of("c", 1L)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFormulaBelowZeroCostsNothing() {
    Price price =
        new Price(
            "c",
            Map.of(),
            Map.of(),
            new Formula(
                "5 - a",
                new Expression.Difference(
                    new Expression.Constant(new BigDecimal("5")), new Expression.Units("a"))));
    assertThat(price.of(Map.of("a", 2L))).hasToString("3");
    assertThat(price.of(Map.of("a", 6L))).hasToString("0");
  }

  @Test
  void aMeterWithoutARateIsNamed() {
    Price price = new Price("c", Map.of("a", BigDecimal.ONE));
    assertThat(price.unpriced(Map.of("a", 1L, "b", 1L))).isEqualTo("b");
    assertThat(price.unpriced(Map.of("a", 1L))).isNull();
  }
}
