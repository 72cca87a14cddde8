package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.EACH_USER;
import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.eachMember;
import static dev.bursar.domain.budget.BudgetWords.figures;
import static dev.bursar.domain.budget.BudgetWords.member;
import static dev.bursar.domain.budget.BudgetWords.named;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.org.OrgWords.acme;
import static dev.bursar.domain.org.OrgWords.budget;
import static dev.bursar.domain.org.OrgWords.put;
import static dev.bursar.domain.org.OrgWords.reserve;
import static dev.bursar.domain.org.OrgWords.subject;
import static dev.bursar.domain.org.OrgWords.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.BudgetWords;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of an org's limits a reservation meets, and what counts against them. */
final class OrgLimitsTest {

  private final OperationMemory memory = OrgWords.memory();
  private final Org org = OrgWords.newOrg(memory);

  private static final Subject ANN = subject("research", "ann");

  private static List<String> ids(List<LimitState> limits) {
    return limits.stream().map(LimitState::budget).toList();
  }

  @Test
  void thePathGoesFromTheUserToTheOrg() {
    acme(org, memory);
    assertThat(org.path(new Subject("acme", "research", "ann", "app", "cc1", "bot")))
        .containsExactly(
            member("ann", "research"),
            BudgetWords.user("ann"),
            EACH_USER,
            eachMember("research"),
            unit(Scope.Type.TEAM, "research"),
            unit(Scope.Type.DEPARTMENT, "science"),
            unit(Scope.Type.DEPARTMENT, "labs"),
            unit(Scope.Type.AGENT, "bot"),
            unit(Scope.Type.PRODUCT, "app"),
            unit(Scope.Type.COST_CENTER, "cc1"),
            ORG);
    assertThat(org.path(Subject.ofOrg("acme"))).containsExactly(ORG);
  }

  @Test
  void aDepartmentCoversEverythingBelowIt() {
    var given =
        acme().after(NOON, budget(daily("labs", unit(Scope.Type.DEPARTMENT, "labs"), "10")));
    given.after(NOON, reserve(ANN, "6"));
    var denied = given.when(reserve(subject("sales", null), "5"), NOON);
    assertThat(ids(denials(denied.reply(OrgReply.Considered.class)))).containsExactly("labs");
  }

  private static List<LimitState> denials(OrgReply.Considered considered) {
    return considered.denials().stream().map(each -> each.limit()).toList();
  }

  @Test
  void everyHardLimitInTheWayIsNamedTheNearestFirst() {
    var denied =
        acme()
            .after(
                NOON,
                budget(daily("org", ORG, "1")),
                budget(daily("labs", unit(Scope.Type.DEPARTMENT, "labs"), "2")),
                budget(daily("roomy", unit(Scope.Type.DEPARTMENT, "science"), "99")),
                budget(BudgetWords.budget("soft", ORG, "1", Budget.Mode.SOFT, WindowKind.DAY)),
                budget(daily("ann", BudgetWords.user("ann"), "3")))
            .when(reserve(ANN, "5"), NOON);
    assertThat(denied.events()).isEmpty();
    assertThat(ids(denials(denied.reply(OrgReply.Considered.class))))
        .containsExactly("ann", "labs", "org");
  }

  @Test
  void theTeamIsAskedAboutItsOwnLimits() {
    var begun =
        acme()
            .after(
                NOON,
                budget(daily("team", unit(Scope.Type.TEAM, "research"), "1")),
                budget(daily("members", eachMember("research"), "1")),
                budget(daily("other", unit(Scope.Type.TEAM, "sales"), "1")),
                budget(daily("org", ORG, "9")))
            .when(reserve(ANN, "5"), NOON);
    Plan plan = begun.reply(OrgReply.Begun.class).plan();
    assertThat(plan.asksTeam()).isTrue();
    assertThat(plan.teamLimits())
        .extracting(l -> l.budget().id())
        .containsExactly("members", "team");
    assertThat(plan.limits().stream().map(BudgetWords::figures)).containsExactly("org 0/5 of 9");
  }

  @Test
  void aClosureSettlesOnceAndADenialTakesTheHoldBack() {
    var given = acme(org, memory).after(NOON, budget(daily("org", ORG, "9")));
    Plan first = given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan();
    var settle =
        new OrgCommand.Settle(Closure.of(first.reservation(), Credits.of(2), Closure.Kind.ENDED));
    given.after(NOON, settle);
    given.when(settle, NOON).thenTold(new OrgReply.Done());
    assertThat(used()).isEqualTo("org 2/0 of 9");
    Plan second = given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan();
    assertThat(used()).isEqualTo("org 2/5 of 9");
    given.after(NOON, new OrgCommand.Deny(second, List.of(), null, 0));
    assertThat(used()).isEqualTo("org 2/0 of 9");
    assertThat(org.open()).isEmpty();
  }

  /** A copy of the request came once its key was forgotten, and found no room. */
  @Test
  void whatIsOpenIsNotDeniedByWhoHasNotBegunIt() {
    var given = acme(org, memory).after(NOON, budget(daily("org", ORG, "9")));
    Plan plan = given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan();
    given
        .when(new OrgCommand.Deny(plan, List.of(), null, OrgCommand.Deny.NOT_BEGUN), NOON)
        .thenRefused(Refusal.Code.RESERVATION_FINALIZED);
    assertThat(used()).isEqualTo("org 0/5 of 9");
  }

  /** A copy of the request came once its key was forgotten, while it was still open. */
  @Test
  void whatIsOpenDoesNotBeginOnceMore() {
    var given = acme(org, memory).after(NOON, budget(daily("org", ORG, "9")));
    var ask = reserve(ANN, "2");
    given.when(ask, NOON).reply(OrgReply.Begun.class);
    given.when(ask, NOON).thenRefused(Refusal.Code.RESERVATION_FINALIZED);
    assertThat(used()).isEqualTo("org 0/2 of 9");
  }

  private String used() {
    return figures(org.tallies().state(named(daily("org", ORG, "9")), NOON));
  }

  @Test
  void movingAUserLeavesWhatWasSpentWhereItWas() {
    Scope science = unit(Scope.Type.DEPARTMENT, "science");
    var given = acme(org, memory).after(NOON, budget(daily("science", science, "9")));
    given.after(NOON, reserve(ANN, "5"), user("ann", "sales"));
    given.after(NOON, put("research", Unit.Kind.TEAM, "labs"));
    assertThat(figures(org.tallies().state(named(daily("science", science, "9")), NOON)))
        .isEqualTo("science 0/5 of 9");
  }
}
