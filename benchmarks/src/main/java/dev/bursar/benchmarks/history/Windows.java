package dev.bursar.benchmarks.history;

import dev.bursar.domain.budget.Budget;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/** Where a budget's windows begin, reckoned without the rules that the node reckons with. */
final class Windows {

  private Windows() {}

  /** Where the window begins that a time is in; the epoch for one that never ends. */
  static Instant of(Budget budget, Instant at) {
    LocalDate day = LocalDate.ofInstant(at, budget.zone());
    return switch (budget.window()) {
      // Clocks are set forward and back by whole hours where these histories are played.
      case MINUTE -> at.truncatedTo(ChronoUnit.MINUTES);
      case HOUR -> at.truncatedTo(ChronoUnit.HOURS);
      case DAY -> day.atStartOfDay(budget.zone()).toInstant();
      case MONTH -> day.withDayOfMonth(1).atStartOfDay(budget.zone()).toInstant();
      case LIFETIME -> Instant.EPOCH;
      case WEEK, QUARTER, YEAR -> throw new IllegalArgumentException(budget.id());
    };
  }

  /** Whether it bounds a rate: what has passed has passed. */
  static boolean isRate(Budget budget) {
    return switch (budget.window()) {
      case MINUTE, HOUR -> true;
      case DAY, WEEK, MONTH, QUARTER, YEAR, LIFETIME -> false;
    };
  }
}
