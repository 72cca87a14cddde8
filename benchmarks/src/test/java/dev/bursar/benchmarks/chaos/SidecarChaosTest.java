package dev.bursar.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a run with sidecars has to have tried. */
final class SidecarChaosTest {

  @Test
  void aQuarterOfTheAnswersWithoutTheNodeComesFromLeases() {
    assertThat(SidecarChaos.isEnough(6, 1_448)).isFalse();
    assertThat(SidecarChaos.isEnough(361, 1_448)).isFalse();
    assertThat(SidecarChaos.isEnough(362, 1_448)).isTrue();
  }

  @Test
  void ofALongOutageOnlyWhatALeaseSurelyLastsIsMeasured() {
    assertThat(SidecarChaos.measured(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
    assertThat(SidecarChaos.measured(Duration.ofSeconds(600))).isEqualTo(Duration.ofMinutes(1));
  }
}
