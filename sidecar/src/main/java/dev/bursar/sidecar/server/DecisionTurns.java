package dev.bursar.sidecar.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The turns of all decisions that the server is asked for, whoever asks; and, for who has none,
 * whether that is since the server is away. What it says of one org, as that it can't decide for
 * that one now, says nothing of others: it is there. Safe for use by many threads.
 */
public final class DecisionTurns {

  /** Decisions that are asked for at once. */
  public static final int AT_ONCE = 64;

  /** Decisions that wait for their turn. */
  public static final int WAITING_MAX = 1_024;

  /** How long a decision waits for its turn. */
  public static final Duration WITHIN = Duration.ofSeconds(10);

  private final BooleanSupplier isSilent;
  private final Executor threads;
  private final Turns turns;

  /** When a decision was last answered by the server, on the clock that only runs forward. */
  private volatile long answeredAt = System.nanoTime();

  /** When it took no connection last, or a gateway answered in its place, on the same clock. */
  private volatile long awayAt = answeredAt;

  /**
   * @param isSilent whether the server is known not to answer
   * @param threads where whoever has waited goes on
   * @param within how long a turn is waited for
   */
  public DecisionTurns(BooleanSupplier isSilent, Executor threads, Duration within) {
    this.threads = threads;
    this.isSilent = isSilent;
    this.turns = new Turns(AT_ONCE, WAITING_MAX, within);
  }

  /**
   * @param org for which is to be decided
   * @return done when it may be asked for, until {@link #over}; failed where it is not to be: with
   *     {@link ServerAway} if the server is away, with {@link RejectedExecutionException} if it is
   *     there and others had the turn
   */
  public CompletionStage<Void> next(String org) {
    if (isSilent.getAsBoolean()) {
      return CompletableFuture.failedFuture(away());
    }
    long since = System.nanoTime();
    // Not where a turn ends: who has no use for its own would give it to the next there.
    return turns
        .next(org)
        .handleAsync(
            (turn, none) -> {
              if (none == null && isSilent.getAsBoolean()) {
                turns.over(org);
                throw away();
              }
              if (none == null) {
                return null;
              }
              // Of all that were sent before it, none was answered meanwhile: nobody is there.
              boolean isHung = none instanceof TimeoutException && answeredAt - since < 0;
              if (isHung || isAway() || isSilent.getAsBoolean()) {
                throw away();
              }
              throw new RejectedExecutionException("more waits for the server than can be asked");
            },
            threads);
  }

  private static ServerAway away() {
    return new ServerAway("the server is away, and was not asked", true);
  }

  /** Whether it was away just now: that goes by what was tried lately only. */
  private boolean isAway() {
    long at = awayAt;
    return at - answeredAt > 0 && System.nanoTime() - at < WITHIN.toNanos();
  }

  /** A turn of an org is over. */
  public void over(String org) {
    turns.over(org);
  }

  /**
   * A decision was answered.
   *
   * @param byServer whether by the server, whatever it says; not by a gateway that can't reach it
   */
  public void answered(boolean byServer) {
    if (byServer) {
      answeredAt = System.nanoTime();
    } else {
      unreached();
    }
  }

  /** There was no connection by which it could have been asked. */
  public void unreached() {
    awayAt = System.nanoTime();
  }
}
