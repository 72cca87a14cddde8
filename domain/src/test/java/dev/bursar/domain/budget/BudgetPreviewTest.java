package dev.bursar.domain.budget;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a limit would have done. */
final class BudgetPreviewTest {

  private static BudgetPreview.Past past(Instant at, String user, String asked, String used) {
    return new BudgetPreview.Past(
        at,
        at.plusSeconds(60),
        user,
        "platform",
        Credits.parse(used),
        Credits.parse(asked),
        Credits.parse(used));
  }

  @Test
  void whatFitsIsLetThroughAtItsActualCost() {
    BudgetPreview preview = new BudgetPreview(BudgetWords.daily("b", BudgetWords.ORG, "10"));
    preview.take(past(NOON, "ann", "8", "3"));
    preview.take(past(NOON.plusSeconds(1), "ben", "7", "7"));
    preview.take(past(NOON.plusSeconds(2), "ben", "0.000001", "0.5"));
    preview.take(past(NOON.plusSeconds(3), null, "2", "2"));
    preview.take(past(NOON.plus(Duration.ofDays(1)), "ben", "10", "10"));
    assertThat(preview.result())
        .isEqualTo(
            new BudgetPreview.Result(
                5, 2, 1, Map.of("platform", new BigDecimal("2.500000")), NOON.plusSeconds(2)));
  }

  @Test
  void aDefaultCountsEachUserAlone() {
    BudgetPreview preview = new BudgetPreview(BudgetWords.daily("b", BudgetWords.EACH_USER, "5"));
    preview.take(past(NOON, "ann", "5", "5"));
    preview.take(past(NOON, "ben", "5", "5"));
    preview.take(past(NOON, "ann", "1", "1"));
    assertThat(preview.result().blocked()).isEqualTo(1);
  }

  @Test
  void whatIsOpenAtOneTimeIsLimited() {
    Budget open =
        new Budget(
            "b",
            BudgetWords.ORG,
            Quantities.OPEN_RESERVATIONS,
            WindowKind.LIFETIME,
            Credits.of(1),
            Budget.Mode.HARD,
            Set.of(),
            Set.of(),
            List.of(),
            ZoneOffset.UTC,
            1);
    BudgetPreview preview = new BudgetPreview(open);
    preview.take(past(NOON, "ann", "1", "0"));
    preview.take(past(NOON.plusSeconds(59), "ann", "1", "0"));
    preview.take(past(NOON.plusSeconds(60), "ann", "1", "0"));
    assertThat(preview.result().blocked()).isEqualTo(1);
  }
}
