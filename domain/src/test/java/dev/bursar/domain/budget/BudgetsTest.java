package dev.bursar.domain.budget;

import static dev.bursar.domain.budget.BudgetWords.EACH_USER;
import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.budget;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.demand;
import static dev.bursar.domain.budget.BudgetWords.eachMember;
import static dev.bursar.domain.budget.BudgetWords.filtered;
import static dev.bursar.domain.budget.BudgetWords.member;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.budget.BudgetWords.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which budgets a demand falls under. */
final class BudgetsTest {

  private static final List<Scope> PATH =
      List.of(member("ann", "research"), user("ann"), EACH_USER, eachMember("research"), ORG);

  private final Budgets budgets = new Budgets();

  private List<String> applicable(Demand demand) {
    return in(demand, false);
  }

  /** Those that go on counting under a named budget. */
  private List<String> counting(Demand demand) {
    return in(demand, true);
  }

  private List<String> in(Demand demand, boolean counting) {
    return budgets.applicable(demand).stream()
        .map(Budgets.Applicable::budget)
        .filter(each -> counting == (each.mode() == Budget.Mode.SHADOW))
        .map(Budget::id)
        .toList();
  }

  private static LimitState figures(Budget budget, Scope counted) {
    return new Tallies(Lateness.ofHolds(Duration.ofHours(2)))
        .state(new Budgets.Applicable(budget, counted), NOON);
  }

  @Test
  void figuresAreOfTheBudgetThatWasSetThenAndOfWhomItCountsFor() {
    for (Scope scope :
        List.of(ORG, user("ann"), member("ann", "research"), unit(Scope.Type.TEAM, "research"))) {
      Budget budget = daily("b", scope, "9").since(7L);
      Budgets.Applicable asked = new Budgets.Applicable(budget, scope);
      assertThat(asked.isOf(figures(budget, scope))).isTrue();
      assertThat(asked.isOf(figures(budget.since(8L), scope))).isFalse();
      assertThat(asked.isOf(figures(daily("c", scope, "9").since(7L), scope))).isFalse();
    }
    for (Scope each : List.of(EACH_USER, eachMember("research"))) {
      Budget budget = daily("b", each, "9").since(7L);
      Budgets.Applicable asked = new Budgets.Applicable(budget, each.countedFor("ann"));
      assertThat(asked.isOf(figures(budget, each.countedFor("ann")))).isTrue();
      assertThat(asked.isOf(figures(budget, each.countedFor("bob")))).isFalse();
    }
  }

  @Test
  void thoseOnThePathTheNearestFirst() {
    budgets.put(daily("org", ORG, "9"));
    budgets.put(daily("team", unit(Scope.Type.TEAM, "other"), "9"));
    budgets.put(daily("ann", user("ann"), "9"));
    assertThat(applicable(demand("ann", PATH))).containsExactly("ann", "org");
    assertThat(applicable(demand(null, List.of(ORG)))).containsExactly("org");
  }

  @Test
  void aDefaultCountsForEachUserAlone() {
    budgets.put(daily("each", EACH_USER, "9"));
    var found = budgets.applicable(demand("ann", PATH)).getFirst();
    assertThat(found.counted()).isEqualTo(user("ann"));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # named for, window, which apply
          user,        DAY,    named
          user,        MONTH,  named each
          member,      DAY,    named each
          other,       DAY,    each
          """)
  void aNamedBudgetOverridesTheDefaultOfItsScopeAndWindow(
      String scope, WindowKind window, String expected) {
    Scope named =
        switch (scope) {
          case "user" -> user("ann");
          case "member" -> member("ann", "research");
          default -> user("bob");
        };
    budgets.put(daily("each", EACH_USER, "9"));
    budgets.put(budget("named", named, "99", Budget.Mode.HARD, window));
    assertThat(applicable(demand("ann", PATH))).containsExactly(expected.split(" "));
  }

  @Test
  void aBudgetForAMemberOverridesTheDefaultForEachMember() {
    budgets.put(daily("each", eachMember("research"), "9"));
    budgets.put(daily("named", member("ann", "research"), "99"));
    assertThat(applicable(demand("ann", PATH))).containsExactly("named");
    assertThat(counting(demand("ann", PATH))).containsExactly("each");
    budgets.remove("named");
    assertThat(applicable(demand("ann", PATH))).containsExactly("each");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # credit type, feature, model, counts
          platform,      chat,    big,   true
          platform,      code,    big,   true
          platform,      search,  big,   false
          platform,      -,       big,   false
          platform,      chat,    small, false
          platform,      chat,    -,     false
          image,         chat,    big,   false
          """)
  void filtersSayWhatCounts(String creditType, String feature, String model, boolean counts) {
    budgets.put(
        filtered(
            "b",
            ORG,
            "9",
            Budget.Mode.HARD,
            WindowKind.DAY,
            Set.of("chat", "code"),
            Set.of("big")));
    var found =
        budgets.applicable(
            new Demand(
                List.of(ORG), null, creditType, Quantities.of(Credits.of(1)), feature, model));
    assertThat(!found.isEmpty()).isEqualTo(counts);
  }

  @Test
  void aBudgetIsReplacedAndRemovedByName() {
    budgets.put(daily("b", ORG, "9"));
    budgets.put(daily("b", ORG, "8"));
    assertThat(budgets.applicable(demand(null, List.of(ORG))).getFirst().budget().limit())
        .hasToString("8");
    assertThat(budgets.all()).hasSize(1);
    budgets.remove("b");
    assertThat(budgets.has(ORG)).isFalse();
    assertThat(applicable(demand(null, List.of(ORG)))).isEmpty();
  }

  @Test
  void aBudgetOfAnotherScopeCountsForThatAlone() {
    budgets.put(daily("b", ORG, "9"));
    budgets.put(daily("b", user("ann"), "9"));
    assertThat(applicable(demand("bob", List.of(user("bob"), ORG)))).isEmpty();
    assertThat(applicable(demand("ann", PATH))).containsExactly("b");
    assertThat(budgets.has(ORG)).isFalse();
  }

  @Test
  void aChangedBudgetKeepsItsPlace() {
    budgets.put(daily("a", ORG, "9"));
    budgets.put(daily("b", ORG, "9"));
    budgets.put(daily("a", ORG, "8"));
    assertThat(applicable(demand(null, List.of(ORG)))).containsExactly("a", "b");
  }
}
