package dev.bursar.projections.ledger;

import java.math.BigDecimal;

/** Sums in millionths, as the tables hold them, which may be larger than any one amount. */
final class Micros {

  private static final int DECIMALS = 6;

  private Micros() {}

  /** In whole units; exact, without trailing zeros. */
  static BigDecimal toUnits(BigDecimal micros) {
    BigDecimal units = micros.movePointLeft(DECIMALS).stripTrailingZeros();
    return units.scale() < 0 ? units.setScale(0) : units;
  }
}
