package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.operation.Answer;
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
    stage.runUntil(() -> stage.told.containsKey("second"));
    assertThat(stage.told.get("second"))
        .isInstanceOfSatisfying(
            Answer.Done.class,
            done -> assertThat(done.value()).isInstanceOf(Decided.Allowed.class));

    // then: the former goes on with what it was told.
    stage.runForSeconds(10);
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
}
