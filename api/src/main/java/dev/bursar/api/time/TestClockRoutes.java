package dev.bursar.api.time;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.time.TestClock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /v1/test_clock}, where the node's clock is one that stands still until it is moved. */
public final class TestClockRoutes {

  private static final Set<String> PUT = Set.of("now");

  private final TestClock clock;

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
