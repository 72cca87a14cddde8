package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class TurnsTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void theFirstToComeHasTheNextTurn() {
    Turns turns = new Turns(2, 2, LONG);
    assertThat(turns.next()).isCompleted();
    assertThat(turns.next()).isCompleted();
    CompletableFuture<Void> first = turns.next();
    CompletableFuture<Void> second = turns.next();
    turns.over();
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    turns.over();
    turns.over();
    turns.over();
    assertThat(second).isCompleted();
    assertThat(turns.next()).isCompleted();
    assertThat(turns.next()).isCompleted();
    assertThat(turns.next()).as("two at once").isNotDone();
  }

  @Test
  void noMoreWaitThanMay() {
    Turns turns = new Turns(1, 1, LONG);
    turns.next();
    turns.next();
    assertThatThrownBy(() -> turns.next().get(1, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void whoHasWaitedForTooLongHasNoTurnAndTakesNoPlace() {
    Turns turns = new Turns(1, 1, Duration.ofMillis(1));
    turns.next();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> turns.next().get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TimeoutException.class);
    }
    turns.over();
    assertThat(turns.next()).isCompleted();
  }
}
