package dev.bursar.sidecar.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to ask the server: so many may at once, and others wait; one org after the
 * other, and of one the first to come first. No org has, or waits with, more than a quarter: one
 * that gets slow answers, or none, keeps no other from its turn. Who has waited for too long has no
 * turn any more: what it wanted to ask is never sent. Safe for use by many threads.
 */
public final class Turns {

  /** Which part of all may be one org's. */
  static final int SHARE = 4;

  private final int atOnce;
  private final int waitingMax;
  private final Duration waitMax;

  /** Those that have turns or wait for one; whose turn is the longest ago comes first. */
  private final Map<String, Line> lines = new LinkedHashMap<>();

  private int taken;
  private int waiting;

  /** Of one org. */
  private static final class Line {
    private final String org;
    private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private int taken;

    Line(String org) {
      this.org = org;
    }
  }

  /**
   * @param atOnce how many have their turn at one time
   * @param waitingMax how many wait besides
   * @param waitMax for how long
   */
  public Turns(int atOnce, int waitingMax, Duration waitMax) {
    this.atOnce = atOnce;
    this.waitingMax = waitingMax;
    this.waitMax = waitMax;
  }

  private static int share(int all) {
    return Math.max(1, all / SHARE);
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
      Line line = lines.computeIfAbsent(org, Line::new);
      if (taken < atOnce && line.taken < share(atOnce)) {
        taken++;
        line.taken++;
        return CompletableFuture.completedFuture(null);
      }
      if (waiting == waitingMax || line.waiting.size() == share(waitingMax)) {
        forgetIfIdle(line);
        return CompletableFuture.failedFuture(
            new RejectedExecutionException("%d wait already".formatted(waiting)));
      }
      line.waiting.add(turn);
      waiting++;
    }
    turn.orTimeout(waitMax.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete(
            (done, late) -> {
              if (late != null) {
                leave(org, turn);
              }
            });
    return turn;
  }

  private synchronized void leave(String org, CompletableFuture<Void> turn) {
    Line line = lines.get(org);
    if (line != null && line.waiting.remove(turn)) {
      waiting--;
      forgetIfIdle(line);
    }
  }

  private void forgetIfIdle(Line line) {
    if (line.taken == 0 && line.waiting.isEmpty()) {
      lines.remove(line.org);
    }
  }

  /** A turn of an org is over: it is the next one's. */
  public void over(String org) {
    CompletableFuture<Void> next;
    Line line;
    synchronized (this) {
      line = Objects.requireNonNull(lines.get(org));
    }
    do {
      synchronized (this) {
        line.taken--;
        taken--;
        forgetIfIdle(line);
        line = whoIsNext();
        if (line == null) {
          return;
        }
        lines.remove(line.org);
        lines.put(line.org, line);
        line.taken++;
        taken++;
        waiting--;
        next = line.waiting.remove();
      }
    } while (!next.complete(null));
  }

  private @Nullable Line whoIsNext() {
    for (Line line : lines.values()) {
      if (!line.waiting.isEmpty() && line.taken < share(atOnce)) {
        return line;
      }
    }
    return null;
  }
}
