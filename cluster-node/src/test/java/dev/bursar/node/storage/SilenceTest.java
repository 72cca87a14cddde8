package dev.bursar.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Silence by a clock that goes on when the test says so. */
class SilenceTest {

  private long now = -7;
  private final Silence silence =
      new Silence(() -> now, Duration.ofSeconds(2), Duration.ofSeconds(1));

  private void goesBy(long ms) {
    now += Duration.ofMillis(ms).toNanos();
  }

  private void assertLasts(long ms) {
    assertThat(silence.length()).isEqualTo(Duration.ofMillis(ms));
  }

  @Test
  void whoWasNotAskedIsNotSilent() {
    goesBy(60_000);
    assertLasts(0);
  }

  @Test
  void whoAnsweredIsNotSilentHoweverLongNobodyAsksAgain() {
    silence.asked();
    goesBy(300);
    silence.answered();
    goesBy(60_000);
    assertLasts(0);
  }

  @Test
  void aQuestionThatIsNotAnsweredLastsWithTheWaitForTheNext() {
    silence.asked();
    goesBy(300);
    assertLasts(300);
    silence.unanswered();
    goesBy(1_000);
    assertLasts(1_300);
    silence.asked();
    goesBy(2_000);
    assertLasts(3_300);
    silence.unanswered();
    goesBy(1_000);
    silence.asked();
    assertLasts(4_300);
  }

  @Test
  void anAnswerEndsIt() {
    silence.asked();
    goesBy(2_000);
    silence.unanswered();
    goesBy(1_000);
    silence.asked();
    goesBy(5);
    silence.answered();
    assertLasts(0);
    silence.asked();
    goesBy(10);
    assertLasts(10);
  }

  /** A collection of garbage, or a machine that was suspended. */
  @Test
  void whileTheProcessStandsStillNobodyAsks() {
    silence.asked();
    goesBy(60_000);
    assertLasts(2_000);
    silence.unanswered();
    goesBy(60_000);
    assertLasts(3_000);
    silence.asked();
    silence.answered();
    assertLasts(0);
  }
}
