package dev.bursar.domain.team;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.budget;
import static dev.bursar.domain.budget.BudgetWords.figures;
import static dev.bursar.domain.budget.BudgetWords.named;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.enforcement.DenialCode.BUDGET_EXCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a team lets its members use. */
final class TeamTest {

  private static final Scope RESEARCH = unit(Scope.Type.TEAM, "research");

  private final OperationMemory memory = new OperationMemory(100, Long.MAX_VALUE);
  private final Team state = new Team(Lateness.ofHolds(Duration.ofHours(2)), memory);
  private final TeamAggregate aggregate = new TeamAggregate(state);
  private final Given<TeamCommand, TeamEvent, TeamReply> team = Given.nothing(aggregate, memory);

  private static Budgets.Applicable limit(String id, String limit, Budget.Mode mode) {
    return named(budget(id, RESEARCH, limit, mode, WindowKind.DAY));
  }

  private static final Budgets.Applicable TEN = limit("b", "10", Budget.Mode.HARD);

  private static TeamCommand hold(String reservation, String amount, Budgets.Applicable... limits) {
    return new TeamCommand.HoldBudget(
        reservation, Quantities.of(Credits.parse(amount)), List.of(limits), Origin.of(NOON));
  }

  private String used() {
    return figures(state.tallies().state(TEN, NOON));
  }

  @Test
  void budgetIsSetAsideUpToTheLimit() {
    team.after(NOON, hold("r1", "6", TEN), hold("r2", "4", TEN));
    assertThat(used()).isEqualTo("b 0/10 of 10");
  }

  @Test
  void aLeaseThatHoldsLessGoesOnHoweverOftenThatIsTold() {
    team.after(NOON, hold("r1", "6", TEN));
    var less = new TeamCommand.Settle(Closure.shrunk("r1", Credits.parse("2")));
    team.after(NOON, less, less, new TeamCommand.Settle(Closure.shrunk("r1", Credits.parse("1"))));
    assertThat(used()).isEqualTo("b 0/4 of 10");
    team.when(new TeamCommand.Settle(Closure.shrunk("r2", Credits.parse("1"))), NOON).then();
    team.after(NOON, hold("r2", "1", TEN));
    assertThat(used()).isEqualTo("b 0/5 of 10");
  }

  @Test
  void oneMillionthMoreIsDenied() {
    team.after(NOON, hold("r1", "6", TEN));
    var denied = team.when(hold("r2", "4.000001", TEN), NOON).reply(TeamReply.NotHeld.class);
    assertThat(denied.denials().getFirst().code()).isEqualTo(BUDGET_EXCEEDED);
    assertThat(figures(denied.denials().getFirst().limit())).isEqualTo("b 0/6 of 10");
  }

  @Test
  void workThatHasRunCountsThoughByTheTeamsClockItsDayHasNotBegun() {
    Instant tomorrow = NOON.plus(Duration.ofDays(1));
    var reply =
        team.when(
                new TeamCommand.CountUsage(
                    "r1",
                    Quantities.of(Credits.parse("9")),
                    List.of(TEN),
                    CountedWork.of(tomorrow, tomorrow),
                    Origin.of(NOON)),
                NOON)
            .reply(TeamReply.Held.class);
    assertThat(reply.limits()).hasSize(1);
    assertThat(figures(state.tallies().state(TEN, tomorrow))).isEqualTo("b 0/9 of 10");
  }

  @Test
  void workThatHasRunCountsWhateverTheLimit() {
    team.after(NOON, hold("r1", "6", TEN));
    var reply =
        team.when(
                new TeamCommand.CountUsage(
                    "r2",
                    Quantities.of(Credits.parse("9")),
                    List.of(TEN),
                    CountedWork.of(NOON, NOON),
                    Origin.of(NOON)),
                NOON)
            .reply(TeamReply.Held.class);
    assertThat(figures(reply.limits().getFirst())).isEqualTo("b 0/15 of 10");
    team.when(hold("r3", "0.000001", TEN), NOON).reply(TeamReply.NotHeld.class);
  }

  /** Told of so late that it counts now, it is still no work of this minute. */
  @ParameterizedTest
  @CsvSource({"MINUTE, false", "HOUR, false", "DAY, true", "MONTH, true"})
  void whatIsToldOfLateUsesUpTotalsAndNoRates(WindowKind window, boolean counts) {
    var limit = named(budget("b", RESEARCH, "10", Budget.Mode.HARD, window));
    var reply =
        team.when(
                new TeamCommand.CountUsage(
                    "r1",
                    Quantities.of(Credits.parse("9")),
                    List.of(limit),
                    CountedWork.of(NOON, NOON.minus(Duration.ofDays(7))),
                    Origin.of(NOON)),
                NOON)
            .reply(TeamReply.Held.class);
    assertThat(reply.limits()).hasSize(counts ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({"HARD, false", "SOFT, true", "SHADOW, true"})
  void onlyAHardLimitDenies(Budget.Mode mode, boolean held) {
    var reply = team.when(hold("r", "11", limit("b", "10", mode)), NOON);
    assertThat(!reply.events().isEmpty()).isEqualTo(held);
  }

  @ParameterizedTest
  @CsvSource({"MINUTE, RATE_LIMITED", "DAY, BUDGET_EXCEEDED", "LIFETIME, BUDGET_EXCEEDED"})
  void aRateIsDeniedAsSuch(WindowKind window, DenialCode code) {
    var limit = named(budget("b", RESEARCH, "1", Budget.Mode.HARD, window));
    var denied = team.when(hold("r", "2", limit), NOON).reply(TeamReply.NotHeld.class);
    assertThat(denied.denials().getFirst().code()).isEqualTo(code);
  }

  @Test
  void everyLimitInTheWayIsNamedAndNoneIsTouched() {
    var small = limit("small", "1", Budget.Mode.HARD);
    var denied = team.when(hold("r", "11", small, TEN), NOON).reply(TeamReply.NotHeld.class);
    assertThat(denied.denials()).extracting(d -> d.limit().budget()).containsExactly("small", "b");
    assertThat(used()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void aHoldThatIsOpenIsNotMadeAgain() {
    team.after(NOON, hold("r", "4", TEN));
    var again = team.when(hold("r", "4", TEN), NOON);
    assertThat(again.events()).isEmpty();
    assertThat(again.reply(TeamReply.Held.class).limits()).hasSize(1);
    assertThat(used()).isEqualTo("b 0/4 of 10");
  }

  @Test
  void whatHasExpiredIsKnownByThatThoughItsHoldIsForgotten() {
    Closure expired = Closure.of("r1", Credits.ZERO, Closure.Kind.EXPIRED);
    team.after(NOON, hold("r1", "6", TEN), new TeamCommand.Settle(expired));
    assertThat(memory.find(Operation.holding("r1"))).isNull();
    team.when(new TeamCommand.Settle(expired), NOON).then();
    assertThat(used()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void aClosureSettlesOnce() {
    var closure = Closure.of("r", Credits.of(2), Closure.Kind.ENDED);
    team.after(NOON, hold("r", "6", TEN));
    team.when(new TeamCommand.Settle(closure), NOON)
        .then(new TeamEvent.BudgetSettled(NOON, closure, List.of()));
    assertThat(used()).isEqualTo("b 2/0 of 10");
  }

  /** A hold that comes later would never be told of its end. */
  @Test
  void aClosureThatOvertakesItsHoldBarsIt() {
    var closure = Closure.of("r", Credits.ZERO, Closure.Kind.EXPIRED);
    team.when(new TeamCommand.Settle(closure), NOON).then(new TeamEvent.BudgetBarred(NOON, "r"));
  }

  @Test
  void whatIsNotHeldIsBarredAndWhatWasIsTold() {
    Entity<TeamCommand, TeamEvent, TeamReply> entity = new Entity<>(aggregate, memory);
    entity.decide(
        List.of(
            new Request<>(hold("held", "6", TEN), Operation.holding("held")),
            new Request<>(new TeamCommand.Bar("never", Origin.of(NOON)), null)),
        NOON);
    var outcomes =
        entity.decide(
            List.of(
                new Request<>(new TeamCommand.Bar("held", Origin.of(NOON)), null),
                new Request<>(hold("never", "1", TEN), Operation.holding("never"))),
            NOON);
    assertThat(outcomes.batch()).isNull();
    assertThat(outcomes.outcomes()).allMatch(each -> each instanceof Outcome.Stored);
    assertThat(used()).isEqualTo("b 0/6 of 10");
  }

  @Test
  void lateUsageOfWhatHasExpiredCountsAgainstABudgetThatIsSetMeanwhile() {
    // given
    team.after(NOON, hold("r", "6", TEN), settle("r", "0", Closure.Kind.EXPIRED));
    // when
    Budget budget = limit("after", "10", Budget.Mode.HARD).budget().since(7L);
    OpenPart part =
        new OpenPart("r", "", budget.windowAt(NOON).start(), Credits.of(6), Map.of(), true);
    OpenPart unknown =
        new OpenPart("s", "", budget.windowAt(NOON).start(), Credits.of(6), Map.of(), true);
    var counting =
        team.when(new TeamCommand.StartCounting(budget, List.of(part, unknown)), NOON)
            .reply(TeamReply.Counting.class);
    assertThat(counting.unknown()).containsExactly("s");
    team.after(NOON, settle("r", "5", Closure.Kind.LATE));
    // then
    assertThat(figures(state.tallies().state(named(budget), NOON))).isEqualTo("after 5/0 of 10");
    assertThat(used()).isEqualTo("b 5/0 of 10");
  }

  /** Wallets tell of each, since a budget may have been set over it. */
  @Test
  void lateUsageOfWhatWasNeverCountedIsNoNews() {
    team.after(NOON, hold("r", "6", TEN));
    assertThat(team.when(settle("never", "5", Closure.Kind.LATE), NOON).outcome())
        .as("unless the journal has something newer: the wallet tells no more then")
        .isEqualTo(new Outcome.Unchanged<>(new TeamReply.Done()));
    assertThat(used()).isEqualTo("b 0/6 of 10");
  }

  @Test
  void whoSetsABudgetBeginsAnewWhereALaterDraftIsHeldInThoughThatCameToNothing() {
    // given: an org drafts it once more, in a row that is refused, and has the team hold in it.
    Budget budget = limit("new", "10", Budget.Mode.HARD).budget();
    team.after(NOON, hold("r1", "6", named(budget.since(44L))), new TeamCommand.Cancel("r1", null));

    // then: the draft before is not said to be counted for, and the next one is.
    var earlier = new TeamCommand.StartCounting(budget.since(39L), List.of());
    assertThat(team.when(earlier, NOON).refusal()).isEqualTo(Refusal.overtaken());
    var before = new TeamCommand.CountBefore(budget.since(39L), List.of());
    assertThat(team.when(before, NOON).refusal()).isEqualTo(Refusal.overtaken());
    var later = new TeamCommand.StartCounting(budget.since(47L), List.of());
    team.when(later, NOON).reply(TeamReply.Counting.class);
  }

  private static TeamCommand settle(String reservation, String charged, Closure.Kind kind) {
    return new TeamCommand.Settle(Closure.of(reservation, Credits.parse(charged), kind));
  }

  @Test
  void aCancellationTakesTheHoldBack() {
    team.after(NOON, hold("r", "6", TEN), new TeamCommand.Cancel("r", null));
    assertThat(used()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void aCancellationThatOvertakesItsHoldBarsIt() {
    Entity<TeamCommand, TeamEvent, TeamReply> entity = new Entity<>(aggregate, memory);
    entity.decide(List.of(new Request<>(new TeamCommand.Cancel("r", null), null)), NOON);
    var request = new Request<>(hold("r", "6", TEN), Operation.holding("r"));
    var outcome = entity.decide(List.of(request), NOON).outcomes().getFirst();
    assertThat(outcome).isInstanceOf(Outcome.Stored.class);
    assertThat(used()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void aQuestionChangesNothing() {
    var ask = new TeamCommand.CheckBudget(Quantities.of(Credits.of(6)), List.of(TEN));
    assertThat(team.when(ask, NOON).events()).isEmpty();
    assertThat(used()).isEqualTo("b 0/0 of 10");
  }

  @Test
  void aSnapshotHoldsAllOfIt() {
    team.after(NOON, hold("r", "6", TEN));
    Team copy = new Team(Lateness.ofHolds(Duration.ofHours(2)), memory);
    copy.restore(state.snapshot());
    assertThat(copy.snapshot()).isEqualTo(state.snapshot());
  }
}
