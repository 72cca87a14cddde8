package dev.bursar.sidecar.http;

import dev.bursar.api.http.Call;
import dev.bursar.api.http.PassedOn;
import dev.bursar.api.http.Reply;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.usage.CallKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The last answers by idempotency key, so that a repetition is answered as the first was; and which
 * keys were passed on, so that no repetition of theirs is decided here. Bounded by bytes: the
 * oldest are forgotten. Of a key that tells when it was made it is known that it may be one of
 * those.
 */
final class KnownAnswers {

  private static final long BYTES_MAX = 5 << 20;

  /** What one takes besides its name and its body, about. */
  private static final int BYTES = 320;

  /** The clock of whoever makes keys may be so much ahead, as for the server. */
  private static final Duration AHEAD_MAX = Duration.ofSeconds(10);

  /** Orgs are so many kinds, of which each has its own mark: mostly one org is. */
  private static final int MARKS = 256;

  private static final Problem FORGOTTEN =
      Problem.of(
              409,
              "idempotency_key_expired",
              "the key was made before the last that is forgotten here, so that it can't be told"
                  + " whether it was used: the request may have been charged")
          .at("Idempotency-Key");

  private static final class Known {
    final long fingerprint;
    final CompletableFuture<Reply> answer;
    long bytes;
    volatile boolean passing;

    /** How often the server was asked, and may have heard it. */
    int sent;

    Known(long fingerprint, CompletableFuture<Reply> answer) {
      this.fingerprint = fingerprint;
      this.answer = answer;
    }
  }

  private final Map<String, Known> known = new LinkedHashMap<>();
  private final Function<CallKey, CompletionStage<Void>> passedOn;
  private final InstantSource clock;
  private long bytes;

  /** Up to when those keys were made that tell it and are forgotten. */
  private final Instant[] forgotten = new Instant[MARKS];

  /**
   * @param passedOn keeps that the server is to answer a call
   * @param forgotten up to when keys were made that an earlier life may have answered, and that it
   *     does not tell of
   */
  KnownAnswers(
      Function<CallKey, CompletionStage<Void>> passedOn, InstantSource clock, Instant forgotten) {
    this.passedOn = passedOn;
    this.clock = clock;
    Instant latest = latest();
    Arrays.fill(this.forgotten, forgotten.isBefore(latest) ? forgotten : latest);
  }

  /** No key can have been made later. */
  private Instant latest() {
    return clock.instant().plus(AHEAD_MAX);
  }

  /** Something was answered in an earlier life; null if the server is to answer it. */
  void recovered(CallKey key, @Nullable Reply answer) {
    CompletableFuture<Reply> before = new CompletableFuture<>();
    if (answer == null) {
      before.completeExceptionally(new PassedOn());
    } else {
      before.complete(answer);
    }
    Known it = new Known(key.fingerprint(), before);
    it.sent = answer == null ? 1 : 0;
    put(key.name(), it);
  }

  private synchronized void put(String name, Known it) {
    remove(name);
    known.put(name, it);
    weigh(name, it, it.answer.isDone() && !it.answer.isCompletedExceptionally());
  }

  private synchronized void remove(String name) {
    Known before = known.remove(name);
    if (before != null) {
      bytes -= before.bytes;
    }
  }

  /** What is under way is not forgotten: there are no more of these than there are callers. */
  private synchronized void weigh(String name, Known it, boolean isAnswered) {
    if (known.get(name) != it) {
      return;
    }
    bytes -= it.bytes;
    it.bytes = BYTES + name.length() + (isAnswered ? it.answer.join().body().length : 0);
    bytes += it.bytes;
    for (Iterator<Map.Entry<String, Known>> all = known.entrySet().iterator();
        bytes > BYTES_MAX && all.hasNext(); ) {
      Map.Entry<String, Known> eldest = all.next();
      if (eldest.getValue().answer.isDone()) {
        bytes -= eldest.getValue().bytes;
        forgotten(new CallKey(eldest.getKey(), eldest.getValue().fingerprint));
        all.remove();
      }
    }
  }

  /** One that is ahead of the clock by more than may be says nothing of others. */
  private void forgotten(CallKey key) {
    Instant madeAt = madeAt(key);
    if (madeAt != null && madeAt.isAfter(forgotten[mark(key)]) && !madeAt.isAfter(latest())) {
      forgotten[mark(key)] = madeAt;
    }
  }

  private static int mark(CallKey key) {
    return Math.floorMod(key.operation().hashCode(), MARKS);
  }

  /** Why something that is not known can't be done under its key; null if it can. */
  @Nullable Problem refusal(CallKey key) {
    Instant madeAt = madeAt(key);
    if (madeAt == null) {
      return null;
    }
    if (!madeAt.isAfter(forgotten[mark(key)])) {
      return FORGOTTEN;
    }
    Instant latest = latest();
    return madeAt.isAfter(latest)
        ? Problem.invalid(
            "Idempotency-Key",
            "carries the time %s, in the future; up to %s is accepted".formatted(madeAt, latest))
        : null;
  }

  /** A reservation ends once, whatever the key is: only by making it something is done twice. */
  private static @Nullable Instant madeAt(CallKey key) {
    return key.name().startsWith(EnforcementRoutes.RESERVE) ? key.madeAt() : null;
  }

  /** The first answer that was given so far and begins so; null if there is none. */
  synchronized @Nullable Reply beginning(byte[] bytes) {
    for (Known each : known.values()) {
      if (each.answer.isDone() && !each.answer.isCompletedExceptionally()) {
        Reply reply = each.answer.join();
        if (reply.body().length >= bytes.length
            && Arrays.equals(reply.body(), 0, bytes.length, bytes, 0, bytes.length)) {
          return reply;
        }
      }
    }
    return null;
  }

  /** How many are known. */
  synchronized int size() {
    return known.size();
  }

  /** What is about to be answered to a key is not its answer: a repetition is asked anew. */
  synchronized void passing(@Nullable CallKey key) {
    Known it = key == null ? null : known.get(key.name());
    if (it != null) {
      it.passing = true;
    }
  }

  /** The server is about to be asked what is to be answered to a key. */
  void sending(String operation, @Nullable String key) {
    addSent(operation, key, 1);
  }

  /** It could not be: it has heard nothing of that. */
  void unsent(String operation, @Nullable String key) {
    addSent(operation, key, -1);
  }

  private synchronized void addSent(String operation, @Nullable String key, int times) {
    Known it = key == null ? null : known.get(operation + ' ' + key);
    if (it != null) {
      it.sent += times;
    }
  }

  /** Whether it may have heard of it, now or before: then it may have done it. */
  synchronized boolean isSent(String operation, @Nullable String key) {
    Known it = key == null ? null : known.get(operation + ' ' + key);
    return it != null && it.sent > 0;
  }

  /** Does something once for the key of a call; each time, if it has none. */
  CompletionStage<Reply> once(
      Call call, String operation, Function<@Nullable CallKey, CompletionStage<Reply>> what) {
    String key = call.idempotencyKey();
    if (key == null) {
      return what.apply(null);
    }
    long fingerprint = call.caller().fingerprint();
    CallKey once = new CallKey(operation + ' ' + key, fingerprint);
    Known mine = new Known(fingerprint, new CompletableFuture<>());
    Known before;
    synchronized (this) {
      before = known.get(once.name());
      if (before == null) {
        Problem refusal = refusal(once);
        if (refusal != null) {
          throw refusal.fault();
        }
        put(once.name(), mine);
      }
    }
    if (before == null) {
      begin(once, mine, what);
      return mine.answer;
    }
    if (before.fingerprint != fingerprint) {
      throw Problem.of(
              422,
              "idempotency_key_reused",
              "the key was used for a request with other content; use a new one")
          .at("Idempotency-Key")
          .fault();
    }
    return before.answer.thenApply(reply -> reply.replayed(true));
  }

  /**
   * Answers here what was passed on and that nobody could be asked about, once; a repetition is not
   * passed on any more.
   */
  CompletionStage<Reply> instead(
      String operation, String key, Function<@Nullable CallKey, CompletionStage<Reply>> what) {
    String name = operation + ' ' + key;
    Known before;
    Known mine;
    synchronized (this) {
      before = known.get(name);
      if (before == null) {
        return what.apply(null);
      }
      if (!before.answer.isCompletedExceptionally()) {
        return before.answer.thenApply(reply -> reply.replayed(true));
      }
      mine = new Known(before.fingerprint, new CompletableFuture<>());
      put(name, mine);
    }
    begun(what, new CallKey(name, mine.fingerprint))
        .whenComplete(
            (reply, error) -> {
              if (error != null || mine.passing) {
                put(name, before);
              }
              if (error != null) {
                mine.answer.completeExceptionally(cause(error));
                return;
              }
              mine.answer.complete(reply);
              weigh(name, mine, true);
            });
    return mine.answer;
  }

  /** Whoever waits for its end is told, though it did not even begin. */
  private static CompletionStage<Reply> begun(
      Function<@Nullable CallKey, CompletionStage<Reply>> what, CallKey key) {
    try {
      return what.apply(key);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  private void begin(
      CallKey key, Known mine, Function<@Nullable CallKey, CompletionStage<Reply>> what) {
    begun(what, key)
        .whenComplete(
            (reply, error) -> {
              if (error == null) {
                if (mine.passing) {
                  remove(key.name());
                }
                mine.answer.complete(reply);
                weigh(key.name(), mine, true);
                return;
              }
              Throwable cause = cause(error);
              if (cause instanceof PassedOn) {
                // Kept before it is passed on; where that can't be, the server is asked all the
                // same.
                passedOn
                    .apply(key)
                    .whenComplete((kept, failed) -> mine.answer.completeExceptionally(cause));
                return;
              }
              // It changed nothing, and may be tried again.
              remove(key.name());
              mine.answer.completeExceptionally(cause);
            });
  }
}
