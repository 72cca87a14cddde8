package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.protocol.BudgetEffect;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityMessage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A budget is set while there is something that it has to count, and that hardly anybody knows. */
final class BudgetsSetMeanwhileTest {

  /** A team holds for a decision that is not on record, and which is made again. */
  static final Stage.History OVER_A_VOID_DECISION =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overAVoidDecision);

  /** What has expired is committed late. */
  static final Stage.History OVER_WHAT_HAD_EXPIRED =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overWhatHadExpired);

  /** The team has on record that it was committed late before it hears of the budget. */
  static final Stage.History OVER_A_LATE_COMMIT =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overALateCommit);

  /** Who asks the org to draft it asks twice; between the two somebody else drafts it. */
  static final Stage.History DRAFTED_TWICE =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::draftedTwice);

  /** Two set it at once: one is overtaken between two steps. */
  static final Stage.History OVERTAKEN =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overtaken);

  /** Who sets it stops once the team has begun to count, and begins anew. */
  static final Stage.History BEGUN_ANEW =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::begunAnew);

  /** The org hears a day late of what has ended at the team; the budget is of days. */
  static final Stage.History OVER_YESTERDAYS =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overYesterdays);

  /** The org has something open of which the team has yet to hear. */
  static final Stage.History OVER_WHAT_THE_TEAM_HAS_YET_TO_HEAR_OF =
      new Stage.History(
          Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overWhatTheTeamHasYetToHearOf);

  /** The clock of whoever sets it shows another day than the org's. */
  static final Stage.History SET_ON_ANOTHER_DAY =
      new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::setOnAnotherDay);

  private static final long HOUR_MICROS = 3_600_000_000L;
  private static final long DAY_MICROS = 24 * HOUR_MICROS;
  private static final Scope ORG_SCOPE = new Scope(Scope.Type.ORG, null, null);

  private static void overAVoidDecision(Stage stage) {
    // given: a node that was replaced decides, the team holds, and the org's row is refused.
    SimulatedNode former = stage.owner();
    stage.reserve("before", false);
    stage.runUntil(() -> stage.told.containsKey("before"));
    stage.takeOver();
    stage.tell(
        Stage.ORG, new OrgCommand.PutUnit(new Unit("blue", Unit.Kind.TEAM, "blue", null), ""));
    stage.reserve(former, "void", false);
    stage.runUntil(() -> stage.world.watch.limits(Stage.TEAM).isOpen(Stage.reservation("void")));
    former.stopAllOf("acme");
    stage.runForSeconds(31);

    // when: a budget is set before the team is told that nothing came of it.
    stage.lose(
        (to, message) ->
            message instanceof EntityMessage.AskFor<?> ask
                && ask.request().command() instanceof WalletCommand.Find);
    stage.set(Stage.budget("red-more", Stage.TEAM_SCOPE, 30));
    stage.reserve("void", false);
    stage.runUntil(() -> stage.told.containsKey("void"));
    stage.loseNothing();

    // then: nothing is charged that the budget does not count.
    if (isAllowed(stage, "void")) {
      stage.commit("void");
    }
    stage.commit("before");
    stage.runForSeconds(10);
  }

  private static boolean isAllowed(Stage stage, String key) {
    return stage.told.get(key) instanceof Answer.Done<Decided> done
        && done.value() instanceof Decided.Allowed;
  }

  private static void overWhatHadExpired(Stage stage) {
    // given
    expired(stage);

    // when
    stage.set(Stage.budget("new-org", ORG_SCOPE, 30));
    stage.set(Stage.budget("new-red", Stage.TEAM_SCOPE, 30));
    stage.commit("lost");

    // then: it counts.
    stage.runForSeconds(10);
  }

  private static void overWhatTheTeamHasForgotten(Stage stage) {
    // given: by a clock that was ahead for a while, the team has forgotten what has expired.
    expired(stage);
    stage.reserve("next", false);
    stage.runUntil(() -> stage.told.containsKey("next"));
    stage.lose(
        (to, message) -> to.equals(Stage.ORG) && message instanceof EntityMessage.TakeClosure);
    stage.owner().jumpClock(HOUR_MICROS);
    stage.tell(Stage.WALLET, new WalletCommand.Wake());
    stage.runUntil(() -> !stage.world.watch.limits(Stage.TEAM).isOpen(Stage.reservation("next")));
    stage.owner().jumpClock(-HOUR_MICROS);
    stage.loseNothing();

    // when: the org has not, and counts it in a budget, should it be committed late.
    stage.set(Stage.budget("new-red", Stage.TEAM_SCOPE, 30));

    // then: the team is told once more that it has expired, and counts nothing.
    stage.runForSeconds(10);
  }

  private static void overALateCommit(Stage stage) {
    // given: the org has not heard of it yet.
    expired(stage);
    stage.lose(
        (to, message) -> to.equals(Stage.ORG) && message instanceof EntityMessage.TakeClosure);
    stage.commit("lost");
    stage.runForSeconds(2);

    // when
    stage.set(Stage.budget("new-org", ORG_SCOPE, 30));
    stage.set(Stage.budget("new-red", Stage.TEAM_SCOPE, 30));
    stage.loseNothing();

    // then: it counts once.
    stage.runForSeconds(10);
  }

  private static void overYesterdays(Stage stage) {
    // given: the team has on record that it was committed, and the org has not until the next day.
    stage.reserve("open", false);
    stage.runUntil(() -> stage.told.containsKey("open"));
    stage.lose(
        (to, message) ->
            (to.equals(Stage.ORG) && message instanceof EntityMessage.TakeClosure)
                || (message instanceof EntityMessage.AskFor<?> ask
                    && ask.request().command() instanceof WalletCommand.Find));
    stage.commit("open");
    stage.runUntil(() -> !stage.world.watch.limits(Stage.TEAM).isOpen(Stage.reservation("open")));
    stage.jump(Duration.ofDays(1).toSeconds());

    // when: it hears of that once the budget is drafted.
    Budget budget = Stage.budget("new-red", Stage.TEAM_SCOPE, WindowKind.DAY, 30);
    StagedBudget setting = new StagedBudget(stage, budget, "late");
    setting.step();
    stage.loseNothing();
    setting.finish();

    // then: it counts in its own day.
    stage.runForSeconds(10);
  }

  private static void overWhatTheTeamHasYetToHearOf(Stage stage) {
    // given
    stage.lose(
        (to, message) ->
            message instanceof EntityMessage.AskFor<?> ask
                && ask.request().command() instanceof TeamCommand.HoldBudget);
    stage.reserve("late", false);
    stage.runUntil(() -> stage.world.watch.limits(Stage.ORG).isOpen(Stage.reservation("late")));
    Budget budget = Stage.budget("new-red", Stage.TEAM_SCOPE, 30);
    StagedBudget setting = new StagedBudget(stage, budget, "set");
    while (!(setting.wanted() instanceof BudgetEffect.FindUsed)) {
      setting.step();
    }

    // when: it hears of that once it has been looked what has become of it.
    setting.step();
    stage.loseNothing();
    setting.finish();
    stage.runUntil(() -> stage.told.containsKey("late"));

    // then: it counts.
    assertThat(isAllowed(stage, "late")).isTrue();
    stage.commit("late");
    stage.runForSeconds(10);
  }

  private static void setOnAnotherDay(Stage stage) {
    // given: something has been used today.
    stage.reserve("used", true);
    stage.runUntil(() -> stage.told.containsKey("used"));
    stage.runForSeconds(2);
    Budget budget = Stage.budget("new-org", ORG_SCOPE, WindowKind.DAY, 30);
    StagedBudget setting = new StagedBudget(stage, budget, "set");
    while (!(setting.wanted() instanceof BudgetEffect.FindUsedBefore)) {
      setting.step();
    }

    // when
    stage.owner().jumpClock(DAY_MICROS);
    setting.step();
    stage.owner().jumpClock(-DAY_MICROS);
    setting.finish();

    // then: it counts.
    stage.runForSeconds(10);
  }

  private static void draftedTwice(Stage stage) {
    // given: something is open.
    stage.reserve("open", false);
    stage.runUntil(() -> stage.told.containsKey("open"));
    Budget budget = Stage.budget("new-red", Stage.TEAM_SCOPE, 30);
    StagedBudget setting = new StagedBudget(stage, budget, "try");
    StagedBudget other = new StagedBudget(stage, budget, "other");
    BudgetEffect.AskOrg draft = (BudgetEffect.AskOrg) setting.tampered();

    // when: it ends between the one request and its copy, and somebody else drafts.
    setting.step(
        () -> {
          stage.commit("open");
          stage.runUntil(
              () -> !stage.world.watch.limits(Stage.ORG).isOpen(Stage.reservation("open")));
          other.step();
          stage.<OrgCommand, OrgReply>ask(Stage.ORG, draft.request(), answer -> {});
          stage.runForSeconds(1);
        });

    // then: it counts once, whoever sets it.
    setting.finish();
    other.finish();
    stage.runForSeconds(10);
  }

  private static void overtaken(Stage stage) {
    // given: something is open.
    stage.reserve("open", false);
    stage.runUntil(() -> stage.told.containsKey("open"));
    Budget budget = Stage.budget("new-red", Stage.TEAM_SCOPE, 30);
    StagedBudget one = new StagedBudget(stage, budget, "one");
    StagedBudget other = new StagedBudget(stage, budget, "other");

    // when: it ends between the draft of the one and that of the other.
    one.step(
        () -> {
          stage.commit("open");
          stage.runUntil(
              () -> !stage.world.watch.limits(Stage.ORG).isOpen(Stage.reservation("open")));
          other.step();
        });

    // then: it counts once, whoever sets it.
    one.finish();
    other.finish();
    stage.runForSeconds(10);
  }

  private static void begunAnew(Stage stage) {
    // given: something is open, and the team counts it for somebody.
    stage.reserve("open", false);
    stage.runUntil(() -> stage.told.containsKey("open"));
    Budget budget = Stage.budget("new-red", Stage.TEAM_SCOPE, 30);
    StagedBudget first = new StagedBudget(stage, budget, "first");
    while (!(first.wanted() instanceof BudgetEffect.AskTeam)) {
      first.step();
    }
    first.step();

    // when
    new StagedBudget(stage, budget, "again").finish();

    // then: it counts for whoever begins after that.
    stage.runForSeconds(10);
    stage.commit("open");
    stage.runForSeconds(10);
  }

  private static void askedOfAFormerTeam(Stage stage) {
    // given: a team counts for a budget, and does not know what had been used before it.
    stage.reserve("used", true);
    stage.reserve("open", false);
    stage.runUntil(() -> stage.told.containsKey("used") && stage.told.containsKey("open"));
    stage.runForSeconds(2);
    StagedBudget setting =
        new StagedBudget(stage, Stage.budget("new-red", Stage.TEAM_SCOPE, 30), "set");
    while (!(setting.wanted() instanceof BudgetEffect.AskTeam)) {
      setting.step();
    }
    setting.step();
    SimulatedNode former = stage.owner();

    // when: another node learns that, and the former is asked.
    stage.takeOver();
    setting.finish();
    AtomicBoolean asked = new AtomicBoolean();
    stage.lose(
        (to, message) -> {
          boolean crosses =
              message instanceof EntityMessage.AskFor<?> ask
                  && ask.request().command() instanceof TeamCommand.CheckBudget
                  && asked.compareAndSet(false, true);
          if (crosses) {
            former.deliver(to, message);
          }
          return crosses;
        });
    stage.askWhether("question");
    stage.runUntil(() -> stage.told.containsKey("question"));

    // then: it tells what it knows.
    assertThat(asked).isTrue();
    assertThat(isAllowed(stage, "question")).isTrue();
    stage.commit("open");
    stage.runForSeconds(10);
  }

  private static void expired(Stage stage) {
    stage.reserve("lost", false);
    stage.runUntil(() -> stage.told.containsKey("lost"));
    stage.jump(301);
    stage.runUntil(() -> !stage.world.watch.limits(Stage.ORG).isOpen(Stage.reservation("lost")));
    stage.runUntil(() -> !stage.world.watch.limits(Stage.TEAM).isOpen(Stage.reservation("lost")));
  }

  @Test
  void anAttemptThatAsksTwiceDraftsOnce() {
    assertThat(DRAFTED_TWICE.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatEndsBetweenTwoDraftsCountsOnce() {
    assertThat(OVERTAKEN.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatIsOpenCountsForWhoeverBeginsAnew() {
    assertThat(BEGUN_ANEW.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatIsHeldForAVoidDecisionIsWithdrawn() {
    Stage.History looked =
        new Stage.History(
            OVER_A_VOID_DECISION.remembered(),
            stage -> {
              overAVoidDecision(stage);
              assertThat(isAllowed(stage, "void")).isFalse();
            });
    assertThat(looked.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whoIsBehindTellsInADryRunWhatItStoodAtBefore() {
    Stage.History asked =
        new Stage.History(Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::askedOfAFormerTeam);
    assertThat(asked.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatTheTeamHasYetToHearOfCounts() {
    assertThat(OVER_WHAT_THE_TEAM_HAS_YET_TO_HEAR_OF.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatHasEndedCountsInTheWindowOfTheOrgsClock() {
    assertThat(SET_ON_ANOTHER_DAY.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatHadExpiredCountsWhereItIsCommittedLate() {
    assertThat(OVER_WHAT_HAD_EXPIRED.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatTheTeamHasForgottenMayExpireOnceMore() {
    Stage.History forgotten =
        new Stage.History(
            Scenario.REMEMBERED_ALL, BudgetsSetMeanwhileTest::overWhatTheTeamHasForgotten);
    assertThat(forgotten.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatTheTeamAloneKnowsOfALateCommitCountsOnce() {
    assertThat(OVER_A_LATE_COMMIT.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatWasOpenWhenItWasDraftedCountsInItsOwnWindow() {
    assertThat(OVER_YESTERDAYS.play(Tampering.NONE)).isEmpty();
  }
}
