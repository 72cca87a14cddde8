package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds bugs: each one that is planted, within a few hundred histories. */
final class PlantedBugsTest {

  private static final long SEEDS_MAX = 400;

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(PlantedBug bug) {
    assertThat(found(bug)).as("no history shows it").isPositive();
  }

  private static long found(PlantedBug bug) {
    for (long seed = 1; seed <= SEEDS_MAX; seed++) {
      if (Simulation.run(Scenario.of(seed), bug, null).failed()) {
        return seed;
      }
    }
    return -1;
  }

  @ParameterizedTest
  @EnumSource(names = {"A_COMMIT_ENDS_NO_HOLD", "THE_JOURNAL_TAKES_ROWS_OF_TWO_WRITERS"})
  void whatFailsIsMadeSmallerAndFailsStill(PlantedBug bug) {
    Scenario failing = Scenario.of(found(bug));
    Scenario smallest = Shrinking.smallest(failing, bug);
    assertThat(Simulation.run(smallest, bug, null).failed()).isTrue();
    assertThat(smallest.clients()).isLessThanOrEqualTo(failing.clients());
    assertThat(smallest.operations()).isLessThanOrEqualTo(failing.operations());
    assertThat(failing.faults()).containsAll(smallest.faults());
  }
}
