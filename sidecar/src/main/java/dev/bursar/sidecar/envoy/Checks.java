package dev.bursar.sidecar.envoy;

import dev.bursar.api.http.TraceContext;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.gateway.Wishes;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides requests that a proxy asks about before it lets them pass. */
public final class Checks {

  private final Gate gate;
  private final Said defaults;
  private final MeterRegistry registry;

  /**
   * @param defaults what is said of requests of which nobody else says it
   */
  public Checks(Gate gate, Said defaults, MeterRegistry registry) {
    this.gate = gate;
    this.defaults = defaults;
    this.registry = registry;
  }

  /**
   * A request on its way.
   *
   * @param said whom it is for, and what it may cost
   * @param id what its repetitions have in common, or null
   * @param target what it asks for: a repetition asks for the same
   * @param traceparent its trace, or null
   */
  record Passing(Said said, @Nullable String id, String target, @Nullable String traceparent) {}

  /** Decides. Never fails: what can't be decided may not pass. */
  CompletionStage<Verdict> check(String protocol, Passing request) {
    return decided(request)
        .whenComplete(
            (verdict, error) ->
                registry
                    .counter(
                        "bursar.sidecar.envoy.checks",
                        "protocol",
                        protocol,
                        "result",
                        verdict.isAllowed() ? "allow" : "deny")
                    .increment());
  }

  private CompletionStage<Verdict> decided(Passing request) {
    try {
      Said said = request.said().or(defaults);
      String trace = request.traceparent();
      return gate.decide(
              Wishes.of(
                  said,
                  Wishes.mode(said.get("mode")),
                  Wishes.ttlSeconds(said.get("ttl_seconds")),
                  trace == null ? null : TraceContext.traceId(trace)),
              request.id() == null ? null : request.id() + '\n' + request.target())
          .thenApply(Verdict::of)
          .exceptionally(Verdict::of);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(Verdict.of(e));
    }
  }
}
