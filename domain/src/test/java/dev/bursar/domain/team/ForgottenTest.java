package dev.bursar.domain.team;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.budget;
import static dev.bursar.domain.budget.BudgetWords.named;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.Effect;
import dev.bursar.domain.protocol.ReservationProtocol;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A team is asked to hold what it has settled so long ago that it has forgotten it: it does not
 * count it a second time.
 */
final class ForgottenTest {

  private static final Instant LONG_AFTER = NOON.plus(Duration.ofHours(1));
  private static final Budgets.Applicable TEN =
      named(budget("b", unit(Scope.Type.TEAM, "research"), "10", Budget.Mode.HARD, WindowKind.DAY));

  /** It remembers one operation. */
  private final OperationMemory memory =
      new OperationMemory(1, Duration.ofDays(1).toNanos() / 1_000);

  private final Team state = new Team(Lateness.ofHolds(Duration.ofHours(2)), memory);
  private final Entity<TeamCommand, TeamEvent, TeamReply> team =
      new Entity<>(new TeamAggregate(state), memory);

  private static TeamCommand hold(String reservation, Origin origin) {
    return new TeamCommand.HoldBudget(
        reservation, Quantities.of(Credits.of(2)), List.of(TEN), origin);
  }

  private static TeamCommand count(String reservation, Origin origin) {
    return new TeamCommand.CountUsage(
        reservation,
        Quantities.of(Credits.of(2)),
        List.of(TEN),
        CountedWork.of(NOON, NOON),
        origin);
  }

  private Outcome<TeamReply> when(String reservation, TeamCommand command, Instant at) {
    return team.decide(List.of(new Request<>(command, Operation.holding(reservation))), at)
        .outcomes()
        .getFirst();
  }

  /** In rows 1 and 2: {@code r1} is held and settled. In row 3: {@code r2} is held. */
  @BeforeEach
  void settledAndForgotten() {
    when("r1", hold("r1", Origin.of(NOON)), NOON);
    team.decide(
        List.of(
            new Request<>(
                new TeamCommand.Settle(Closure.of("r1", Credits.of(2), Closure.Kind.COMMITTED)),
                null)),
        NOON);
    when("r2", hold("r2", Origin.of(NOON)), NOON);
  }

  @Test
  void whatWasSettledIsNotHeldAgain() {
    assertThat(when("r1", hold("r1", Origin.of(NOON)), LONG_AFTER))
        .isEqualTo(new Outcome.Forgotten<>(1));
    assertThat(state.tallies().holds("r1")).isFalse();
  }

  /**
   * The org asked for it by a decision that did not come into its journal. A later one did, and is
   * all that another life of the org knows of.
   */
  @Test
  void whatWasDecidedOnBeforeIsNotHeldAgainByWhoDrivesItOn() {
    ReservationProtocol<String> org = new ReservationProtocol<>();
    org.driveOn(plan("r1", NOON.plusMillis(100)), 0);
    List<Effect<String>> asked =
        org.orgAnswered("r1", new Answer.Done<>(new OrgReply.TakenOver(1), false));
    Request<TeamCommand> hold =
        asked.stream()
            .filter(Effect.AskTeam.class::isInstance)
            .map(each -> ((Effect.AskTeam<String>) each).request())
            .findFirst()
            .orElseThrow();
    assertThat(team.decide(List.of(hold), LONG_AFTER).outcomes())
        .containsExactly(new Outcome.Forgotten<>(1));
  }

  private static Plan plan(String reservation, Instant madeAt) {
    ReserveRequest request =
        new ReserveRequest(
            new Subject("acme", "research", null, null, null, null),
            null,
            null,
            null,
            "main",
            null,
            Credits.of(2),
            "platform",
            300,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of());
    return new Plan(
        reservation,
        request,
        "main",
        "platform",
        Credits.of(2),
        null,
        List.of(),
        List.of(TEN),
        "key1",
        reservation,
        new byte[16],
        List.of(),
        madeAt,
        null);
  }

  @Test
  void usageThatWasCountedIsNotCountedAgain() {
    assertThat(when("r1", count("r1", Origin.of(NOON)), LONG_AFTER))
        .isEqualTo(new Outcome.Forgotten<>(1));
  }

  @Test
  void whatMayHaveBeenHeldIsNotBarred() {
    assertThat(
            team.decide(
                    List.of(new Request<>(new TeamCommand.Bar("r1", Origin.of(NOON)), null)),
                    LONG_AFTER)
                .outcomes())
        .containsExactly(new Outcome.Forgotten<>(1));
  }

  @Test
  void whatMayHaveBeenSettledIsNotTakenBack() {
    assertThat(
            team.decide(
                    List.of(new Request<>(new TeamCommand.Cancel("r1", Origin.of(NOON)), null)),
                    LONG_AFTER)
                .outcomes())
        .containsExactly(new Outcome.Forgotten<>(1));
  }

  @Test
  void whatIsNotInTheJournalIsHeldAsWhatIsNew() {
    Origin sought = Origin.of(NOON).soughtThrough(1);
    assertThat(when("new", hold("new", sought), LONG_AFTER)).isInstanceOf(Outcome.Replied.class);
    assertThat(state.tallies().holds("new")).isTrue();
  }

  @Test
  void whatIsDecidedOnJustNowIsHeld() {
    assertThat(when("new", hold("new", Origin.of(LONG_AFTER)), LONG_AFTER))
        .isInstanceOf(Outcome.Replied.class);
  }

  /** It may be held in other limits than those that are asked for: the journal says in which. */
  @Test
  void whatIsOpenIsLookedForWhenItsHoldIsForgotten() {
    Instant later = NOON.plusSeconds(1);
    when("r3", hold("r3", Origin.of(later)), later);
    assertThat(when("r2", hold("r2", Origin.of(NOON)), LONG_AFTER))
        .isInstanceOf(Outcome.Forgotten.class);
    assertThat(when("r2", count("r2", Origin.of(NOON)), LONG_AFTER))
        .isInstanceOf(Outcome.Forgotten.class);
    assertThat(when("r2", hold("r2", Origin.of(NOON).soughtThrough(3)), LONG_AFTER))
        .isInstanceOf(Outcome.Replied.class);
  }

  /** So that its wallet knows how far to look back. */
  @Test
  void itKnowsWhenWhatIsOpenWasHeld() {
    assertThat(state.open()).containsOnlyKeys("r2").containsValue(NOON);
    Team copy = new Team(Lateness.ofHolds(Duration.ofHours(2)), memory);
    copy.restore(state.snapshot());
    assertThat(copy.open()).isEqualTo(state.open());
  }
}
