package dev.bursar.domain.budget;

import static dev.bursar.domain.budget.BudgetWords.eachMember;
import static dev.bursar.domain.budget.BudgetWords.member;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.budget.BudgetWords.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.BudgetDenials;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of scope, in every window, in every mode, in every kind of measure. */
final class LimitTableTest {

  private static final Instant NOW = Instant.parse("2026-03-17T12:34:56.789012Z");
  private static final Map<String, Long> USAGE = Map.of("tokens", 7L);

  private static Stream<Arguments> all() {
    List<Scope> scopes =
        List.of(
            BudgetWords.ORG,
            unit(Scope.Type.DEPARTMENT, "labs"),
            unit(Scope.Type.TEAM, "blue"),
            unit(Scope.Type.PRODUCT, "app"),
            unit(Scope.Type.COST_CENTER, "cc"),
            unit(Scope.Type.AGENT, "bot"),
            user("ann"),
            member("ann", "blue"),
            BudgetWords.EACH_USER,
            eachMember("blue"));
    return scopes.stream()
        .flatMap(
            scope ->
                Stream.of(WindowKind.values())
                    .flatMap(
                        window ->
                            Stream.of(Budget.Mode.values())
                                .flatMap(
                                    mode ->
                                        Stream.of("platform", "tokens", Quantities.REQUESTS)
                                            .map(
                                                measure ->
                                                    Arguments.of(scope, window, mode, measure)))));
  }

  private static Budget budget(
      Scope scope, WindowKind window, Budget.Mode mode, String measure, String limit, String zone) {
    return new Budget(
        "b",
        scope,
        measure,
        window,
        Credits.parse(limit),
        mode,
        Set.of(),
        Set.of(),
        List.of(50, 100),
        ZoneId.of(zone),
        1);
  }

  @ParameterizedTest
  @MethodSource("all")
  void countsUpToTheLimitUntilTheWindowEnds(
      Scope scope, WindowKind window, Budget.Mode mode, String measure) {
    Quantities asked = new Quantities(Credits.of(7), USAGE);
    // Two fit, and a third does not.
    String limit = measure.equals(Quantities.REQUESTS) ? "2" : "14";
    Budget budget = budget(scope, window, mode, measure, limit, "Europe/Berlin");
    Budgets.Applicable counted = new Budgets.Applicable(budget, scope.countedFor("ann"));
    Budgets.Applicable ofBen = new Budgets.Applicable(budget, scope.countedFor("ben"));
    Tallies tallies = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));

    tallies.hold("held", asked, List.of(tallies.state(counted, NOW)));
    tallies.hold("used", asked, List.of(tallies.state(counted, NOW)));
    tallies.close(Closure.of("used", Credits.of(7), Closure.Kind.COMMITTED), NOW);

    LimitState full = tallies.state(counted, NOW);
    assertThat(full.used()).isEqualTo(full.held());
    assertThat(full.remaining()).isEqualTo(Credits.ZERO);
    List<Denial> denials = BudgetDenials.of(List.of(full), asked);
    assertThat(denials).hasSize(mode == Budget.Mode.HARD ? 1 : 0);
    if (mode == Budget.Mode.HARD) {
      assertThat(denials.getFirst().code())
          .isEqualTo(
              window == WindowKind.MINUTE ? DenialCode.RATE_LIMITED : DenialCode.BUDGET_EXCEEDED);
    }
    assertThat(tallies.state(ofBen, NOW).remaining().isPositive()).isEqualTo(scope.isDefault());
    if (window == WindowKind.LIFETIME) {
      return;
    }
    // One millisecond before the reset, and at it.
    Instant reset = full.resetsAt();
    LimitState last = tallies.state(counted, reset.minusMillis(1));
    assertThat(last.fits(asked)).isFalse();
    assertThat(tallies.state(counted, reset).fits(asked)).isTrue();
    // What was held across the reset settles where it was made: the new window gains nothing.
    tallies.close(Closure.givenBack("held"), reset);
    assertThat(tallies.state(counted, reset).used()).isEqualTo(Credits.ZERO);
    assertThat(tallies.state(counted, reset).held()).isEqualTo(Credits.ZERO);
  }

  /** Days of 23 and of 25 hours, and two zones at one instant. */
  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2026-03-28T23:00:00Z, 23",
    "Europe/Berlin, 2026-10-24T22:00:00Z, 25",
    "Europe/Berlin, 2026-06-30T22:00:00Z, 24",
    "Pacific/Auckland, 2026-04-04T11:00:00Z, 25",
    "America/New_York, 2026-03-08T05:00:00Z, 23",
  })
  void aDayHasTheHoursThatItHas(String zone, Instant start, long hours) {
    Budget budget =
        budget(BudgetWords.ORG, WindowKind.DAY, Budget.Mode.HARD, "platform", "7", zone);
    Tallies tallies = new Tallies(Lateness.ofHolds(Duration.ofHours(2)));
    Budgets.Applicable counted = new Budgets.Applicable(budget, budget.scope());
    Quantities asked = Quantities.of(Credits.of(7));
    tallies.hold("r", asked, List.of(tallies.state(counted, start)));
    Instant end = start.plus(Duration.ofHours(hours));
    assertThat(tallies.state(counted, start).resetsAt()).isEqualTo(end);
    assertThat(tallies.state(counted, start.minusMillis(1)).fits(asked)).isTrue();
    assertThat(tallies.state(counted, end.minusMillis(1)).fits(asked)).isFalse();
    assertThat(tallies.state(counted, end).fits(asked)).isTrue();
  }

  /** An anchor on the 31st gives the last day of shorter months. */
  @ParameterizedTest
  @CsvSource({
    "2026-01-31T00:00:00Z, 2026-02-28T00:00:00Z",
    "2026-02-28T00:00:00Z, 2026-03-31T00:00:00Z",
    "2028-01-31T00:00:00Z, 2028-02-29T00:00:00Z",
    "2026-04-30T00:00:00Z, 2026-05-31T00:00:00Z",
  })
  void anAnchorDoesNotDrift(Instant start, Instant end) {
    Window window = WindowKind.MONTH.containing(start, ZoneId.of("UTC"), 31);
    assertThat(window).isEqualTo(new Window(start, end));
  }
}
