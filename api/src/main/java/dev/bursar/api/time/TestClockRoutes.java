package dev.bursar.api.time;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.time.TestClock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/test_clock}, where the node's clock is one that stands still until it is moved. */
public final class TestClockRoutes {

  private static final Set<String> PUT = Set.of("now");
  private static final int MOVES_MAX = 1_000;

  /** A move of the clock by a call with a key. */
  private record Move(long fingerprint, CompletableFuture<Reply> answer) {}

  private final TestClock clock;

  /** The last ones, by their keys; the clock does not outlive the process either. */
  private final Map<String, Move> moves =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Move> eldest) {
          return size() > MOVES_MAX;
        }
      };

  public TestClockRoutes(TestClock clock) {
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/test_clock", Access.OPERATE, this::get),
        Endpoint.put("/v1/test_clock", Access.OPERATE, this::put).slowly());
  }

  private CompletionStage<Reply> get(Call call) {
    call.query(Set.of());
    return CompletableFuture.completedStage(reply(clock.now()));
  }

  private CompletionStage<Reply> put(Call call) {
    Body body = call.body(PUT);
    Instant now = body.time("now");
    if (now == null) {
      throw body.missing("now");
    }
    if (now.isAfter(TestClock.LAST)) {
      throw Problem.invalid("now", "is after %s; up to that is accepted".formatted(TestClock.LAST))
          .fault();
    }
    String key = call.idempotencyKey();
    return key == null ? moved(now) : once(key, call.caller().fingerprint(), now);
  }

  /** A refusal is not remembered: the same key may be used again. */
  private CompletionStage<Reply> once(String key, long fingerprint, Instant now) {
    Move mine = new Move(fingerprint, new CompletableFuture<>());
    Move before;
    synchronized (moves) {
      before = moves.putIfAbsent(key, mine);
    }
    if (before != null) {
      if (before.fingerprint != fingerprint) {
        throw Outcomes.problem(Refusal.keyReused()).fault();
      }
      return before.answer.thenApply(reply -> reply.replayed(true));
    }
    try {
      moved(now).whenComplete((reply, error) -> end(key, mine, reply, error));
    } catch (RuntimeException e) {
      end(key, mine, null, e);
    }
    return mine.answer;
  }

  private void end(String key, Move mine, @Nullable Reply reply, @Nullable Throwable error) {
    if (reply != null) {
      mine.answer.complete(reply);
      return;
    }
    synchronized (moves) {
      moves.remove(key, mine);
    }
    mine.answer.completeExceptionally(Objects.requireNonNull(error));
  }

  private CompletionStage<Reply> moved(Instant now) {
    Instant present = clock.now();
    if (now.isBefore(present)) {
      throw backwards(present);
    }
    try {
      return clock.moveTo(now).thenApply(TestClockRoutes::reply);
    } catch (IllegalArgumentException e) {
      throw backwards(clock.now());
    }
  }

  private static RuntimeException backwards(Instant present) {
    return Problem.invalid("now", "is before %s; the clock moves forward only".formatted(present))
        .fault();
  }

  private static Reply reply(Instant now) {
    return Reply.ok(json -> json.field("now", now));
  }
}
