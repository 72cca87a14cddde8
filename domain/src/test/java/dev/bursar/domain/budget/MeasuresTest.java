package dev.bursar.domain.budget;

import static dev.bursar.domain.budget.BudgetWords.EACH_USER;
import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Closure.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What counts in measures other than credits; thresholds; budgets that are set later. */
final class MeasuresTest {

  private final Tallies tallies = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));

  private static Budget of(String measure, String limit, Scope scope) {
    return new Budget(
        measure,
        scope,
        measure,
        measure.equals(Quantities.OPEN_RESERVATIONS) ? WindowKind.LIFETIME : WindowKind.DAY,
        Credits.parse(limit),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(50, 90, 100),
        ZoneId.of("UTC"),
        1);
  }

  private static Budgets.Applicable applicable(String measure) {
    return BudgetWords.named(of(measure, "10", ORG));
  }

  private void hold(String reservation, long tokens, String... measures) {
    List<LimitState> limits = new ArrayList<>();
    for (String measure : measures) {
      limits.add(tallies.state(applicable(measure), NOON));
    }
    tallies.hold(reservation, new Quantities(Credits.of(2), Map.of("tokens", tokens)), limits);
  }

  private String figures(String measure) {
    return BudgetWords.figures(tallies.state(applicable(measure), NOON));
  }

  private void close(String reservation, Kind kind, Map<String, Long> usage) {
    tallies.close(new Closure(reservation, Credits.of(1), kind, usage), NOON);
  }

  @Test
  void eachMeasureHoldsAndChargesItsOwn() {
    hold("r", 6, "platform", "tokens", "requests", "open_reservations");
    assertThat(figures("platform")).isEqualTo("platform 0/2 of 10");
    assertThat(figures("tokens")).isEqualTo("tokens 0/6 of 10");
    assertThat(figures("requests")).isEqualTo("requests 0/1 of 10");
    assertThat(figures("open_reservations")).isEqualTo("open_reservations 0/1 of 10");
    close("r", Kind.COMMITTED, Map.of("tokens", 4L));
    assertThat(figures("platform")).isEqualTo("platform 1/0 of 10");
    assertThat(figures("tokens")).isEqualTo("tokens 4/0 of 10");
    assertThat(figures("requests")).isEqualTo("requests 1/0 of 10");
    assertThat(figures("open_reservations")).isEqualTo("open_reservations 0/0 of 10");
  }

  @Test
  void whatACommitDoesNotSayIsAsItWasHeld() {
    hold("r", 6, "tokens");
    close("r", Kind.COMMITTED, Map.of());
    assertThat(figures("tokens")).isEqualTo("tokens 6/0 of 10");
  }

  @Test
  void whatIsGivenBackDidNotRun() {
    hold("r", 6, "tokens", "requests", "open_reservations");
    close("r", Kind.ENDED, Map.of());
    assertThat(figures("tokens")).isEqualTo("tokens 0/0 of 10");
    assertThat(figures("requests")).isEqualTo("requests 0/0 of 10");
    assertThat(figures("open_reservations")).isEqualTo("open_reservations 0/0 of 10");
  }

  @Test
  void lateUsageCountsAfterItExpired() {
    hold("r", 6, "tokens", "requests");
    tallies.close(Closure.of("r", Credits.ZERO, Kind.EXPIRED), NOON);
    assertThat(figures("tokens")).isEqualTo("tokens 0/0 of 10");
    close("r", Kind.LATE, Map.of("tokens", 3L));
    assertThat(figures("tokens")).isEqualTo("tokens 3/0 of 10");
    assertThat(figures("requests")).isEqualTo("requests 1/0 of 10");
  }

  @Test
  void moreUnitsThanCanBeCountedAreAsManyAsCanBe() {
    assertThat(Quantities.units(Long.MAX_VALUE)).isEqualTo(Credits.MAX_INPUT);
    assertThat(Quantities.units(7)).isEqualTo(Credits.of(7));
  }

  // ---- thresholds

  private List<Integer> settle(String reservation, String charged, Instant at) {
    return settle(applicable("platform"), reservation, charged, at);
  }

  private List<Integer> settle(
      Budgets.Applicable limit, String reservation, String charged, Instant at) {
    tallies.hold(reservation, Quantities.of(Credits.of(9)), List.of(tallies.state(limit, at)));
    Closure closure = Closure.of(reservation, Credits.parse(charged), Kind.COMMITTED);
    List<ThresholdAlert> alerts = tallies.alerts(closure);
    tallies.close(closure, at);
    tallies.told(alerts);
    return alerts.stream().map(ThresholdAlert::threshold).toList();
  }

  @Test
  void aThresholdFiresOnceAWindow() {
    assertThat(settle("a", "4.999999", NOON)).isEmpty();
    assertThat(settle("b", "0.000001", NOON)).containsExactly(50);
    assertThat(settle("c", "1", NOON)).isEmpty();
    assertThat(settle("d", "4", NOON)).containsExactly(90, 100);
    assertThat(settle("e", "4", NOON)).isEmpty();
    assertThat(settle("f", "9", NOON.plus(Duration.ofDays(1)))).containsExactly(50, 90);
  }

  /** A hundred times as much is no long. */
  @Test
  void aThresholdOfTheLargestLimitFiresInItsTime() {
    Budgets.Applicable limit = BudgetWords.named(of("platform", Credits.MAX_INPUT.toString(), ORG));
    assertThat(settle(limit, "a", "499999999999.999999", NOON)).isEmpty();
    assertThat(settle(limit, "b", "0.000001", NOON)).containsExactly(50);
    assertThat(settle(limit, "c", "399999999999.999999", NOON)).isEmpty();
    assertThat(settle(limit, "d", "0.000001", NOON)).containsExactly(90);
    assertThat(settle(limit, "e", "1000000000000", NOON)).containsExactly(100);
  }

  @Test
  void whatWasToldOutlivesASnapshot() {
    settle("a", "5", NOON);
    Tallies again = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));
    again.restore(tallies.snapshot());
    Budgets.Applicable limit = applicable("platform");
    again.hold("b", Quantities.of(Credits.of(1)), List.of(again.state(limit, NOON)));
    assertThat(again.alerts(Closure.of("b", Credits.of(1), Kind.COMMITTED))).isEmpty();
  }

  // ---- budgets that are set later

  @Test
  void whatIsOpenCountsAgainstABudgetThatIsSetLater() {
    hold("old", 6, "platform");
    Budget later = of("tokens", "10", ORG);
    Instant day = later.windowAt(NOON).start();
    tallies.countOpen(
        later, List.of(new OpenPart("old", "", day, Credits.of(2), Map.of("tokens", 6L), true)));
    tallies.countBefore("tokens", null, List.of(new OpeningCount("", day, Credits.of(3))));
    assertThat(figures("tokens")).isEqualTo("tokens 3/6 of 10");
    close("old", Kind.COMMITTED, Map.of("tokens", 5L));
    assertThat(figures("tokens")).isEqualTo("tokens 8/0 of 10");
    assertThat(figures("platform")).isEqualTo("platform 1/0 of 10");
  }

  @Test
  void whatWasNotHeldHereIsFromThenOn() {
    Budget later = of("requests", "10", EACH_USER);
    Instant day = later.windowAt(NOON).start();
    tallies.countOpen(
        later, List.of(new OpenPart("elsewhere", "ann", day, Credits.of(2), Map.of(), false)));
    assertThat(tallies.holds("elsewhere")).isTrue();
    close("elsewhere", Kind.COMMITTED, Map.of());
    LimitState ann = tallies.state(new Budgets.Applicable(later, user("ann")), NOON);
    assertThat(BudgetWords.figures(ann)).isEqualTo("requests 1/0 of 10");
  }
}
