package dev.bursar.sidecar.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Whose turn it is to ask the server: so many may at once, and others wait, the first to come
 * first. Who has waited for too long has no turn any more: what it wanted to ask is never sent.
 * Safe for use by many threads.
 */
final class Turns {

  private final int atOnce;
  private final int waitingMax;
  private final Duration waitMax;
  private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
  private int taken;

  /**
   * @param atOnce how many have their turn at one time
   * @param waitingMax how many wait besides
   * @param waitMax for how long
   */
  Turns(int atOnce, int waitingMax, Duration waitMax) {
    this.atOnce = atOnce;
    this.waitingMax = waitingMax;
    this.waitMax = waitMax;
  }

  /**
   * @return done when it is its turn, which ends by {@link #over}; failed with a {@link
   *     java.util.concurrent.TimeoutException} if it does not come soon, and with a {@link
   *     RejectedExecutionException} if too many wait
   */
  CompletableFuture<Void> next() {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    synchronized (this) {
      if (taken < atOnce) {
        taken++;
        return CompletableFuture.completedFuture(null);
      }
      if (waiting.size() == waitingMax) {
        return CompletableFuture.failedFuture(
            new RejectedExecutionException("%d wait already".formatted(waitingMax)));
      }
      waiting.add(turn);
    }
    turn.orTimeout(waitMax.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete(
            (done, late) -> {
              if (late != null) {
                forget(turn);
              }
            });
    return turn;
  }

  private synchronized void forget(CompletableFuture<Void> turn) {
    waiting.remove(turn);
  }

  /** A turn is over: it is the next one's. */
  void over() {
    CompletableFuture<Void> next;
    do {
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          taken--;
          return;
        }
      }
    } while (!next.complete(null));
  }
}
