package dev.bursar.node.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SteppedClockTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  private final List<CompletableFuture<Void>> work = new ArrayList<>();
  private final SteppedClock clock =
      new SteppedClock(
          NodeClock.standingAt(START),
          () -> CompletableFuture.completedFuture(null),
          due -> {
            CompletableFuture<Void> begun = new CompletableFuture<>();
            work.add(begun);
            return begun;
          });

  @Test
  void isWhereItIsToldToBeOnceAllThatFellDueIsDone() {
    Instant later = START.plusSeconds(60);
    CompletableFuture<Instant> moved = clock.moveTo(later).toCompletableFuture();
    assertThat(clock.now()).isEqualTo(later);
    assertThat(moved).isNotDone();
    work.getFirst().complete(null);
    assertThat(moved).isCompletedWithValue(later);
  }

  @Test
  void whoeverAsksAgainForTheSameTimeWaitsForTheWorkToo() {
    Instant later = START.plusSeconds(60);
    CompletableFuture<Instant> first = clock.moveTo(later).toCompletableFuture();
    work.getFirst().completeExceptionally(new IllegalStateException("the database was away"));
    assertThat(first).isCompletedExceptionally();

    CompletableFuture<Instant> again = clock.moveTo(later).toCompletableFuture();
    assertThat(again).isNotDone();
    work.getLast().complete(null);
    assertThat(again).isCompletedWithValue(later);
    assertThat(work).hasSize(2);
  }
}
