package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CatalogFileTest {

  @Test
  void theOneThatComesAlongIsRead() {
    Catalog catalog = CatalogFile.configured();
    assertThat(catalog.creditTypes()).containsEntry("platform", "Platform credits");
    assertThat(Objects.requireNonNull(catalog.price(null, "gpt-5")).rates())
        .isEqualTo(
            Map.of(
                "input_tokens", new BigDecimal("0.000125"),
                "cached_input_tokens", new BigDecimal("0.0000125"),
                "output_tokens", new BigDecimal("0.001")));
    assertThat(catalog.names("gpt-5")).isTrue();
    assertThat(catalog.names("gpt-6")).isFalse();
  }

  @Test
  void everyFaultIsToldWithPathAndLine() {
    String yaml =
        """
        credit_types:
          - { id: a, name: A }
          - { id: a, name: B }
        meters: [m]
        rates:
          - credit_type: b
            per: 20
            meters: { m: -1, n: x }
            surprise: 1
        """;
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContainingAll(
            "credit_types[1].id (line 3): a is declared twice",
            "rates[0].credit_type (line 6): b is not declared in credit_types",
            "rates[0].per (line 7): 20 is no power of ten from 1 to 1000000000",
            "rates[0].meters.m (line 8): -1 is negative",
            "rates[0].meters.n (line 8): the meter is not declared in meters",
            "rates[0].meters.n (line 8): x is not a decimal of at most 30 characters",
            "rates[0].surprise (line 9): unknown; known are [credit_type, feature, meters, model, per]");
  }

  @Test
  void whatIsMissingIsToldOnce() {
    assertThatThrownBy(
            () -> CatalogFile.parse("credit_types: [{ name: A }]\nmeters: ['']\nrates: []\n"))
        .hasMessage(
            """
            the catalog has faults:
              credit_types[0] (line 1): id is required
              meters[0] (line 2): a text is expected""");
  }

  private static String rates(String... lines) {
    return """
        credit_types: [{ id: c, name: C }]
        meters: [m]
        rates:
        """
        + String.join("\n", lines);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -0.5        | -0.5 is negative
          0.1234567   | 0.1234567 has more than 6 decimals; say it for more units, with per
          1000000001  | 1000000001 is more than 1000000000
          1e400       | 1e400 is not a decimal of at most 30 characters
          NaN         | NaN is not a decimal of at most 30 characters
          0x10        | 0x10 is not a decimal of at most 30 characters
          1000000000000000000000000000000000 | 1000000000000000000000000000000000 is not a decimal of at most 30 characters
          """)
  void aRateThatCantBeChargedIsRefused(String rate, String fault) {
    String yaml = rates("- { credit_type: c, meters: { m: %s } }".formatted(rate));
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining("rates[0].meters.m (line 4): " + fault);
  }

  @Test
  void sevenDecimalsAreSaidForMoreUnits() {
    Catalog catalog =
        CatalogFile.parse(rates("- { credit_type: c, per: 1000000, meters: { m: 12.500000 } }"));
    assertThat(Objects.requireNonNull(catalog.price("any", null)).rates())
        .isEqualTo(Map.of("m", new BigDecimal("0.0000125")));
  }

  @Test
  void twoRatesForTheSameAreRefused() {
    String yaml =
        rates(
            "- { feature: f, credit_type: c, meters: { m: 1 } }",
            "- { feature: f, model: x, credit_type: c, meters: { m: 1 } }",
            "- { feature: f, credit_type: c, meters: { m: 2 } }");
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining("rates[2] (line 6): is for the same feature and model as rates[0]")
        .hasMessageNotContaining("rates[1]");
  }

  @Test
  void aNameThatNoRequestCanCarryIsRefused() {
    assertThatThrownBy(
            () ->
                CatalogFile.parse(
                    rates("- { model: \"a\\u0007\", credit_type: c, meters: { m: 1 } }")))
        .hasMessageContaining("rates[0].model (line 4): has the character U+0007 at position 1");
  }

  @Test
  void filesAreReadAsOne(@TempDir Path folder) throws IOException {
    Path types = folder.resolve("types.yaml");
    Path prices = folder.resolve("prices.yaml");
    Files.writeString(types, "credit_types: [{ id: c, name: C }]\nmeters: [m]\n");
    Files.writeString(prices, "rates:\n  - { credit_type: c, meters: { m: 1 } }\n");
    Catalog catalog = CatalogFile.read(List.of(types, prices));
    assertThat(catalog.price(null, null)).isEqualTo(new Price("c", Map.of("m", BigDecimal.ONE)));

    Files.writeString(prices, "meters: [m]\nrates:\n  - { credit_type: d, meters: { m: 1 } }\n");
    assertThatThrownBy(() -> CatalogFile.read(List.of(types, prices)))
        .hasMessageContainingAll(
            prices + ": meters[0] (line 1): m is declared twice",
            prices + ": rates[0].credit_type (line 3): d is not declared in credit_types");
    assertThatThrownBy(() -> CatalogFile.read(List.of(types)))
        .hasMessageContaining("(root) (line 1): rates is required");
    assertThatThrownBy(() -> CatalogFile.read(List.of(folder.resolve("none.yaml"))))
        .hasMessageContaining("none.yaml can't be read: there is no such file");
  }

  @Test
  void whatWouldUseUpTheMemoryOrTheStackIsRefused(@TempDir Path folder) throws IOException {
    Path large = folder.resolve("large.yaml");
    Files.writeString(large, "# " + "x".repeat(10_000_000));
    assertThatThrownBy(() -> CatalogFile.read(List.of(large)))
        .hasMessageContaining("large.yaml has 10000002 bytes; at most 10000000 are read");

    assertThatThrownBy(() -> CatalogFile.parse("[".repeat(1_000_000)))
        .hasMessageContaining("nested more than 50 deep");

    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> CatalogFile.parse(bomb.toString()))
        .hasMessageContaining("is not valid YAML: Number of aliases");
    assertThatThrownBy(() -> CatalogFile.parse("rates: &a [*a]"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLargeCatalogIsRead() {
    String yaml =
        rates(
            IntStream.range(0, 20_000)
                .mapToObj(
                    i ->
                        "- { feature: f%d, model: m%d, credit_type: c, meters: { m: 0.5 } }"
                            .formatted(i % 2_000, i))
                .toArray(String[]::new));
    Catalog catalog = CatalogFile.parse(yaml);
    assertThat(catalog.rates()).isEqualTo(20_000);
    assertThat(catalog.price("f1999", "m19999")).isNotNull();
    assertThat(catalog.price("f0", "m19999")).isNull();
  }
}
