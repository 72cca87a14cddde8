package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the price list.
 *
 * @param feature the feature it is for; null means any
 * @param model the model it is for; null means any
 * @param effectiveAt from when on it counts; null means that it always has
 * @param price what units cost
 */
public record Rate(
    @Nullable String feature, @Nullable String model, @Nullable Instant effectiveAt, Price price) {

  /** A line that always counts, with so many credits for a unit of each meter. */
  public Rate(
      @Nullable String feature,
      @Nullable String model,
      String creditType,
      Map<String, BigDecimal> perUnit) {
    this(feature, model, null, new Price(creditType, perUnit));
  }

  /** What it is for. */
  public Catalog.Work work() {
    return new Catalog.Work(feature, model);
  }

  boolean isInForceAt(Instant at) {
    return effectiveAt == null || !effectiveAt.isAfter(at);
  }
}
