package dev.bursar.benchmarks.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.node.catalog.CatalogFile;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class LargeCatalogTest {

  private static final Instant AFTER = Instant.parse("2026-01-01T00:00:00Z");

  /** What is measured is a catalog that a node takes, with every kind of price in it. */
  @Test
  void itIsAsLargeAsItSaysAndValid() {
    LargeCatalog large = LargeCatalog.LARGE;
    Catalog catalog = CatalogFile.parse(large.yaml());
    assertThat(catalog.plans()).hasSize(5_000);
    assertThat(catalog.features()).hasSize(2_000);
    assertThat(catalog.prices().rates()).hasSize(20_000);
    for (int work = 0; work < 10; work++) {
      Price before = catalog.price(large.feature(work), large.model(work), AFTER.minusNanos(1_000));
      Price after = catalog.price(large.feature(work), large.model(work), AFTER);
      assertThat(after).isNotNull().isNotEqualTo(before);
      assertThat(after.formula() != null).isEqualTo(LargeCatalog.kind(work) == PriceKind.FORMULA);
      assertThat(after.tiers().isEmpty())
          .isEqualTo(
              LargeCatalog.kind(work) == PriceKind.FLAT
                  || LargeCatalog.kind(work) == PriceKind.FORMULA);
    }
  }
}
