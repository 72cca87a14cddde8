package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import org.junit.jupiter.api.Test;

/**
 * An attempt to report comes to nothing, since its wallet has been told that it never will be
 * charged, and a copy of the message that made it comes later. It does not begin again.
 */
final class ReportedAgainTest {

  private static final String KEY = "work";
  private static final String ATTEMPT = Stage.reservation(KEY);

  static final Stage.History CAME_TO_NOTHING =
      new Stage.History(Scenario.REMEMBERED_ALL, ReportedAgainTest::cameToNothing);

  private static final int REMEMBERED = 4;

  /** By now the org has forgotten it, and whoever looked it up has not seen it either. */
  static final Stage.History CHARGED_AND_FORGOTTEN =
      new Stage.History(
          REMEMBERED,
          stage -> {
            stage.report(KEY);
            stage.runUntil(() -> stage.told.containsKey(KEY));
            for (int i = 0; i < 2 * REMEMBERED; i++) {
              String other = "other" + i;
              stage.reserve(other, true);
              stage.runUntil(() -> stage.told.containsKey(other));
            }
            stage.told.remove(KEY);
            stage.report(KEY);
            stage.runUntil(() -> stage.told.containsKey(KEY));
          });

  private static void cameToNothing(Stage stage) {
    // given: the org stops before it hears of its wallet, and finds what it had begun.
    stage.tell(Stage.WALLET, new WalletCommand.Bar(ATTEMPT, null));
    stage.lose((to, message) -> to.kind() == EntityId.Kind.WALLET);
    stage.report(KEY);
    stage.runUntil(() -> stage.world.watch.hasBegun(ATTEMPT));
    stage.crash();
    stage.loseNothing();
    stage.tell(Stage.ORG, new OrgCommand.ViewOrg());
    stage.runUntil(() -> !stage.world.watch.limits(Stage.ORG).isOpen(ATTEMPT));

    // when
    stage.report(KEY);
    stage.runForSeconds(5);
  }

  @Test
  void anAttemptThatCameToNothingDoesNotBeginAgain() {
    Stage.History looked =
        new Stage.History(
            CAME_TO_NOTHING.remembered(),
            stage -> {
              cameToNothing(stage);
              assertThat(stage.told.get(KEY)).isEqualTo(new Answer.Refused<>(Refusal.withdrawn()));
            });
    assertThat(looked.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatMayBeForgottenIsToBeLookedUpAgain() {
    Stage.History looked =
        new Stage.History(
            CHARGED_AND_FORGOTTEN.remembered(),
            stage -> {
              CHARGED_AND_FORGOTTEN.steps().accept(stage);
              assertThat(stage.told.get(KEY))
                  .isEqualTo(new Answer.Refused<>(Refusal.perhapsReported()));
            });
    assertThat(looked.play(Tampering.NONE)).isEmpty();
  }
}
