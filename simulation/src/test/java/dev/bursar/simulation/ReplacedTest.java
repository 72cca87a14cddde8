package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.Unit;
import org.junit.jupiter.api.Test;

/**
 * A node that was replaced, and does not know, is asked for what needs no row as far as it knows.
 * Nothing would stop it from saying so: it looks at the journal first.
 */
final class ReplacedTest {

  /** It is asked to set what was set like that, and is no longer. */
  static final Stage.History SET_AS_IT_WAS =
      new Stage.History(
          Scenario.REMEMBERED_ALL,
          stage -> {
            SimulatedNode former = stage.owner();
            stage.govern(former, "first", team("green", "Green"));
            stage.takeOver();
            stage.govern(stage.owner(), "second", team("green", "Lime"));
            stage.govern(former, "third", team("green", "Green"));
          });

  /** It is asked to remove what was set since. */
  static final Stage.History REMOVED =
      new Stage.History(
          Scenario.REMEMBERED_ALL,
          stage -> {
            SimulatedNode former = stage.owner();
            stage.takeOver();
            stage.govern(stage.owner(), "first", team("green", "Green"));
            stage.govern(former, "second", new OrgCommand.RemoveUnit("green", "sim"));
          });

  private static OrgCommand team(String id, String name) {
    return new OrgCommand.PutUnit(new Unit(id, Unit.Kind.TEAM, name, null), "sim");
  }

  private static void assertHolds(Stage.History history) {
    Stage.History looked =
        new Stage.History(
            history.remembered(),
            stage -> {
              history.steps().accept(stage);
              assertThat(stage.governed.values()).allMatch(Answer.Done.class::isInstance);
              assertThat(stage.world.watch.seen()).containsKey(Rarity.DOES_NOT_KNOW_OF_THE_NEWEST);
            });
    assertThat(looked.play(Tampering.NONE)).isEmpty();
  }

  @Test
  void whatIsNoLongerSetLikeThatIsSet() {
    assertHolds(SET_AS_IT_WAS);
  }

  @Test
  void whatWasSetSinceIsRemoved() {
    assertHolds(REMOVED);
  }
}
