package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.domain.catalog.Catalog;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

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
            "credit_types[1] (line 3): a is declared twice",
            "rates[0].credit_type (line 6): b is not declared in credit_types",
            "rates[0].per (line 7): 20 is not a power of ten",
            "rates[0].meters.m (line 8): -1 is negative",
            "rates[0].meters.n (line 8): the meter is not declared in meters",
            "rates[0].meters.n (line 8): x is not a decimal",
            "rates[0].surprise (line 9): unknown; known are [credit_type, feature, meters, model, per]");
  }
}
