package dev.bursar.benchmarks.catalog;

/** How a line of the price list says what units cost. */
public enum PriceKind {
  FLAT,
  TIERS,
  VOLUME_STEPS,
  FORMULA
}
