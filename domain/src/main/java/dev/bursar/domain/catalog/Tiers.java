package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What units of one meter cost, by how many of them one request has. Nothing is counted from one
 * request to the next.
 *
 * @param kind whether each unit has the rate of its own step, or all have that of the last
 * @param steps in ascending order; the last, and no other, has no end
 */
public record Tiers(Kind kind, List<Step> steps) {

  /** How the steps are read. */
  public enum Kind {
    /** Each unit costs what its own step says: the first thousand this, what is beyond that. */
    GRADUATED,
    /** All units cost what the step says that the number of units is in. */
    VOLUME
  }

  /**
   * One step.
   *
   * @param upTo the last unit of it, 1 or more; null means that there is no end
   * @param rate credits for a unit, not negative
   */
  public record Step(@Nullable Long upTo, BigDecimal rate) {

    private boolean contains(long unit) {
      return upTo == null || unit <= upTo;
    }
  }

  /**
   * What so many units cost, exactly.
   *
   * @param units 0 or more
   */
  BigDecimal of(long units) {
    return switch (kind) {
      case GRADUATED -> graduated(units);
      case VOLUME -> volume(units);
    };
  }

  private BigDecimal graduated(long units) {
    BigDecimal total = BigDecimal.ZERO;
    long below = 0;
    for (Step step : steps) {
      long upTo = step.upTo == null ? units : Math.min(units, step.upTo);
      total = total.add(step.rate.multiply(BigDecimal.valueOf(upTo - below)));
      if (step.contains(units)) {
        return total;
      }
      below = upTo;
    }
    throw new IllegalStateException("the last of the steps has an end");
  }

  private BigDecimal volume(long units) {
    for (Step step : steps) {
      if (step.contains(units)) {
        return step.rate.multiply(BigDecimal.valueOf(units));
      }
    }
    throw new IllegalStateException("the last of the steps has an end");
  }
}
