package dev.bursar.sidecar.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** However decisions, reports, answers that are lost or late, clocks and crashes interleave. */
final class NeverTooMuchTest {

  private static final int SEEDS = 400;

  @Test
  void moreThanWhatIsGrantedIsNeverDecided() {
    Cut counts = new Cut();
    for (int seed = 1; seed <= SEEDS; seed++) {
      new Interleaving(seed, counts).run();
    }
    assertThat(counts.lost).isPositive();
    assertThat(counts.crashed).isPositive();
    assertThat(counts.allowed).isGreaterThan(SEEDS * 15);
    assertThat(counts.expired).isPositive();
    assertThat(counts.denied).isPositive();
    assertThat(counts.published).isPositive();
    assertThat(counts.toldOfAFreeze).isGreaterThan(SEEDS);
    assertThat(counts.againstAFreeze).isZero();
    assertThat(counts.ofAnyFeature).isGreaterThan(SEEDS);
    assertThat(counts.byFeature).isGreaterThan(SEEDS / 2);
  }

  /** What has come to pass, so that it is known to have been tried. */
  static final class Cut {
    int lost;
    int crashed;
    int allowed;
    int expired;
    int denied;
    int published;
    int toldOfAFreeze;
    int againstAFreeze;
    int ofAnyFeature;
    int byFeature;
  }
}
