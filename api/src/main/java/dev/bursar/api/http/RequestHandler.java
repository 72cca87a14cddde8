package dev.bursar.api.http;

import com.typesafe.config.Config;
import dev.bursar.api.access.Access;
import dev.bursar.api.access.Authentication;
import dev.bursar.api.http.PathTree.Match;
import dev.bursar.api.http.PathTree.Route;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.export.TooManyExports;
import dev.bursar.domain.ledger.ReadModelsBehind;
import dev.bursar.domain.operation.StorageAway;
import dev.bursar.domain.usage.Unanswerable;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.TimeoutAccess;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every request the same way: find the endpoint, the key, the org, the body; then call; then
 * answer. It always answers, and never with an exception.
 */
public final class RequestHandler
    implements Function<HttpRequest, CompletionStage<HttpResponse>>, Refusing {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  private static final Problem INTERNAL =
      Problem.of(500, "internal", "the service failed; the request id finds the cause in its log");
  private static final Problem BEHIND =
      Problem.passing(
          503, "read_models_behind", "what was asked is not in the read models yet; ask again");
  private static final Problem BUSY =
      Problem.passing(429, "busy", "more reads are waiting than can be answered; ask again");
  private static final Problem EXPORTING =
      Problem.of(
              429,
              "busy",
              "as many exports are under way as may be at once; ask again when one has ended")
          .with("Retry-After", "10");
  private static final Problem AWAY =
      Problem.passing(
          503,
          "storage_away",
          "the database does not answer; ask again, for a change with the same Idempotency-Key");
  private static final Problem TIMED_OUT =
      Problem.passing(
          503,
          "timed_out",
          "it took too long, and it may or may not have happened; ask again with the same"
              + " Idempotency-Key");

  private final transient PathTree paths = new PathTree();
  private final transient Authentication authentication;
  private final transient BodyReader bodies;
  private final transient Materializer materializer;
  private final transient RouteMeters unmatched;
  private final Duration answeredWithin;
  private final Duration slowAnsweredWithin;
  private final transient @Nullable Elsewhere elsewhere;

  /** Who answers what is not answered here. */
  public interface Elsewhere extends Refusing {
    /** Answers a request. */
    CompletionStage<HttpResponse> answer(HttpRequest request);

    @Override
    default HttpResponse refuse(HttpRequest request, Problem problem) {
      return STANDARD.refuse(request, problem);
    }
  }

  /**
   * @param system runs the streams of large bodies
   * @param endpoints all that can be called
   */
  public RequestHandler(
      ClassicActorSystemProvider system,
      List<Endpoint> endpoints,
      Authentication authentication,
      MeterRegistry meters) {
    this(system, endpoints, authentication, meters, null);
  }

  /**
   * @param elsewhere answers what has no endpoint, and what an endpoint has {@link PassedOn}; null
   *     where all is answered here
   */
  public RequestHandler(
      ClassicActorSystemProvider system,
      List<Endpoint> endpoints,
      Authentication authentication,
      MeterRegistry meters,
      @Nullable Elsewhere elsewhere) {
    this.elsewhere = elsewhere;
    this.materializer = SystemMaterializer.get(system).materializer();
    this.authentication = authentication;
    this.bodies = new BodyReader(materializer);
    Config config = system.classicSystem().settings().config();
    this.answeredWithin = config.getDuration("pekko.http.server.request-timeout");
    this.slowAnsweredWithin = config.getDuration("bursar.http.slow-request-timeout");
    this.unmatched = new RouteMeters(meters, "other", "none");
    for (Endpoint endpoint : endpoints) {
      paths.add(endpoint, new RouteMeters(meters, endpoint.method(), endpoint.path()));
    }
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) {
    long started = System.nanoTime();
    Head head = Head.of(request);
    Match match = paths.find(target(request).path());
    Route route = match == null ? null : match.methods().get(request.method().value());
    RouteMeters meters = route == null ? unmatched : route.meters();
    ProblemForm form = form(route);
    boolean slow = route != null && route.endpoint().slow();
    if (elsewhere != null) {
      if (route == null) {
        return elsewhere.answer(request);
      }
      if (!request.entity().isStrict() && route.endpoint().access() != Access.PUBLIC) {
        return whole(request, route, head, elsewhere);
      }
    }
    if (head.timeout() != null) {
      TimeoutAccess access = head.timeout().timeoutAccess();
      access.updateHandler(late -> Responses.of(TIMED_OUT, head, form, request));
      if (slow) {
        access.updateTimeout(
            scala.concurrent.duration.Duration.fromNanos(slowAnsweredWithin.toNanos()));
      }
    }
    CompletionStage<Reply> reply;
    try {
      reply =
          match == null
              ? CompletableFuture.failedStage(unknownPath())
              : route == null
                  ? CompletableFuture.failedStage(wrongMethod(match))
                  : run(route, match, request, head);
    } catch (RuntimeException e) {
      reply = CompletableFuture.failedStage(e);
    }
    if (!request.entity().isStrict()) {
      // The server's own clock starts when the body has come, and nobody reads it before the key is
      // known.
      reply =
          reply
              .toCompletableFuture()
              .orTimeout(
                  (slow ? slowAnsweredWithin : answeredWithin).toMillis(), TimeUnit.MILLISECONDS);
    }
    CompletionStage<@Nullable HttpResponse> response =
        answer(reply, request, head, form, meters, started);
    return elsewhere == null
        ? response.thenApply(Objects::requireNonNull)
        : response.thenCompose(
            own -> own == null ? elsewhere.answer(request) : CompletableFuture.completedStage(own));
  }

  /**
   * The answer to a request that may be read here and sent on: with all of its body, which is taken
   * into memory only where the key is known here.
   */
  private CompletionStage<HttpResponse> whole(
      HttpRequest request, Route route, Head head, Elsewhere elsewhere) {
    Endpoint endpoint = route.endpoint();
    return authentication
        .key(head.authorization())
        .thenCompose(key -> bodies.whole(request, endpoint.intake(), this::apply))
        .exceptionallyCompose(
            error ->
                cause(error) instanceof PassedOn
                    ? elsewhere.answer(request)
                    : UnreadBody.takenIn(request, materializer)
                        .thenApply(
                            taken ->
                                Responses.of(
                                    problem(error, request, head, route.meters()),
                                    head,
                                    endpoint.problems(),
                                    request)));
  }

  /** Null where it is for somebody else to answer. */
  private CompletionStage<@Nullable HttpResponse> answer(
      CompletionStage<Reply> reply,
      HttpRequest request,
      Head head,
      ProblemForm form,
      RouteMeters meters,
      long started) {
    return reply.handle(
        (value, error) -> {
          if (error != null && elsewhere != null && cause(error) instanceof PassedOn) {
            return null;
          }
          HttpResponse response =
              error == null
                  ? Responses.of(value, head)
                  : Responses.of(problem(error, request, head, meters), head, form, request);
          meters.record(response.status().intValue(), System.nanoTime() - started);
          return response;
        });
  }

  private static ProblemForm form(@Nullable Route route) {
    return route == null ? ProblemForm.STANDARD : route.endpoint().problems();
  }

  /** Tells of a problem as whoever answers the request would. */
  @Override
  public HttpResponse refuse(HttpRequest request, Problem problem) {
    Match match = paths.find(target(request).path());
    Route route = match == null ? null : match.methods().get(request.method().value());
    return route == null && elsewhere != null
        ? elsewhere.refuse(request, problem)
        : Responses.of(problem, Head.of(request), form(route), request);
  }

  private static org.apache.pekko.http.scaladsl.model.Uri target(HttpRequest request) {
    return ((org.apache.pekko.http.scaladsl.model.HttpRequest) request).uri();
  }

  private CompletionStage<Reply> run(Route route, Match match, HttpRequest request, Head head) {
    Endpoint endpoint = route.endpoint();
    Map<String, String> variables = variables(route, match);
    if (endpoint.access() == Access.PUBLIC) {
      return call(endpoint, null, variables, request, head);
    }
    return authentication
        .key(head.authorization())
        .thenCompose(
            key -> {
              authorize(endpoint, key, variables);
              return call(endpoint, key, variables, request, head);
            });
  }

  private static void authorize(Endpoint endpoint, AccessKey key, Map<String, String> variables) {
    String org = variables.get("org");
    if (org != null && !key.covers(org)) {
      throw Call.unknownOrg(org);
    }
    Call.demand(endpoint.access(), key);
  }

  private CompletionStage<Reply> call(
      Endpoint endpoint,
      @Nullable AccessKey key,
      Map<String, String> variables,
      HttpRequest request,
      Head head) {
    String idempotencyKey = head.checkedIdempotencyKey();
    String query = request.getUri().rawQueryString().orElse("");
    if (!endpoint.takesBody()) {
      if (!request.entity().isStrict()) {
        request.discardEntityBytes(materializer);
      }
      return endpoint
          .handler()
          .handle(new Call(key, variables, query, Payload.NONE, idempotencyKey, head));
    }
    Payload strict = bodies.readAtOnce(request, head, endpoint.intake());
    return strict != null
        ? endpoint.handler().handle(new Call(key, variables, query, strict, idempotencyKey, head))
        : bodies
            .read(request, head, endpoint.intake())
            .thenCompose(
                body ->
                    endpoint
                        .handler()
                        .handle(new Call(key, variables, query, body, idempotencyKey, head)));
  }

  private static Map<String, String> variables(Route route, Match match) {
    List<String> names = route.variables();
    List<String> values = match.values();
    return switch (names.size()) {
      case 0 -> Map.of();
      case 1 -> Map.of(names.getFirst(), values.getFirst());
      default -> {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
          variables.put(names.get(i), values.get(i));
        }
        yield variables;
      }
    };
  }

  private static Throwable cause(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private Problem problem(Throwable error, HttpRequest request, Head head, RouteMeters meters) {
    Throwable cause = cause(error);
    if (!request.entity().isStrict()) {
      bodies.abandon(request);
    }
    if (cause instanceof Fault fault) {
      return fault.problem();
    }
    if (cause instanceof ReadModelsBehind) {
      return BEHIND;
    }
    if (cause instanceof StorageAway) {
      return AWAY;
    }
    if (cause instanceof TooManyExports) {
      return EXPORTING;
    }
    if (cause instanceof RejectedExecutionException) {
      return BUSY;
    }
    if (cause instanceof TimeoutException) {
      return TIMED_OUT;
    }
    if (cause instanceof Unanswerable question) {
      return refused(question);
    }
    LOG.atError()
        .setMessage("a request failed unexpectedly")
        .addKeyValue("request_id", head.requestId())
        .addKeyValue("traceparent", head.traceparent())
        .addKeyValue("route", meters.route())
        .setCause(cause)
        .log();
    return INTERNAL;
  }

  /** A question that is to be asked otherwise. */
  private static Problem refused(Unanswerable question) {
    String detail = String.valueOf(question.getMessage());
    return switch (question.reason()) {
      case NOT_KEPT -> Problem.of(400, "not_kept", detail).at("from");
      case TOO_MANY_ROWS -> Problem.of(400, "too_many_rows", detail);
      case TOO_MUCH -> Problem.of(400, "too_much", detail);
    };
  }

  private static Fault unknownPath() {
    return Problem.of(404, "not_found", "there is nothing at this path").fault();
  }

  private static Fault wrongMethod(Match match) {
    String allowed = String.join(", ", match.methods().keySet());
    return Problem.of(405, "method_not_allowed", "this path takes " + allowed)
        .with("Allow", allowed)
        .fault();
  }
}
