package dev.bursar.projections.progress;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Looks again and again until there is nothing left to wait for. However often that is: looks do
 * not nest, since thousands of futures within each other can't be completed without running out of
 * stack, which nobody would be told.
 */
public final class Polling {

  private final ActorSystem<?> system;
  private final Supplier<CompletionStage<Optional<Duration>>> look;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private Polling(ActorSystem<?> system, Supplier<CompletionStage<Optional<Duration>>> look) {
    this.system = system;
    this.look = look;
  }

  /**
   * Done once a look says so, and fails as a look fails.
   *
   * @param look for how long to wait before the next one; empty if none is needed
   */
  public static CompletionStage<Void> until(
      ActorSystem<?> system, Supplier<CompletionStage<Optional<Duration>>> look) {
    Polling polling = new Polling(system, look);
    polling.look();
    return polling.done;
  }

  private void look() {
    try {
      look.get().whenComplete(this::looked);
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  // Not nullable of its own kind: either is null in turn.
  @SuppressWarnings("NullAway")
  private void looked(Optional<Duration> wait, Throwable fault) {
    if (fault != null) {
      done.completeExceptionally(fault);
    } else if (wait.isEmpty()) {
      done.complete(null);
    } else {
      try {
        system.scheduler().scheduleOnce(wait.get(), this::look, system.executionContext());
      } catch (RuntimeException e) {
        done.completeExceptionally(e);
      }
    }
  }
}
