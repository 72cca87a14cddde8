package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.entities.EntityMessage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Two nodes drive one reservation, one after the other. The first has been told no, and hears of it
 * when the second has been told yes: it brings nothing to an end that is no longer its own.
 */
final class TakenOverTest {

  private static final long SECOND = 1_000_000;

  /** Whoever looks in the org's journal who has taken it over denies nothing. */
  static final Stage.History A_LATE_NO =
      new Stage.History(Scenario.REMEMBERED_ALL, TakenOverTest::aLateNo);

  /** A team of which another incarnation has gone on says no to what the other holds. */
  static final Stage.History A_NO_OF_A_FORMER_TEAM =
      new Stage.History(Scenario.REMEMBERED_ALL, TakenOverTest::aNoOfAFormerTeam);

  private static void aLateNo(Stage stage) {
    // given: the team has no room, and whoever asks stands still before it hears of that.
    stage.limitTeam(1);
    stage.reserve("first", false);
    stage.runUntil(() -> stage.told.containsKey("first"));
    SimulatedNode former = stage.owner();
    AtomicBoolean denied = new AtomicBoolean();
    stage.lose(
        (to, message) -> {
          if (isNo(message)) {
            denied.set(true);
            former.pause(SECOND);
          }
          return false;
        });
    stage.reserve("second", false);
    stage.runUntil(denied::get);
    stage.loseNothing();

    // when: another node takes over, there is room, and the client asks again.
    stage.takeOver();
    stage.release("first");
    stage.runUntil(() -> !stage.world.watch.limits(Stage.TEAM).isOpen(Stage.reservation("first")));
    stage.reserve("second", false);
    assertAllowed(stage, "second");

    // then: the former goes on with what it was told.
    stage.runForSeconds(10);
  }

  private static void aNoOfAFormerTeam(Stage stage) {
    // given: by what a node knows that was replaced, the team has no room. It has, and holds.
    stage.limitTeam(1);
    stage.reserve("first", false);
    stage.runUntil(() -> stage.told.containsKey("first"));
    SimulatedNode former = stage.owner();
    stage.takeOver();
    stage.release("first");
    stage.runUntil(() -> !stage.world.watch.limits(Stage.TEAM).isOpen(Stage.reservation("first")));
    stage.reserve("second", false);
    assertAllowed(stage, "second");

    // when: the org starts again, and what it asks comes to the former node.
    stage.crash();
    AtomicBoolean asked = new AtomicBoolean();
    stage.lose(
        (to, message) -> {
          boolean crosses =
              message instanceof EntityMessage.AskFor<?> ask
                  && ask.request().command() instanceof TeamCommand.HoldBudget
                  && asked.compareAndSet(false, true);
          if (crosses) {
            former.deliver(to, message);
          }
          return crosses;
        });
    stage.told.remove("second");
    stage.reserve("second", false);
    stage.runUntil(() -> asked.get() && stage.told.containsKey("second"));

    // then: whoever asks again is told the same.
    stage.runForSeconds(10);
  }

  private static void assertAllowed(Stage stage, String key) {
    stage.runUntil(() -> stage.told.containsKey(key));
    assertThat(stage.told.get(key))
        .isInstanceOfSatisfying(
            Answer.Done.class,
            done -> assertThat(done.value()).isInstanceOf(Decided.Allowed.class));
  }

  private static boolean isNo(EntityMessage message) {
    return message instanceof EntityMessage.TeamAnswered it
        && it.reservation().equals(Stage.reservation("second"))
        && it.answer() instanceof Answer.Done<TeamReply>(TeamReply reply, boolean again)
        && reply instanceof TeamReply.NotHeld;
  }

  @Test
  void aLateNoOfTheFormerDriverDeniesNothing() {
    assertThat(A_LATE_NO.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void aNoOfAFormerTeamDeniesNothing() {
    Stage.History looked =
        new Stage.History(
            A_NO_OF_A_FORMER_TEAM.remembered(),
            stage -> {
              aNoOfAFormerTeam(stage);
              assertAllowed(stage, "second");
            });
    assertThat(looked.play(Tampering.NONE)).isEmpty();
  }
}
