package dev.bursar.projections.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PollingTest {

  private static final ActorSystem<Void> SYSTEM = ActorSystem.create(Behaviors.empty(), "polling");

  private final AtomicInteger looks = new AtomicInteger();

  @AfterAll
  static void close() {
    SYSTEM.terminate();
  }

  private CompletionStage<Optional<Duration>> lookUntil(int last) {
    return CompletableFuture.supplyAsync(
        () -> looks.incrementAndGet() < last ? Optional.of(Duration.ZERO) : Optional.empty());
  }

  /** So many would not end if each waited within the one before. */
  @Test
  void endsHoweverOftenItLooks() {
    Polling.until(SYSTEM, () -> lookUntil(50_000)).toCompletableFuture().join();
    assertThat(looks).hasValue(50_000);
  }

  @Test
  void failsAsALookFails() {
    RuntimeException fault = new IllegalStateException("no database");
    assertThatThrownBy(
            () ->
                Polling.until(SYSTEM, () -> CompletableFuture.failedFuture(fault))
                    .toCompletableFuture()
                    .join())
        .hasCause(fault);
    assertThatThrownBy(
            () ->
                Polling.until(
                        SYSTEM,
                        () -> {
                          throw fault;
                        })
                    .toCompletableFuture()
                    .join())
        .hasCause(fault);
  }
}
