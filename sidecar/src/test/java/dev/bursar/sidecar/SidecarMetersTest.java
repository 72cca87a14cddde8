package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.sidecar.lease.Told;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SidecarMetersTest {

  /** A clock that stands. */
  private static final class Clock implements Host {
    private long nanos;

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public String newLife() {
      return "life";
    }

    @Override
    public void soon(Runnable what) {
      throw new IllegalStateException();
    }

    @Override
    public CompletableFuture<Void> after(long later) {
      throw new IllegalStateException();
    }

    @Override
    public void completeAfter(CompletableFuture<Void> what, long later) {
      throw new IllegalStateException();
    }

    @Override
    public Running run(String name, Steps steps) {
      throw new IllegalStateException();
    }
  }

  private final Clock clock = new Clock();
  private final SidecarMeters meters = new SidecarMeters(clock);

  @Test
  void aServerThatIsThereIsNotAwaySinceItDoesNotAnswerAboutOneOrg() {
    for (int second = 0; second < 60; second++) {
      // given
      clock.nanos += Duration.ofSeconds(1).toNanos();
      if (second % 5 == 0) {
        meters.answered();
      }
      // when
      meters.told(new Told.Lost());
      // then
      assertThat(meters.isAway(true)).as("after %d s", second).isFalse();
      assertThat(meters.isAway(false)).as("after %d s, not known to be there", second).isTrue();
    }
  }

  @Test
  void aServerThatIsThereIsAwayWhereItAnswersAboutNone() {
    // given
    meters.told(new Told.Lost());
    // when
    clock.nanos += Duration.ofSeconds(11).toNanos();
    meters.told(new Told.Lost());
    // then
    assertThat(meters.isAway(true)).isTrue();
    meters.answered();
    assertThat(meters.isAway(true)).isFalse();
  }
}
