package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether who had no turn is told that the server is away. */
@Timeout(60)
final class DecisionTurnsTest {

  private static final int OF_ONE = DecisionTurns.AT_ONCE / Turns.SHARE;
  private static final Duration WITHIN = Duration.ofMillis(500);

  private final AtomicBoolean isSilent = new AtomicBoolean();
  private final DecisionTurns turns = new DecisionTurns(isSilent::get, Runnable::run, WITHIN);

  private CompletableFuture<Void> next(String org) {
    return turns.next(org).toCompletableFuture();
  }

  /** Has all the turns that it may have. */
  private void full(String org) {
    for (int i = 0; i < OF_ONE; i++) {
      assertThat(next(org)).isCompleted();
    }
  }

  private static void isBusy(CompletableFuture<Void> turn) {
    assertThatThrownBy(() -> turn.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  private static void isAway(CompletableFuture<Void> turn) {
    assertThatThrownBy(() -> turn.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ServerAway.class)
        .satisfies(error -> assertThat(ServerAway.isUnsent(error.getCause())).isTrue());
  }

  @Test
  void whatIsSaidOfOneOrgSaysNothingOfAnother() {
    // given
    full("acme");
    full("lost");
    CompletableFuture<Void> waiting = next("acme");
    // when
    turns.answered("lost", 503, true);
    // then
    isBusy(waiting);
  }

  @Test
  void anOrgForWhichNothingIsDecidedForSoLongIsItselfForItsFailMode() {
    // given
    full("lost");
    turns.answered("lost", 503, true);
    pass(WITHIN);
    CompletableFuture<Void> waiting = next("lost");
    // when
    turns.answered("lost", 503, true);
    // then
    isAway(waiting);
  }

  /** What it worked from was leased, so that the server was asked nothing for long. */
  @Test
  void whoFindsNoPlaceInLineAfterOneFailureIsNotLetPassForThat() {
    // given
    turns.answered("hot", 429, true);
    turns.answered("hot", 200, true);
    pass(WITHIN);
    full("hot");
    CompletableFuture<Void> last = next("hot");
    while (!last.isDone()) {
      last = next("hot");
    }
    isBusy(last);
    // when
    turns.answered("hot", 429, true);
    // then
    isBusy(next("hot"));
    // when it goes on
    pass(WITHIN);
    turns.answered("hot", 429, true);
    // then
    for (last = next("hot"); !last.isDone(); last = next("hot")) {}
    isAway(last);
  }

  private static void pass(Duration time) {
    long since = System.nanoTime();
    while (System.nanoTime() - since <= time.toNanos()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void anOrgForWhichSomeIsDecidedIsNot() {
    // given
    full("hot");
    turns.answered("hot", 429, true);
    CompletableFuture<Void> waiting = next("hot");
    // when
    turns.answered("hot", 200, true);
    turns.answered("hot", 429, true);
    // then
    isBusy(waiting);
  }

  @Test
  void whereNothingIsAnsweredTheServerIsAway() {
    full("acme");
    isAway(next("acme"));
  }

  @Test
  void aGatewayThatCantReachTheServerTellsThatItIsAwayUntilItAnswers() {
    // given
    full("acme");
    CompletableFuture<Void> first = next("acme");
    turns.answered("beta", 200, true);
    turns.answered("beta", 502, false);
    isAway(first);
    // when
    CompletableFuture<Void> second = next("acme");
    turns.answered("beta", 200, true);
    // then
    isBusy(second);
  }

  @Test
  void nobodyWaitsForAServerThatIsSilent() {
    full("acme");
    isSilent.set(true);
    assertThat(next("acme")).isCompletedExceptionally();
    assertThat(next("beta")).isCompletedExceptionally();
    isSilent.set(false);
    assertThat(next("beta")).as("no turn is lost").isCompleted();
  }
}
