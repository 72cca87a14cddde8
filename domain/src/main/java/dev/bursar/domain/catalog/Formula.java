package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.util.Map;

/**
 * What usage costs, where no table says it. It has neither loops nor calls, so that it ends after
 * as many steps as it has parts; and no part of it can fail.
 *
 * @param text as somebody wrote it
 * @param expression what that means
 */
public record Formula(String text, Expression expression) {

  /**
   * What the usage costs, exactly; 0 where the expression is below it.
   *
   * @param usage units by meter, each 0 or more; those that are not there are 0
   */
  BigDecimal of(Map<String, Long> usage) {
    return expression.of(usage).max(BigDecimal.ZERO);
  }

  /** Whether a meter's units count in it. */
  boolean names(String meter) {
    return expression.names(meter);
  }
}
