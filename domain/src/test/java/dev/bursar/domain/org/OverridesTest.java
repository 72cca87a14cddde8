package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.PUT;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.figures;
import static dev.bursar.domain.budget.BudgetWords.named;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.budget.BudgetWords.user;
import static dev.bursar.domain.org.OrgWords.acme;
import static dev.bursar.domain.org.OrgWords.budget;
import static dev.bursar.domain.org.OrgWords.reserve;
import static dev.bursar.domain.org.OrgWords.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.BudgetWords;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Limits that are others for a time, scopes that are frozen, budgets that are about to be set. */
final class OverridesTest {

  private static final Subject ANN = subject("research", "ann");
  private static final Scope SCIENCE = unit(Scope.Type.DEPARTMENT, "science");
  private static final Scope LABS = unit(Scope.Type.DEPARTMENT, "labs");
  private static final Instant LATER = NOON.plus(Duration.ofHours(2));

  private final OperationMemory memory = OrgWords.memory();
  private final Org org = OrgWords.newOrg(memory);

  private static OrgCommand override(String id, Scope scope, String limit) {
    return new OrgCommand.PutOverride(
        new LimitOverride(
            id, scope, null, limit == null ? null : Credits.parse(limit), LATER, "because"),
        false,
        "key");
  }

  private static List<String> denied(OrgReply.Considered considered) {
    return considered.denials().stream()
        .map(each -> each.limit() == null ? each.code().word() : each.limit().budget())
        .toList();
  }

  @Test
  void anotherLimitCountsUntilItsTimeIsOver() {
    var given = acme().after(NOON, budget(daily("science", SCIENCE, "5")));
    given.after(NOON, override("more", SCIENCE, "9"));
    Plan plan = given.when(reserve(ANN, "8"), NOON).reply(OrgReply.Begun.class).plan();
    LimitState limit = plan.limits().getFirst();
    assertThat(figures(limit)).isEqualTo("science 0/8 of 9");
    assertThat(limit.override()).isEqualTo("more");
    var over = given.when(reserve(ANN, "1"), LATER).reply(OrgReply.Considered.class);
    assertThat(denied(over)).containsExactly("science");
  }

  @Test
  void aLowerLimitDeniesAndClawsNothingBack() {
    var given = acme().after(NOON, budget(daily("science", SCIENCE, "9")), reserve(ANN, "5"));
    given.after(NOON, override("less", SCIENCE, "3"));
    assertThat(denied(given.when(reserve(ANN, "1"), NOON).reply(OrgReply.Considered.class)))
        .containsExactly("science");
  }

  @Test
  void aSuspensionCoversWhatLiesBelowAndGoesOnCounting() {
    var given =
        acme(org, memory)
            .after(
                NOON,
                budget(daily("labs", LABS, "1")),
                budget(daily("science", SCIENCE, "1")),
                budget(daily("ann", user("ann"), "1")),
                budget(daily("org", ORG, "99")),
                override("off", LABS, null));
    Plan plan = given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan();
    assertThat(plan.limits()).extracting(LimitState::budget).hasSize(4);
    assertThat(figures(org.tallies().state(named(daily("labs", LABS, "1")), NOON)))
        .isEqualTo("labs 0/5 of 1");
    given.after(NOON, new OrgCommand.RemoveOverride("off", false, "key"));
    assertThat(denied(given.when(reserve(ANN, "1"), NOON).reply(OrgReply.Considered.class)))
        .containsExactly("ann", "science", "labs");
  }

  @Test
  void aSuspensionOfADepartmentLeavesTheOrgsLimit() {
    var given = acme().after(NOON, budget(daily("org", ORG, "1")), override("off", SCIENCE, null));
    assertThat(denied(given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Considered.class)))
        .containsExactly("org");
  }

  @Test
  void anOverrideOfAUserIsForItsDefaultsToo() {
    var given =
        acme()
            .after(
                NOON,
                budget(daily("each", BudgetWords.EACH_USER, "1")),
                override("ann", user("ann"), "9"));
    assertThat(given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().limits())
        .extracting(LimitState::override)
        .containsExactly("ann");
    assertThat(
            denied(
                given
                    .when(reserve(subject("research", "ben"), "5"), NOON)
                    .reply(OrgReply.Considered.class)))
        .containsExactly("each");
  }

  @Test
  void anOverrideOfADefaultIsForAllWhomItCounts() {
    var given =
        acme()
            .after(
                NOON,
                budget(daily("each", BudgetWords.EACH_USER, "1")),
                override("more", BudgetWords.EACH_USER, "9"));
    assertThat(given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().limits())
        .extracting(LimitState::override)
        .containsExactly("more");
  }

  @Test
  void aSuspensionOfAUserIsForTheDefaultsOfItsTeamsToo() {
    Scope members = new Scope(Scope.Type.EACH_MEMBER, null, "research");
    var given =
        acme().after(NOON, budget(daily("each", members, "1")), override("off", user("ann"), null));
    var plan = given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan();
    assertThat(plan.teamLimits()).extracting(Budgets.Applicable::override).containsExactly("off");
  }

  @Test
  void aDefaultThatIsLookedAtForNobodyIsSuspendedWithAllBelow() {
    Scope members = new Scope(Scope.Type.EACH_MEMBER, null, "research");
    var given =
        acme().after(NOON, budget(daily("each", members, "1")), override("off", LABS, null));
    var view =
        given
            .when(new OrgCommand.ViewBudget("each", null), NOON)
            .reply(OrgReply.OneBudget.class)
            .budget();
    assertThat(view.applicable().override()).isEqualTo("off");
  }

  @Test
  void ofTwoOverridesTheNearestToTheUserCounts() {
    var given =
        acme()
            .after(
                NOON,
                budget(daily("science", SCIENCE, "1")),
                override("near", SCIENCE, "7"),
                override("far", LABS, null));
    assertThat(given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().limits())
        .extracting(LimitState::override)
        .containsExactly("near");
  }

  @Test
  void whatAnOverrideMayNotBe() {
    var given =
        acme()
            .after(
                NOON,
                budget(daily("a", SCIENCE, "1")),
                budget(
                    new Budget(
                        "b",
                        SCIENCE,
                        "requests",
                        daily("b", SCIENCE, "1").window(),
                        Credits.of(1),
                        Budget.Mode.HARD,
                        Set.of(),
                        Set.of(),
                        List.of(),
                        ZoneOffset.UTC,
                        1)));
    given.when(override("x", SCIENCE, "9"), NOON).thenRefused(Code.INVALID, "budget");
    given.when(override("x", SCIENCE, null), LATER).thenRefused(Code.INVALID, "until");
    given
        .when(override("x", unit(Scope.Type.TEAM, "nobody"), "9"), NOON)
        .thenRefused(Code.UNKNOWN_UNIT, "scope.id");
  }

  private static OrgCommand override(Scope scope, String budget, String limit) {
    return new OrgCommand.PutOverride(
        new LimitOverride(
            "x", scope, budget, limit == null ? null : Credits.parse(limit), LATER, "because"),
        false,
        "key");
  }

  /** The budget it names has to be one that it can change. */
  @Test
  void anOverrideNamesABudgetWithinItsReach() {
    Scope research = unit(Scope.Type.TEAM, "research");
    Scope annAtResearch = new Scope(Scope.Type.USER, "ann", "research");
    var given =
        acme()
            .after(
                NOON,
                budget(daily("of-science", SCIENCE, "1")),
                budget(daily("of-research", research, "1")),
                budget(daily("of-ann", user("ann"), "1")),
                budget(
                    daily("each-member", new Scope(Scope.Type.EACH_MEMBER, null, "research"), "1")),
                budget(daily("of-org", ORG, "1")));
    given.when(override(SCIENCE, "of-science", "9"), NOON).reply(OrgReply.Done.class);
    given.when(override(SCIENCE, "of-research", "9"), NOON).thenRefused(Code.INVALID, "budget");
    given.when(override(SCIENCE, "of-research", null), NOON).reply(OrgReply.Done.class);
    given.when(override(LABS, "of-research", null), NOON).reply(OrgReply.Done.class);
    given.when(override(SCIENCE, "of-ann", null), NOON).reply(OrgReply.Done.class);
    given.when(override(ORG, "of-ann", null), NOON).reply(OrgReply.Done.class);
    given.when(override(user("ann"), "each-member", null), NOON).reply(OrgReply.Done.class);
    given.when(override(annAtResearch, "each-member", "9"), NOON).reply(OrgReply.Done.class);
    given.when(override(research, "of-science", null), NOON).thenRefused(Code.INVALID, "budget");
    given.when(override(SCIENCE, "of-org", null), NOON).thenRefused(Code.INVALID, "budget");
    given.when(override(user("bob"), "of-ann", "9"), NOON).thenRefused(Code.INVALID, "budget");
  }

  @Test
  void aFrozenScopeDeniesEverythingOnItsPath() {
    var given = acme();
    given.after(NOON, new OrgCommand.FreezeScope(new Freeze(SCIENCE, LATER, "runaway"), "key"));
    var considered = given.when(reserve(ANN, "1"), NOON).reply(OrgReply.Considered.class);
    assertThat(considered.denials().getFirst().code()).isEqualTo(DenialCode.FROZEN);
    assertThat(considered.denials().getFirst().scope()).isEqualTo(SCIENCE);
    given.when(reserve(subject("sales", "ben"), "1"), NOON).reply(OrgReply.Begun.class);
    given.when(reserve(ANN, "1"), LATER).reply(OrgReply.Begun.class);
    given.when(OrgWords.remove("science"), NOON).thenRefused(Code.UNIT_IN_USE);
  }

  @Test
  void aBudgetThatIsAboutToBeSetCountsAndDeniesNothing() {
    Budget budget = daily("late", ORG, "6");
    var given = acme(org, memory).after(NOON, reserve(ANN, "5"));
    var drafted = given.when(new OrgCommand.DraftBudget(budget, "1", "key", PUT), NOON);
    assertThat(drafted.reply(OrgReply.Drafted.class).open()).hasSize(1);
    given.after(NOON, new OrgCommand.DraftBudget(budget, "2", "key", PUT), reserve(ANN, "5"));
    assertThat(org.budgets().get("late")).isNull();
    Budget counted = budget.since(org.draft("late").place().sequence());
    assertThat(figures(org.tallies().state(named(counted), NOON))).isEqualTo("late 0/10 of 6");
    OpeningCount before = new OpeningCount("", budget.windowAt(NOON).start(), Credits.parse("0.5"));
    given.after(
        NOON, new OrgCommand.PutBudget(budget, List.of(before), org.draft("late").place(), "key"));
    assertThat(figures(org.tallies().state(named(counted), NOON))).isEqualTo("late 0.5/10 of 6");
    assertThat(denied(given.when(reserve(ANN, "1"), NOON).reply(OrgReply.Considered.class)))
        .containsExactly("late");
  }

  private static OrgCommand settle(String reservation, String charged, Closure.Kind kind) {
    return new OrgCommand.Settle(Closure.of(reservation, Credits.parse(charged), kind));
  }

  /** Something else was taken back meanwhile, by which the expiry was forgotten. */
  @Test
  void whatHadExpiredAndIsForgottenIsNotHeldInABudgetThatIsSet() {
    Budget budget = daily("late", ORG, "6");
    var given = acme(org, memory);
    String lost =
        given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().reservation();
    given.after(NOON, settle(lost, "0", Closure.Kind.EXPIRED));
    Instant longAfter = NOON.plus(Duration.ofDays(3));
    Plan denied = given.when(reserve(ANN, "1"), longAfter).reply(OrgReply.Begun.class).plan();
    given.after(longAfter, new OrgCommand.Deny(denied, List.of(), null, 0));

    var drafted = given.when(new OrgCommand.DraftBudget(budget, "1", "key", PUT), longAfter);
    assertThat(drafted.reply(OrgReply.Drafted.class).open()).isEmpty();
  }

  @Test
  void lateUsageOfWhatHadExpiredCountsAgainstABudgetThatIsSetMeanwhile() {
    // given
    Budget budget = daily("late", ORG, "6");
    var given = acme(org, memory);
    String lost =
        given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().reservation();
    given.after(NOON, settle(lost, "0", Closure.Kind.EXPIRED));
    // when
    var drafted = given.when(new OrgCommand.DraftBudget(budget, "1", "key", PUT), NOON);
    assertThat(drafted.reply(OrgReply.Drafted.class).open())
        .extracting(OpenPart::reservation)
        .containsExactly(lost);
    Place draft = org.draft("late").place();
    given.after(
        NOON,
        new OrgCommand.PutBudget(budget, List.of(), draft, "key"),
        settle(lost, "4", Closure.Kind.LATE));
    // then
    Budget counted = budget.since(draft.sequence());
    assertThat(figures(org.tallies().state(named(counted), NOON))).isEqualTo("late 4/0 of 6");
    assertThat(denied(given.when(reserve(ANN, "3"), NOON).reply(OrgReply.Considered.class)))
        .containsExactly("late");
  }

  /** It is on record, where it is found. */
  @Test
  void lateUsageThatHadComeBeforeABudgetIsDraftedIsCountedByNobodyElse() {
    var given = acme(org, memory);
    String lost =
        given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().reservation();
    given.after(
        NOON, settle(lost, "0", Closure.Kind.EXPIRED), settle(lost, "4", Closure.Kind.LATE));
    var draft = new OrgCommand.DraftBudget(daily("late", ORG, "6"), "1", "key", PUT);
    assertThat(given.when(draft, NOON).reply(OrgReply.Drafted.class).open()).isEmpty();
  }

  @Test
  void whatExpiredIsKnownAfterARestartAndForgottenWhenNoLateUsageCanCome() {
    var given = acme(org, memory);
    String lost =
        given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class).plan().reservation();
    given.after(NOON, settle(lost, "0", Closure.Kind.EXPIRED));
    Org copy = OrgWords.newOrg(memory);
    copy.restore(org.snapshot());
    assertThat(copy.snapshot()).isEqualTo(org.snapshot());
    assertThat(copy.expired()).hasSize(1);
    String next =
        given.when(reserve(ANN, "1"), NOON).reply(OrgReply.Begun.class).plan().reservation();
    given.after(LATER.plusSeconds(1), settle(next, "1", Closure.Kind.COMMITTED));
    assertThat(org.expired()).isEmpty();
  }

  @Test
  void aRequestThatIsOnRecordIsNotDraftedThoughItsBudgetIsGone() {
    Budget budget = daily("late", ORG, "6");
    var given = acme(org, memory);
    OrgCommand put = new OrgCommand.PutBudget(budget, List.of(), null, "key");
    given.when(new Request<>(put, PUT), NOON).reply(OrgReply.Done.class);
    given.after(NOON, new OrgCommand.RemoveBudget("late", "key"));
    given
        .when(new OrgCommand.DraftBudget(budget, "1", "key", PUT), NOON)
        .reply(OrgReply.Done.class);
    assertThat(org.draft("late")).isNull();
  }

  /** What was open then, and where it was drafted, are of one draft: the second is the other's. */
  @Test
  void anAttemptDraftsOnceThoughAnotherHasDraftedMeanwhile() {
    var given = acme(org, memory);
    Budget budget = daily("late", ORG, "6");
    var request =
        new Request<OrgCommand>(
            new OrgCommand.DraftBudget(budget, "1", "key", PUT),
            Operation.ofClient("draft_budget:late/1", "k-1", 0));
    given.when(request, NOON).reply(OrgReply.Drafted.class);
    Place first = org.draft("late").place();
    given.after(NOON, new OrgCommand.DraftBudget(budget, "2", "key", PUT));
    Place other = org.draft("late").place();
    given.after(NOON, reserve(ANN, "5"));
    assertThat(given.when(request, NOON).outcome()).isEqualTo(new Outcome.Stored<>(first, true));
    assertThat(org.draft("late").place()).isEqualTo(other);
    assertThat(given.when(new OrgCommand.ViewDraft("late", "1"), NOON).outcome())
        .isEqualTo(new Outcome.Refused<>(Refusal.overtaken()));
  }

  /** What had ended before the later one is on record, and counts from there. */
  @Test
  void ofTwoAttemptsInOneRowOnlyTheLaterCounts() {
    Budget budget = daily("late", ORG, "6");
    var given = acme(org, memory).after(NOON, reserve(ANN, "5"));
    OrgCommand draft = new OrgCommand.DraftBudget(budget, "1", "key", PUT);
    List<OpenPart> open = given.when(draft, NOON).reply(OrgReply.Drafted.class).open();
    given.given(
        new OrgEvent.BudgetDrafted(NOON, budget, open, "2", "key"),
        new OrgEvent.ReservationSettled(
            NOON,
            new Closure(
                open.getFirst().reservation(),
                Credits.parse("5"),
                Closure.Kind.COMMITTED,
                Map.of()),
            List.of()),
        new OrgEvent.BudgetDrafted(NOON, budget, List.of(), "3", "key"));
    OpeningCount before = new OpeningCount("", budget.windowAt(NOON).start(), Credits.parse("5"));
    Place place = org.draft("late").place();
    given.after(NOON, new OrgCommand.PutBudget(budget, List.of(before), place, "key"));
    Budget counted = budget.since(place.sequence());
    assertThat(figures(org.tallies().state(named(counted), NOON))).isEqualTo("late 5/0 of 6");
  }

  @Test
  void whatIsOpenCountsForTheDepartmentsThatItsTeamLayInWhenItWasMade() {
    var given = acme(org, memory).after(NOON, reserve(ANN, "5"));
    given.after(NOON, OrgWords.put("research", Unit.Kind.TEAM, "labs"));
    var drafted =
        given.when(new OrgCommand.DraftBudget(daily("late", SCIENCE, "6"), "1", "key", PUT), NOON);
    assertThat(drafted.reply(OrgReply.Drafted.class).open()).hasSize(1);
  }

  @Test
  void aDraftOverridesNoDefault() {
    var given = acme(org, memory).after(NOON, budget(daily("each", BudgetWords.EACH_USER, "5")));
    given.after(
        NOON, new OrgCommand.DraftBudget(daily("of-ann", user("ann"), "99"), "1", "key", PUT));
    assertThat(denied(given.when(reserve(ANN, "6"), NOON).reply(OrgReply.Considered.class)))
        .containsExactly("each");
    given.after(NOON, new OrgCommand.RemoveBudget("of-ann", "key"));
    assertThat(org.budgets().drafts()).isEmpty();
  }

  @Test
  void aBudgetThatHasToBeThereIsNotSetAnew() {
    acme()
        .when(
            new OrgCommand.PutBudget(
                daily("gone", ORG, "6"), List.of(), OrgCommand.PutBudget.THERE, "key"),
            NOON)
        .thenRefused(Code.ATTEMPT_WITHDRAWN);
  }

  @Test
  void onlyWhoDraftedLastSetsABudget() {
    Budget budget = daily("late", ORG, "6");
    var given = acme(org, memory).after(NOON, new OrgCommand.DraftBudget(budget, "2", "key", PUT));
    var first = org.draft("late").place();
    given.after(NOON, new OrgCommand.DraftBudget(budget, "3", "other", PUT));
    given
        .when(new OrgCommand.PutBudget(budget, List.of(), first, "key"), NOON)
        .thenRefused(Code.ATTEMPT_WITHDRAWN);
  }
}
