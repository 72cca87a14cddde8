package dev.bursar.api.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** Amounts shared out, exact to a millionth: the shares add up to the whole. */
final class Shares {

  private static final int DECIMALS = 6;

  private Shares() {}

  /**
   * A share for each weight, in proportion. Each is rounded where the sum of those up to it is, so
   * that no millionth is lost or made up.
   *
   * @param whole at most six decimals
   * @param weights 0 or more each; where all are 0, the first has the whole
   */
  static List<BigDecimal> of(BigDecimal whole, List<BigDecimal> weights) {
    BigDecimal all = weights.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    List<BigDecimal> shares = new ArrayList<>();
    BigDecimal given = BigDecimal.ZERO;
    BigDecimal passed = BigDecimal.ZERO;
    for (BigDecimal weight : weights) {
      passed = passed.add(weight);
      BigDecimal due =
          all.signum() == 0
              ? whole
              : whole.multiply(passed).divide(all, DECIMALS, RoundingMode.HALF_UP);
      shares.add(due.subtract(given));
      given = due;
    }
    return shares;
  }
}
