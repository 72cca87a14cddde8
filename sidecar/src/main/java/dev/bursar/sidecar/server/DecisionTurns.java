package dev.bursar.sidecar.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The turns of all decisions that the server is asked for, whoever asks; and, for who has none,
 * whether that is since the server is away, or can decide nothing for their org. What it says of
 * one org says nothing of others. Safe for use by many threads.
 */
public final class DecisionTurns {

  /** Decisions that are asked for at once. */
  public static final int AT_ONCE = 64;

  /** Decisions that wait for their turn. */
  public static final int WAITING_MAX = 1_024;

  /** How long a decision waits for its turn. */
  public static final Duration WITHIN = Duration.ofSeconds(10);

  /** Of so many orgs it is known that there were decisions that the server could not make. */
  private static final int HINDERED_MAX = 1_000;

  private final Map<String, Hindered> hindered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Hindered> eldest) {
          return size() > HINDERED_MAX;
        }
      };

  private final BooleanSupplier isSilent;
  private final Executor threads;
  private final Duration within;
  private final Turns turns;

  /**
   * When the server decided last for an org, when it first could not after that, and when it last
   * could not, on the clock that only runs forward.
   */
  private record Hindered(long decidedAt, long failingSince, long undecidedAt) {

    /** Whether since then nothing was decided, though it was asked for. */
    boolean isSince(long since) {
      return decidedAt - since < 0 && undecidedAt - since > 0;
    }

    /** Whether that has been so for so long. */
    boolean isAlreadySince(long since) {
      return isSince(since) && failingSince - since < 0;
    }
  }

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
    this.within = within;
    this.turns = new Turns(AT_ONCE, WAITING_MAX, within);
  }

  /**
   * @param org for which is to be decided
   * @return done when it may be asked for, until {@link #over}; failed where it is not to be: with
   *     {@link ServerAway} if the server is away, or has decided nothing for the org meanwhile,
   *     though it was asked; with {@link RejectedExecutionException} if it decides, and others had
   *     the turn
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
              Throwable why = none instanceof CompletionException ? none.getCause() : none;
              boolean isLate = why instanceof TimeoutException;
              // Of all that were sent before it, none was answered meanwhile: nobody is there.
              boolean isHung = isLate && answeredAt - since < 0;
              boolean isUndecided =
                  isLate
                      ? hindered(org).isSince(since)
                      // Who did not wait asks what waiting would have shown.
                      : hindered(org).isAlreadySince(System.nanoTime() - within.toNanos());
              if (isHung || isAway() || isUndecided || isSilent.getAsBoolean()) {
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

  /** What is known of an org; of one that always was decided for, as if that had just been. */
  private Hindered hindered(String org) {
    synchronized (hindered) {
      Hindered it = hindered.get(org);
      long now = System.nanoTime();
      return it == null ? new Hindered(now, now, now) : it;
    }
  }

  private void heard(String org, boolean decided) {
    turns.heard(org, decided);
    long now = System.nanoTime();
    synchronized (hindered) {
      Hindered before = hindered.get(org);
      if (decided && before != null) {
        hindered.put(org, new Hindered(now, before.failingSince, before.undecidedAt));
      } else if (!decided) {
        // Of one that is new nobody knows what came before.
        Hindered last = before == null ? new Hindered(now, now, now) : before;
        boolean isFirst = last.undecidedAt - last.decidedAt < 0;
        hindered.put(org, new Hindered(last.decidedAt, isFirst ? now : last.failingSince, now));
      }
    }
  }

  /** A turn of an org is over. */
  public void over(String org) {
    turns.over(org);
  }

  /**
   * What was asked of an org was answered.
   *
   * @param status by this HTTP status
   * @param byServer whether by the server; not by a gateway that can't reach it
   */
  public void answered(String org, int status, boolean byServer) {
    heard(org, isDecision(status));
    if (byServer) {
      answeredAt = System.nanoTime();
    } else {
      awayAt = System.nanoTime();
    }
  }

  /** Whether an HTTP status tells of a decision, or of a refusal of what was asked. */
  public static boolean isDecision(int status) {
    return status != 429 && status < 500;
  }

  /**
   * What was asked of an org was not answered.
   *
   * @param isSent whether there was a connection by which it could be asked
   */
  public void unanswered(String org, boolean isSent) {
    heard(org, false);
    if (!isSent) {
      awayAt = System.nanoTime();
    }
  }
}
