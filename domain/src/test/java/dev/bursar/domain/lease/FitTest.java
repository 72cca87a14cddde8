package dev.bursar.domain.lease;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of what is asked for can be granted. */
final class FitTest {

  private static Denial denial(String measure, long remaining) {
    return new Denial(
        DenialCode.BUDGET_EXCEEDED,
        new LimitState(
            "b",
            ORG,
            measure,
            WindowKind.DAY,
            Budget.Mode.HARD,
            Credits.of(100),
            Credits.of(100 - remaining),
            Credits.ZERO,
            NOON,
            NOON,
            LimitState.SOURCE_BUDGET,
            null,
            List.of(),
            null),
        null,
        null,
        null,
        "");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # asked, requests; credits left, requests left; granted, requests
          90,      9,        40,           4,             40,      4
          90,      9,        0,            4,             -,       -
          90,      9,        40,           0,             -,       -
          90,      9,        -40,          4,             -,       -
          90,      9,        40,           -4,            -,       -
          0,       9,        0,            4,             0,       4
          0,       9,        -1,           4,             -,       -
          90,      0,        40,           0,             40,      0
          90,      0,        40,           -1,            -,       -
          """)
  void whatIsGrantedIsNeverLessThanNothing(
      long asked,
      long requests,
      long creditsLeft,
      long requestsLeft,
      @Nullable Long granted,
      @Nullable Long grantedRequests) {
    Fit fit =
        new Fit(Credits.of(asked), Map.of("requests", requests))
            .within(List.of(denial("platform", creditsLeft), denial("requests", requestsLeft)));
    assertThat(fit)
        .isEqualTo(
            granted == null || grantedRequests == null
                ? null
                : new Fit(Credits.of(granted), Map.of("requests", grantedRequests)));
  }
}
