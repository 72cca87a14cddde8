package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A node that was replaced stores a snapshot after its successor has stored a later one. */
final class LateSnapshotTest {

  /** Again and again, since only some rows are followed by a snapshot, and only some are slow. */
  static final Stage.History OVERTAKEN =
      new Stage.History(Scenario.REMEMBERED_ALL, LateSnapshotTest::overtaken);

  private static final int TIMES = 60;
  private static final long MILLIS = 1_000;

  private static void overtaken(Stage stage) {
    stage.limitTeam(10 * TIMES);
    stage.tell(Stage.WALLET, Stage.granting("more", 10 * TIMES, stage.world.beginning));
    for (int i = 0; i < TIMES && stage.world.watch.violations().isEmpty(); i++) {
      // given: a row of one node, and maybe a snapshot that it is about to store.
      stage.reserve("former" + i, true);
      stage.runFor(30 * MILLIS);

      // when: another takes over at once, writes a row, and maybe stores a snapshot.
      stage.takeOver();
      stage.reserve("latter" + i, true);
      stage.runFor(100 * MILLIS);

      // then: whoever starts comes to the same as the rows.
      stage.crash();
    }
  }

  @Test
  void whatIsStoredLateIsNotWhatIsReadNext() {
    Stage.History looked =
        new Stage.History(
            OVERTAKEN.remembered(),
            stage -> {
              overtaken(stage);
              assertThat(stage.world.watch.seen()).containsKey(Rarity.RECOVERED_FROM_SNAPSHOT);
            });
    assertThat(looked.play(Tampering.NONE)).isEmpty();
  }
}
