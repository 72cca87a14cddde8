package dev.bursar.sidecar.openai;

import dev.bursar.api.http.Refusing;
import dev.bursar.api.http.TraceContext;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.gateway.Door;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.gateway.Wishes;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /openai/v1}: what runs a model is decided before it goes to the model's API, and charged
 * by what the answer says that it used; what runs none is passed on. Whatever runs something of
 * which nobody could tell what it costs is refused, unless the settings let it pass.
 */
public final class OpenAiProxy implements Refusing {

  /** Where it is. */
  public static final String PATH = "/openai/v1";

  private static final Logger LOG = LoggerFactory.getLogger(OpenAiProxy.class);

  /** The largest body of a call of a model. */
  static final int BODY_BYTES_MAX = 4 << 20;

  /** All bodies together that are on their way to the API. */
  private static final long BODIES_BYTES_MAX = 10L << 20;

  private static final long BODY_MS_MAX = 30_000;
  private static final long STOP_MS_MAX = 3_000;
  private static final List<String> RUNS_NO_MODEL = List.of("/files", "/uploads", "/moderations");
  private static final String BEARER = "bearer ";

  private final Gate gate;
  private final Door door;
  private final Said defaults;
  private final OpenAiSettings settings;
  private final Upstream upstream;
  private final OpenAiMeters meters;
  private final Settlement settlement;
  private final Materializer materializer;
  private final AtomicLong bodyBytes = new AtomicLong();

  /**
   * @param prices tells which meters have a price
   * @param defaults what is said of calls that do not say it themselves
   */
  public OpenAiProxy(
      ClassicActorSystemProvider system,
      OpenAiSettings settings,
      Gate gate,
      Door door,
      Prices prices,
      Said defaults,
      MeterRegistry registry) {
    this.settings = settings;
    this.gate = gate;
    this.door = door;
    this.defaults = defaults;
    this.meters = new OpenAiMeters(registry);
    this.materializer = SystemMaterializer.get(system).materializer();
    this.upstream = new Upstream(system, settings);
    this.settlement = new Settlement(gate, prices, meters);
  }

  /** Whether a path is the proxy's. */
  public static boolean isAt(String path) {
    return path.startsWith(PATH + "/");
  }

  /** Answers a request. Never fails. */
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    try {
      HttpHeader own = header(request, Door.KEY);
      door.demand(
          request
              .getAttribute(AttributeKeys.remoteAddress)
              .flatMap(RemoteAddress::getAddress)
              .orElse(null),
          own == null ? null : own.value());
      demandNoOwnKey(request);
      return routed(request).exceptionally(error -> failed(request, error));
    } catch (RuntimeException e) {
      discard(request);
      return CompletableFuture.completedFuture(failed(request, e));
    }
  }

  /** Tells of a problem in the form that clients of the API know. */
  @Override
  public HttpResponse refuse(HttpRequest request, Problem problem) {
    return OpenAiError.of(problem).response();
  }

  /**
   * Ends what is under way, and charges what has come of it by now; whatever is asked for later is
   * refused. Whoever has no answer yet is not told so here. Returns when that is on record, after
   * three seconds at most.
   */
  public void stop() {
    List<Settlement.Held> open = settlement.stop();
    upstream.cut();
    for (Settlement.Held each : open) {
      if (!each.isWatched()) {
        each.estimate(0, Ending.CUT_OFF);
      }
    }
    CompletableFuture.allOf(
            open.stream().map(Settlement.Held::onRecord).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, STOP_MS_MAX, TimeUnit.MILLISECONDS)
        .join();
  }

  private CompletionStage<HttpResponse> routed(HttpRequest request) {
    String path = request.getUri().path().substring(PATH.length());
    if (path.contains("..") || path.contains("//")) {
      throw Problem.of(400, "invalid_path", "has no path of the API").fault();
    }
    Operation operation = request.method().equals(HttpMethods.POST) ? Operation.at(path) : null;
    if (operation != null) {
      return called(request, path, operation);
    }
    if (!isPassed(request, path)) {
      throw Problem.of(
              403,
              "not_metered",
              "nobody could tell what this costs, so it is not passed on; --openai-pass lets a path"
                  + " pass undecided")
          .fault();
    }
    untimed(request);
    return upstream.pass(request, path);
  }

  private boolean isPassed(HttpRequest request, String path) {
    if (List.of("GET", "HEAD", "DELETE", "OPTIONS").contains(request.method().value())) {
      return true;
    }
    return !path.contains("%")
        && (RUNS_NO_MODEL.stream().anyMatch(each -> isBelow(path, each))
            || settings.passed().stream().anyMatch(each -> isBelow(path, each)));
  }

  private static boolean isBelow(String path, String passed) {
    return path.equals(passed) || path.startsWith(passed + "/");
  }

  /** An answer may take as long as a model does; that is bounded otherwise. */
  private static void untimed(HttpRequest request) {
    for (HttpHeader header : request.getHeaders()) {
      if (header instanceof TimeoutAccess access) {
        access.timeoutAccess().updateTimeout(scala.concurrent.duration.Duration.Inf());
      }
    }
  }

  private CompletionStage<HttpResponse> called(
      HttpRequest request, String path, Operation operation) {
    if (header(request, "content-encoding") != null) {
      throw Problem.of(415, "unsupported_encoding", "bodies are accepted uncompressed only")
          .fault();
    }
    long room = request.entity().getContentLengthOption().orElse(BODY_BYTES_MAX);
    if (room > BODY_BYTES_MAX) {
      throw tooLarge();
    }
    if (bodyBytes.addAndGet(room) > BODIES_BYTES_MAX) {
      bodyBytes.addAndGet(-room);
      throw Problem.passing(429, "busy", "as many large bodies are under way as may be at once")
          .fault();
    }
    return request
        .entity()
        .withSizeLimit(BODY_BYTES_MAX)
        .toStrict(BODY_MS_MAX, BODY_BYTES_MAX, materializer)
        .whenComplete((body, error) -> bodyBytes.addAndGet(-room))
        .thenCompose(
            body -> {
              long length = body.getData().size();
              bodyBytes.addAndGet(length);
              // Given back however it ends, also where it does not even begin.
              return CompletableFuture.completedFuture(body)
                  .thenCompose(entity -> called(request, path, operation, entity))
                  .whenComplete((response, error) -> bodyBytes.addAndGet(-length));
            });
  }

  private CompletionStage<HttpResponse> called(
      HttpRequest request, String path, Operation operation, HttpEntity.Strict entity) {
    ModelCall call =
        CallReader.read(operation, entity.getData().toArrayUnsafe(), settings.outputTokens());
    Said said = Said.headers(name -> value(request, name)).or(defaults);
    Said named = name -> name.equals("model") ? call.model() : said.get(name);
    HttpHeader traceparent = header(request, "traceparent");
    ReserveRequest wish =
        Wishes.of(
            named,
            Wishes.Mode.RESERVE,
            OpenAiSettings.TTL_SECONDS,
            call.estimated().units(false),
            Map.of(),
            traceparent == null ? null : TraceContext.traceId(traceparent.value()));
    untimed(request);
    return gate.hold(wish)
        .thenCompose(
            decision ->
                switch (decision) {
                  case Decision.Allowed it when it.reservation() != null -> {
                    meters.call(operation, "allow");
                    yield upstream.call(
                        request, path, call, settlement.of(it.reservation(), wish, call));
                  }
                  case Decision.Denied it -> {
                    meters.call(operation, "deny");
                    yield CompletableFuture.completedFuture(
                        OpenAiError.denied(it.code(), it.detail()).response());
                  }
                  default -> throw new IllegalStateException("nothing was decided");
                });
  }

  private static Fault tooLarge() {
    return Problem.closing(
            413, "too_large", "bodies of at most %d bytes are accepted".formatted(BODY_BYTES_MAX))
        .fault();
  }

  /** Bursar's key is not for the model's API, which would get it otherwise. */
  private void demandNoOwnKey(HttpRequest request) {
    HttpHeader sent = header(request, "authorization");
    if (sent != null
        && sent.value().toLowerCase(Locale.ROOT).startsWith(BEARER)
        && door.isOwnKey(sent.value().substring(BEARER.length()).strip())) {
      throw Problem.invalid(
              "Authorization",
              "is the sidecar's key, which is not for the model's API; it goes into " + Door.KEY)
          .fault();
    }
  }

  private HttpResponse failed(HttpRequest request, Throwable error) {
    Throwable cause = Gate.cause(error);
    if (cause instanceof Fault fault) {
      return OpenAiError.of(fault.problem()).response();
    }
    if (cause instanceof EntityStreamSizeException) {
      return OpenAiError.of(tooLarge().problem()).response();
    }
    if (cause instanceof TimeoutException) {
      return new OpenAiError(408, "body_timeout", null, "the body did not come in time").response();
    }
    if (cause instanceof IllegalArgumentException) {
      return new OpenAiError(400, "invalid", null, String.valueOf(cause.getMessage())).response();
    }
    LOG.atError()
        .setMessage("a call could not be decided")
        .addKeyValue("path", request.getUri().path())
        .setCause(cause)
        .log();
    return new OpenAiError(503, "undecided", null, "the call could not be decided; ask again")
        .response();
  }

  private void discard(HttpRequest request) {
    if (!request.entity().isStrict()) {
      request.discardEntityBytes(materializer);
    }
  }

  private static @Nullable HttpHeader header(HttpRequest request, String lowerCaseName) {
    for (HttpHeader each : request.getHeaders()) {
      if (each.lowercaseName().equals(lowerCaseName)) {
        return each;
      }
    }
    return null;
  }

  private static @Nullable String value(HttpRequest request, String lowerCaseName) {
    HttpHeader header = header(request, lowerCaseName);
    return header == null ? null : header.value();
  }
}
