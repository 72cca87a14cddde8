package dev.bursar.sidecar.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to ask the server, as far as there are {@link Places} for it: one org after the
 * other, and of one the first to come first. So many may wait besides, by the same rule: no org
 * has, or waits with, more than a quarter. Who has waited for too long has no turn any more: what
 * it wanted to ask is never sent. Safe for use by many threads.
 */
public final class Turns {

  /** Which part of all may be one org's. */
  static final int SHARE = 4;

  private final Places places;
  private final Places waiting;
  private final Duration waitMax;

  /** By org; whose turn is the longest ago comes first. */
  private final Map<String, Deque<CompletableFuture<Void>>> lines = new LinkedHashMap<>();

  /**
   * @param atOnce how many have their turn at one time
   * @param waitingMax how many wait besides
   * @param waitMax for how long
   */
  public Turns(int atOnce, int waitingMax, Duration waitMax) {
    this.places = shared(atOnce);
    this.waiting = shared(waitingMax);
    this.waitMax = waitMax;
  }

  private static Places shared(int all) {
    return new Places(all, Math.max(1, all / SHARE));
  }

  /**
   * @param org whose turn it is to be
   * @return done when it is its turn, which ends by {@link #over}; failed with a {@link
   *     java.util.concurrent.TimeoutException} if it does not come soon, and with a {@link
   *     RejectedExecutionException} if too many wait
   */
  public CompletableFuture<Void> next(String org) {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    synchronized (this) {
      if (!lines.containsKey(org) && places.take(org)) {
        return CompletableFuture.completedFuture(null);
      }
      if (!waiting.take(org)) {
        return CompletableFuture.failedFuture(
            new RejectedExecutionException("%d wait already".formatted(waiting.taken())));
      }
      lines.computeIfAbsent(org, k -> new ArrayDeque<>()).add(turn);
    }
    // Whoever is told that it is too late has left its place by then.
    return turn.orTimeout(waitMax.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete(
            (done, late) -> {
              if (late != null) {
                leave(org, turn);
              }
            });
  }

  private synchronized void leave(String org, CompletableFuture<Void> turn) {
    Deque<CompletableFuture<Void>> line = lines.get(org);
    if (line != null && line.remove(turn)) {
      waiting.giveBack(org);
      if (line.isEmpty()) {
        lines.remove(org);
      }
    }
  }

  /** Whether the server has answered what it was asked in a turn of an org. */
  public void heard(String org, boolean answered) {
    places.heard(org, answered);
    waiting.heard(org, answered);
  }

  /** A turn of an org is over: it is the next one's. */
  public void over(String org) {
    places.giveBack(org);
    for (Turn next = next(); next != null; next = next()) {
      if (!next.turn.complete(null)) {
        places.giveBack(next.org);
      }
    }
  }

  private record Turn(String org, CompletableFuture<Void> turn) {}

  private synchronized @Nullable Turn next() {
    for (Map.Entry<String, Deque<CompletableFuture<Void>>> each : lines.entrySet()) {
      String org = each.getKey();
      if (places.take(org)) {
        Deque<CompletableFuture<Void>> line = each.getValue();
        Turn next = new Turn(org, line.remove());
        waiting.giveBack(org);
        lines.remove(org);
        if (!line.isEmpty()) {
          lines.put(org, line);
        }
        return next;
      }
    }
    return null;
  }
}
