package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SilenceTest {

  private final Silence silence = new Silence();

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void itIsKnownOnceNothingWasAnsweredForAWhileAndUntilSomethingIs() {
    assertThat(silence.isKnown(seconds(100))).isFalse();
    silence.asked(seconds(100));
    silence.asked(seconds(102));
    assertThat(silence.isKnown(seconds(103))).isFalse();
    assertThat(silence.isKnown(seconds(104))).isTrue();
    silence.answered();
    assertThat(silence.isKnown(seconds(104))).isFalse();
    silence.asked(seconds(105));
    assertThat(silence.isKnown(seconds(106))).isFalse();
  }

  @Test
  void whatWasNotAnsweredBeforeAPauseSaysNothingOfNow() {
    silence.asked(seconds(100));
    assertThat(silence.isKnown(seconds(110))).isTrue();
    assertThat(silence.isKnown(seconds(116))).as("nobody has asked lately").isFalse();
    silence.asked(seconds(200));
    assertThat(silence.isKnown(seconds(200))).as("it had no time to answer").isFalse();
    assertThat(silence.isKnown(seconds(204))).isTrue();
  }
}
