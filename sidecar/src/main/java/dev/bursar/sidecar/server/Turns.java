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
 * other, and of one the first to come first. No org has, or waits with, more than a quarter, nor
 * one that is not answered with more than a few. Who has waited for too long has no turn any more:
 * what it wanted to ask is never sent. Safe for use by many threads.
 */
public final class Turns {

  /** Which part of all may be one org's. */
  static final int SHARE = 4;

  /** Which part of those that wait may be one's that is not answered. */
  private static final int SHARE_OF_UNANSWERED = 64;

  private final Places places;
  private final int waitingMax;
  private final Duration waitMax;

  /** By org; whose turn is the longest ago comes first. */
  private final Map<String, Deque<CompletableFuture<Void>>> lines = new LinkedHashMap<>();

  private int waiting;

  /**
   * @param atOnce how many have their turn at one time
   * @param waitingMax how many wait besides
   * @param waitMax for how long
   */
  public Turns(int atOnce, int waitingMax, Duration waitMax) {
    this.places = new Places(atOnce, Math.max(1, atOnce / SHARE));
    this.waitingMax = waitingMax;
    this.waitMax = waitMax;
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
      Deque<CompletableFuture<Void>> line = lines.computeIfAbsent(org, k -> new ArrayDeque<>());
      int most = waitingMax / (places.isUnanswered(org) ? SHARE_OF_UNANSWERED : SHARE);
      if (waiting == waitingMax || line.size() >= Math.max(1, most)) {
        forgetIfEmpty(org, line);
        return CompletableFuture.failedFuture(
            new RejectedExecutionException("%d wait already".formatted(waiting)));
      }
      line.add(turn);
      waiting++;
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
      waiting--;
      forgetIfEmpty(org, line);
    }
  }

  private void forgetIfEmpty(String org, Deque<CompletableFuture<Void>> line) {
    if (line.isEmpty()) {
      lines.remove(org);
    }
  }

  /** Whether the server has answered what it was asked in a turn of an org. */
  public void heard(String org, boolean answered) {
    places.heard(org, answered);
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
        waiting--;
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
