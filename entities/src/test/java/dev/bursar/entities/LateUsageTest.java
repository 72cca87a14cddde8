package dev.bursar.entities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Lateness;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LateUsageTest {

  /**
   * A wallet may take it at the very end of grace, and tell an org or a team that is replaced
   * before it has written that: whoever takes its place asks when it looks again.
   */
  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT1S", "PT1M", "PT14M", "PT1H", "P3D"})
  void itIsStillAskedAboutWhenAnEntityLooksAgain(Duration grace) {
    Lateness lateness = Lateness.of(grace, Duration.ZERO, Duration.ZERO);
    assertThat(lateness.lateFor().minus(grace))
        .isGreaterThan(RunningEntity.LOOK_AGAIN.multipliedBy(2))
        .isGreaterThanOrEqualTo(grace);
  }
}
