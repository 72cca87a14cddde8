package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What formulas mean; those that are refused are among the faulty catalogs. */
final class FormulasTest {

  private static Price price(String formula) {
    Catalog catalog =
        CatalogFile.parse(
            """
            credit_types: [{ id: c, name: C }]
            meters: [a, b, odd-name]
            rates:
              - credit_type: c
                formula: "%s"
            """
                .formatted(formula));
    return Objects.requireNonNull(catalog.price(null, null, Instant.EPOCH));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      textBlock =
          """
          # formula                                       | a      | b   | costs
          a * 0.000125 + b * 0.001                        | 1234   | 7   | 0.16125
          a * 0.0000001                                   | 4      | 0   | 0
          a * 0.0000001                                   | 5      | 0   | 0.000001
          0.1 * a + 0.2 * a == 0.3 * a ? 1 : 2            | 1      | 0   | 1
          a > 200000 ? a * 2.5 : a * 1.25                 | 200000 | 0   | 250000
          a > 200000 ? a * 2.5 : a * 1.25                 | 200001 | 0   | 500002.5
          a >= 10 && b < 3 || a == 5 && !(b == 1) ? 7 : 8 | 10     | 2   | 7
          a >= 10 && b < 3 || a == 5 && !(b == 1) ? 7 : 8 | 5      | 1   | 8
          a >= 10 && b < 3 || a == 5 && !(b == 1) ? 7 : 8 | 5      | 2   | 7
          a != b ? 1 : 0.5                                | 3      | 3   | 0.5
          a <= b ? 1 : 0.5                                | 3      | 3   | 1
          (a + 999) / 1000 * 2                            | 1      | 0   | 2
          (a + 999) / 1000 * 2                            | 1000   | 0   | 2
          (a + 999) / 1000 * 2                            | 1001   | 0   | 4
          (a - b) / 2 + 10                                | 0      | 5   | 8
          (a - b) % 3 + 10                                | 0      | 5   | 8
          a / 1000                                        | 999    | 0   | 0
          a / 1000.0                                      | 999    | 0   | 0.999
          a / 8.0                                         | 1      | 0   | 0.125
          a * 2.5 / 5                                     | 3      | 0   | 1.5
          math.least(a, 100) * 0.5                        | 101    | 0   | 50
          math.greatest(a - b, 0.25)                      | 3      | 5   | 0.25
          double(a) * 0.5                                 | 3      | 0   | 1.5
          -a + 5                                          | 3      | 0   | 2
          a - -b                                          | 3      | 5   | 8
          (a) - -1.0--b                                   | 3      | 5   | 9
          a - b                                           | 3      | 5   | 0
          true ? a : b                                    | 3      | 5   | 3
          a * b * b                                       | 3      | 5   | 75
          1.5e-3 * a                                      | 2      | 0   | 0.003
          """)
  void itIsWorkedOutExactly(String formula, long a, long b, String costs) {
    assertThat(price(formula + " + 0 * a + 0 * b").of(Map.of("a", a, "b", b))).hasToString(costs);
  }

  @Test
  void onlyMetersThatItNamesHaveAPrice() {
    Price price = price("a > 1 ? 2 : 3");
    assertThat(price.unpriced(Map.of("a", 1L))).isNull();
    assertThat(price.unpriced(Map.of("b", 1L))).isEqualTo("b");
    assertThat(price.of(Map.of())).as("what is not used is 0").hasToString("3");
  }

  /** Formulas of one shape are compiled once. */
  @Test
  void formulasThatDifferInNothingButNumbersHaveEachTheirOwn() {
    Random random = new Random(7);
    StringBuilder rates = new StringBuilder();
    Map<String, BigDecimal> expected = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      String[] n = new String[4];
      for (int k = 0; k < n.length; k++) {
        n[k] = "%d.%d".formatted(random.nextInt(1_000), random.nextInt(100));
      }
      long least = random.nextInt(100);
      // Every fourth has a number in another notation, or an int where the others have a decimal.
      if (i % 8 == 3) {
        n[2] = n[2].replace(".", "") + "e-1";
      } else if (i % 8 == 7) {
        n[2] = Integer.toString(random.nextInt(1_000));
      }
      rates.append(
          """
            - model: m%d
              credit_type: c
              formula: 'a > %d ? a * %s - -%s + -3 : %s * a + %s / 8.0'
          """
              .formatted(i, least, n[0], n[1], n[2], n[3]));
      BigDecimal a = BigDecimal.valueOf(50);
      expected.put(
          "m" + i,
          least < 50
              ? a.multiply(new BigDecimal(n[0]))
                  .add(new BigDecimal(n[1]))
                  .subtract(BigDecimal.valueOf(3))
              : a.multiply(new BigDecimal(n[2]))
                  .add(new BigDecimal(n[3]).divide(BigDecimal.valueOf(8))));
    }
    Catalog catalog =
        CatalogFile.parse(
            "credit_types: [{ id: c, name: C }]\nmeters: [a]\nrates:\n" + rates.toString());
    expected.forEach(
        (model, costs) ->
            assertThat(
                    Objects.requireNonNull(catalog.price(null, model, Instant.EPOCH))
                        .of(Map.of("a", 50L)))
                .as("%s", model)
                .isEqualTo(Credits.ofExact(costs)));
  }

  /** Tiers are a formula, too: the two have to agree. */
  @Test
  void graduatedTiersAreWhatTheyWouldBeAsAFormula() {
    Price formula =
        price(
            "math.least(a, 100) * 0.003 + math.least(math.greatest(a - 100, 0), 100) * 0.002"
                + " + math.greatest(a - 200, 0) * 0.001");
    Price tiers =
        Objects.requireNonNull(
            CatalogFile.parse(
                    """
                    credit_types: [{ id: c, name: C }]
                    meters: [a]
                    rates:
                      - credit_type: c
                        per: 1000
                        meters:
                          a:
                            tiers:
                              - { up_to: 100, rate: 3 }
                              - { up_to: 200, rate: 2 }
                              - { rate: 1 }
                    """)
                .price(null, null, Instant.EPOCH));
    Random random = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      Map<String, Long> usage = Map.of("a", (long) random.nextInt(400));
      assertThat(formula.of(usage)).as("%s", usage).isEqualTo(tiers.of(usage));
    }
  }
}
