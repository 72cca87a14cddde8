package dev.bursar.sidecar.http;

import dev.bursar.api.http.Refusing;
import dev.bursar.api.http.Reply;
import dev.bursar.api.http.Responses;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Unchargeable;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.openai.Unsent;
import dev.bursar.sidecar.server.DecisionTurns;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.server.ServerOverHttp;
import dev.bursar.sidecar.usage.CallKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ConnectionPoolSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decisions that are the server's, asked for as they came; where it is away, by the fail mode of
 * whom they are for.
 */
final class PassedDecisions {

  private static final Logger LOG = LoggerFactory.getLogger(PassedDecisions.class);

  /** A server that has not decided so long after it was asked is away. */
  static final Duration WITHIN = Duration.ofSeconds(10);

  private final ClassicActorSystemProvider system;
  private final Forwarder forwarder;
  private final DecisionTurns turns;
  private final Sidecar sidecar;
  private final KnownAnswers known;
  private final InstantSource clock;
  private final Duration within;
  private final ConnectionPoolSettings connections;

  /**
   * @param within how long a decision of the server is waited for, after its turn
   */
  PassedDecisions(
      ClassicActorSystemProvider system,
      Forwarder forwarder,
      DecisionTurns turns,
      Sidecar sidecar,
      KnownAnswers known,
      InstantSource clock,
      Duration within) {
    this.system = system;
    this.forwarder = forwarder;
    this.turns = turns;
    this.sidecar = sidecar;
    this.known = known;
    this.clock = clock;
    this.within = within;
    // What is waited for no longer takes no connection, either.
    this.connections =
        forwarder.connections(DecisionTurns.AT_ONCE, DecisionTurns.WAITING_MAX, within);
  }

  /**
   * Answers a request to reserve.
   *
   * @param wish what it says
   */
  CompletionStage<HttpResponse> answer(HttpRequest request, ReserveRequest wish) {
    // It may be sent from now on.
    known.sending(EnforcementRoutes.reserving(wish), idempotencyKey(request));
    return turns
        .next(wish.subject().org())
        .handle(
            (turn, none) ->
                none == null
                    ? asked(request, wish)
                    : unsent(request, wish, Gate.cause(none) instanceof ServerAway))
        .thenCompose(answer -> answer);
  }

  /** The server has heard nothing of it, and won't: it is away, or others had its turn. */
  private CompletionStage<HttpResponse> unsent(
      HttpRequest request, ReserveRequest wish, boolean isAway) {
    known.unsent(EnforcementRoutes.reserving(wish), idempotencyKey(request));
    return isAway
        ? unasked(request, wish, true)
        : CompletableFuture.completedFuture(Refusing.STANDARD.refuse(request, PassedRequests.BUSY));
  }

  private CompletionStage<HttpResponse> asked(HttpRequest request, ReserveRequest wish) {
    CompletableFuture<HttpResponse> answer =
        forwarder
            .sent(request, connections)
            // Its turn is over with its last byte: nobody who reads slowly has it for longer.
            .thenCompose(
                it -> it.entity().toStrict(within.toMillis(), system).thenApply(it::withEntity))
            .whenComplete(
                (it, error) -> {
                  String org = wish.subject().org();
                  if (it != null) {
                    turns.answered(org, it.status().intValue(), isByServer(it));
                  } else {
                    turns.unanswered(org, !Unsent.is(Gate.cause(error)));
                  }
                })
            .whenComplete((it, error) -> turns.over(wish.subject().org()))
            .toCompletableFuture();
    // Whoever asks for a decision does not wait for long.
    return answer
        .copy()
        .orTimeout(within.toNanos(), TimeUnit.NANOSECONDS)
        .thenApply(it -> forwarder.back(unlessAway(it, wish)))
        .exceptionallyCompose(
            error -> {
              Throwable cause = Gate.cause(error);
              LOG.atDebug().setMessage("the server did not decide").setCause(cause).log();
              if (cause instanceof TimeoutException) {
                // Its connection ends a little later, and others wait for that meanwhile.
                turns.unanswered(wish.subject().org(), true);
              }
              return Unsent.is(cause) ? unsent(request, wish, true) : unasked(request, wish, false);
            });
  }

  /**
   * A server that decides nothing now is away, for this one. Of a one-shot it may have charged all
   * the same: what it says of that is passed on.
   */
  private static HttpResponse unlessAway(HttpResponse answer, ReserveRequest wish) {
    int status = answer.status().intValue();
    if (wish.commit() || DecisionTurns.isDecision(status)) {
      return answer;
    }
    throw new ServerAway("the server answered " + status);
  }

  private static boolean isByServer(HttpResponse answer) {
    return answer.status().intValue() < 500
        || ServerOverHttp.isOurs(((HttpEntity.Strict) answer.entity()).getData().toArray());
  }

  /** What was sent may have happened: then only what sets nothing down for good is decided here. */
  private CompletionStage<HttpResponse> unasked(
      HttpRequest request, ReserveRequest wish, boolean unsent) {
    String repeated = idempotencyKey(request);
    String operation = EnforcementRoutes.reserving(wish);
    if (wish.commit() && (!unsent || known.isSent(operation, repeated))) {
      return CompletableFuture.completedFuture(
          Refusing.STANDARD.refuse(request, PassedRequests.AWAY));
    }
    return (repeated == null
            ? decided(wish, null)
            : known.instead(operation, repeated, once -> decided(wish, once)))
        .handle(
            (reply, failed) ->
                failed == null
                    ? Responses.of(reply, request)
                    : Refusing.STANDARD.refuse(request, problem(Gate.cause(failed))));
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof Unchargeable it) {
      return Outcomes.problem(it.refusal());
    }
    return EnforcementRoutes.isNotKept(cause) ? EnforcementRoutes.NOT_KEPT : PassedRequests.AWAY;
  }

  private CompletionStage<Reply> decided(ReserveRequest wish, @Nullable CallKey once) {
    return sidecar
        .unasked(wish, once)
        .thenApply(
            decision -> {
              boolean isDenied = decision instanceof Decision.Denied;
              boolean isPassing = decision instanceof Decision.Denied it && it.isPassing();
              if (isPassing) {
                known.passing(once);
              }
              String source = isPassing ? "none" : isDenied ? "lease" : "unchecked";
              return Reply.ok(
                  json ->
                      EnforcementRoutes.decided(
                          json,
                          wish,
                          decision,
                          source,
                          EnforcementRoutes.madeAt(sidecar, decision, clock)));
            });
  }

  private static @Nullable String idempotencyKey(HttpRequest request) {
    return request.getHeader("Idempotency-Key").map(HttpHeader::value).orElse(null);
  }
}
