package dev.bursar.domain.budget;

import static dev.bursar.domain.budget.BudgetWords.EACH_USER;
import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.figures;
import static dev.bursar.domain.budget.BudgetWords.named;
import static dev.bursar.domain.budget.BudgetWords.user;
import static dev.bursar.domain.enforcement.Closure.Kind.ENDED;
import static dev.bursar.domain.enforcement.Closure.Kind.EXPIRED;
import static dev.bursar.domain.enforcement.Closure.Kind.LATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is used and held against budgets, window by window. */
final class TalliesTest {

  private static final Budgets.Applicable DAILY = named(daily("b", ORG, "10"));
  private static final Instant TOMORROW = NOON.plus(Duration.ofDays(1));

  private final Tallies tallies = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));

  private void hold(String reservation, String amount, Instant at) {
    tallies.hold(
        reservation, Quantities.of(Credits.parse(amount)), List.of(tallies.state(DAILY, at)));
  }

  private void close(String reservation, String charged, Closure.Kind kind, Instant at) {
    tallies.close(Closure.of(reservation, Credits.parse(charged), kind), at);
  }

  private String today() {
    return figures(tallies.state(DAILY, NOON));
  }

  private String tomorrow() {
    return figures(tallies.state(DAILY, TOMORROW));
  }

  @Test
  void aHoldCountsInItsWindow() {
    hold("r", "4", NOON);
    assertThat(today()).isEqualTo("b 0/4 of 10");
    assertThat(tomorrow()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void whatWasChargedIsUsedAndTheRestIsFree() {
    hold("r", "4", NOON);
    close("r", "1.5", ENDED, NOON);
    assertThat(today()).isEqualTo("b 1.5/0 of 10");
  }

  @Test
  void aHoldSettledAfterTheResetIsChargedToItsOwnWindow() {
    hold("r1", "4", NOON);
    hold("r2", "3", NOON);
    hold("r3", "2", TOMORROW);
    close("r1", "1", ENDED, TOMORROW);
    assertThat(today()).isEqualTo("b 1/3 of 10");
    assertThat(tomorrow()).isEqualTo("b 0/2 of 10");
  }

  @Test
  void aClosureCountsOnce() {
    hold("r", "4", NOON);
    close("r", "4", ENDED, NOON);
    close("r", "4", ENDED, NOON);
    close("r", "4", LATE, NOON);
    close("r", "0", EXPIRED, NOON);
    assertThat(today()).isEqualTo("b 4/0 of 10");
    assertThat(tallies.open()).isEmpty();
  }

  @Test
  void lateUsageCountsInTheWindowOfItsHold() {
    hold("r", "4", NOON);
    close("r", "0", EXPIRED, TOMORROW);
    assertThat(today()).isEqualTo("b 0/0 of 10");
    close("r", "6", LATE, TOMORROW);
    close("r", "6", LATE, TOMORROW);
    assertThat(today()).isEqualTo("b 6/0 of 10");
    assertThat(tomorrow()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void lateUsageThatOvertakesTheExpiryCountsOnce() {
    hold("r", "4", NOON);
    close("r", "6", LATE, NOON);
    close("r", "0", EXPIRED, NOON);
    close("r", "6", LATE, NOON);
    assertThat(today()).isEqualTo("b 6/0 of 10");
  }

  /** A budget that is set after something has expired, and counts it. */
  private static Budget after() {
    return daily("after", ORG, "10").since(7L);
  }

  private void countOpen(String reservation, String amount) {
    OpenPart part =
        new OpenPart(
            reservation, "", after().windowAt(NOON).start(), Credits.parse(amount), Map.of(), true);
    tallies.countOpen(after(), List.of(part));
  }

  @Test
  void lateUsageOfWhatHadExpiredCountsAgainstABudgetThatWasSetSince() {
    hold("r", "4", NOON);
    close("r", "0", EXPIRED, NOON);
    countOpen("r", "4");
    countOpen("r", "4");
    assertThat(figures(tallies.state(named(after()), NOON))).isEqualTo("after 0/0 of 10");
    close("r", "6", LATE, NOON);
    assertThat(figures(tallies.state(named(after()), NOON))).isEqualTo("after 6/0 of 10");
    assertThat(today()).isEqualTo("b 6/0 of 10");
  }

  @Test
  void lateUsageThatHasComeMeanwhileCountsAgainstItOnce() {
    hold("r", "4", NOON);
    close("r", "0", EXPIRED, NOON);
    close("r", "6", LATE, NOON);
    countOpen("r", "4");
    countOpen("r", "4");
    close("r", "6", LATE, NOON);
    assertThat(figures(tallies.state(named(after()), NOON))).isEqualTo("after 6/0 of 10");
    assertThat(tallies.lapsed()).isEmpty();
  }

  @Test
  void aHoldThatEndedLeavesNothingForLateUsage() {
    hold("r", "4", NOON);
    close("r", "4", ENDED, NOON);
    assertThat(tallies.concerns(Closure.of("r", Credits.ZERO, LATE))).isFalse();
    assertThat(tallies.concerns(Closure.of("r", Credits.ZERO, ENDED))).isFalse();
  }

  @Test
  void aDefaultCountsEachUserAlone() {
    Budget each = daily("each", EACH_USER, "10");
    var ann = new Budgets.Applicable(each, user("ann"));
    var bob = new Budgets.Applicable(each, user("bob"));
    tallies.hold("r", Quantities.of(Credits.of(4)), List.of(tallies.state(ann, NOON)));
    assertThat(figures(tallies.state(ann, NOON))).isEqualTo("each 0/4 of 10");
    assertThat(figures(tallies.state(bob, NOON))).isEqualTo("each 0/0 of 10");
    assertThat(tallies.state(ann, NOON).source()).isEqualTo(LimitState.SOURCE_DEFAULT);
  }

  @Test
  void aLowerLimitClawsNothingBack() {
    hold("r", "8", NOON);
    close("r", "8", ENDED, NOON);
    LimitState lowered = tallies.state(named(daily("b", ORG, "5")), NOON);
    assertThat(lowered.remaining()).hasToString("-3");
    assertThat(lowered.fits(Credits.ZERO)).isFalse();
    assertThat(tallies.state(named(daily("b", ORG, "9")), NOON).fits(Credits.of(1))).isTrue();
  }

  @Test
  void aForgottenBudgetStartsAnewWhateverWasOpenOrLate() {
    hold("open", "4", NOON);
    hold("late", "4", NOON);
    close("late", "0", EXPIRED, NOON);
    tallies.forget("b");
    close("open", "4", ENDED, NOON);
    close("late", "4", LATE, NOON);
    assertThat(today()).isEqualTo("b 0/0 of 10");
    assertThat(tallies.counters()).isEmpty();
  }

  @Test
  void windowsThatAreOverAndHoldNothingAreForgotten() {
    for (int day = 0; day < 400; day++) {
      Instant at = NOON.plus(Duration.ofDays(day));
      hold("r" + day, "1", at);
      close("r" + day, "1", day % 2 == 0 ? ENDED : EXPIRED, at);
    }
    assertThat(tallies.counters().values().iterator().next()).hasSizeLessThan(3);
    assertThat(tallies.snapshot().lapsed()).hasSizeLessThan(3);
  }

  @Test
  void aSnapshotHoldsAllOfIt() {
    hold("r1", "4", NOON);
    hold("r2", "3", TOMORROW);
    hold("r3", "1", TOMORROW);
    close("r3", "0", EXPIRED, TOMORROW);
    Tallies copy = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));
    copy.restore(tallies.snapshot());
    assertThat(copy.snapshot()).isEqualTo(tallies.snapshot());
  }
}
