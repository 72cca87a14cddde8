package dev.bursar.sidecar.http;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.http.Reply;
import dev.bursar.api.http.RequestHandler.Elsewhere;
import dev.bursar.api.http.Responses;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.openai.Unsent;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.usage.CallKey;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is not decided here, as it came, to the server; and its answer back. */
final class PassedRequests implements Elsewhere {

  private static final Logger LOG = LoggerFactory.getLogger(PassedRequests.class);

  /** Headers of one connection, which the next has of its own. */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "host",
          "connection",
          "keep-alive",
          "te",
          "transfer-encoding",
          "upgrade",
          "timeout-access",
          "raw-request-uri",
          "remote-address",
          "content-length",
          "content-type",
          "date",
          "server");

  private static final String EVENTS = "text/event-stream";

  private static final Problem AWAY =
      Problem.passing(503, "server_away", "the server can't be reached, and it is the server's");

  /** The largest body that is passed on: a server takes that in, and refuses less by itself. */
  private static final long BODY_BYTES_MAX = 16 << 20;

  private static final Problem TOO_LARGE =
      Problem.closing(
          413, "too_large", "bodies of at most %d bytes are passed on".formatted(BODY_BYTES_MAX));

  private static final Duration DECIDED_WITHIN = Duration.ofSeconds(10);

  private final ClassicActorSystemProvider system;
  private final Http http;
  private final URI base;
  private final Server server;
  private final OwnKey key;
  private final Sidecar sidecar;
  private final InstantSource clock;

  private final KnownAnswers known;
  private final SharedKillSwitch streams = KillSwitches.shared("passed");

  PassedRequests(
      ClassicActorSystemProvider system,
      URI base,
      Server server,
      OwnKey key,
      Sidecar sidecar,
      KnownAnswers known,
      InstantSource clock) {
    this.system = system;
    this.http = Http.get(system);
    this.base = base;
    this.server = server;
    this.key = key;
    this.sidecar = sidecar;
    this.known = known;
    this.clock = clock;
  }

  /** Ends streams of events in good order, which would not end by themselves. */
  void stop() {
    streams.shutdown();
  }

  @Override
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    ReserveRequest wish = isReservation(request) && hasOwnKey(request) ? wish(request) : null;
    if (wish != null && server.isSilent()) {
      return unasked(request, wish, true);
    }
    if (request.entity().getContentLengthOption().orElse(0) > BODY_BYTES_MAX) {
      return CompletableFuture.completedFuture(refuse(request, TOO_LARGE));
    }
    Uri uri =
        request
            .getUri()
            .scheme(base.getScheme())
            .host(base.getHost())
            .port(
                base.getPort() < 0
                    ? (base.getScheme().equals("https") ? 443 : 80)
                    : base.getPort());
    HttpRequest passed =
        HttpRequest.create()
            .withMethod(request.method())
            .withUri(uri)
            .withEntity((RequestEntity) request.entity().withSizeLimit(BODY_BYTES_MAX));
    for (HttpHeader header : request.getHeaders()) {
      if (!OF_CONNECTION.contains(header.lowercaseName())) {
        passed = passed.addHeader(header);
      }
    }
    String repeated = wish == null ? null : idempotencyKey(request);
    String operation = wish == null ? "" : EnforcementRoutes.reserving(wish);
    known.sending(operation, repeated);
    CompletionStage<HttpResponse> answer = http.singleRequest(passed);
    return (wish == null ? answer : soon(answer).thenApply(it -> unlessAway(it, wish)))
        .thenApply(this::cleaned)
        .exceptionallyCompose(
            error -> {
              Throwable cause = error instanceof CompletionException ? error.getCause() : error;
              LOG.atDebug().setMessage("the server could not be asked").setCause(cause).log();
              boolean unsent = Unsent.is(cause);
              if (unsent) {
                known.unsent(operation, repeated);
              }
              if (cause instanceof EntityStreamSizeException) {
                return CompletableFuture.completedFuture(refuse(request, TOO_LARGE));
              }
              return wish != null
                  ? unasked(request, wish, unsent)
                  : CompletableFuture.completedFuture(refuse(request, AWAY));
            });
  }

  /** Fails if it does not come soon: whoever asks for a decision does not wait for long. */
  private CompletionStage<HttpResponse> soon(CompletionStage<HttpResponse> answer) {
    CompletableFuture<HttpResponse> soon = new CompletableFuture<>();
    answer.whenComplete(
        (it, error) -> {
          if (error != null) {
            soon.completeExceptionally(error);
          } else if (!soon.complete(it)) {
            it.discardEntityBytes(system);
          }
        });
    return soon.orTimeout(DECIDED_WITHIN.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * A server that decides nothing now is away. Of a one-shot it may have charged all the same: what
   * it says of that is passed on.
   */
  private HttpResponse unlessAway(HttpResponse answer, ReserveRequest wish) {
    int status = answer.status().intValue();
    if (wish.commit() || (status != 429 && status < 500)) {
      return answer;
    }
    answer.discardEntityBytes(system);
    throw new ServerAway("the server answered " + status);
  }

  private HttpResponse cleaned(HttpResponse answer) {
    HttpResponse response =
        HttpResponse.create().withStatus(answer.status()).withEntity(answer.entity());
    for (HttpHeader header : answer.getHeaders()) {
      if (!OF_CONNECTION.contains(header.lowercaseName())) {
        response = response.addHeader(header);
      }
    }
    ContentType type = answer.entity().getContentType();
    return type.mediaType().toString().equalsIgnoreCase(EVENTS)
        ? response.withEntity(
            HttpEntities.createChunked(
                type, answer.entity().getDataBytes().via(streams.<ByteString>flow())))
        : response;
  }

  /** What was sent may have happened: then only what sets nothing down for good is decided here. */
  private CompletionStage<HttpResponse> unasked(
      HttpRequest request, ReserveRequest wish, boolean unsent) {
    String repeated = idempotencyKey(request);
    String operation = EnforcementRoutes.reserving(wish);
    if (wish.commit() && (!unsent || known.isSent(operation, repeated))) {
      return CompletableFuture.completedFuture(refuse(request, AWAY));
    }
    return (repeated == null
            ? decided(wish, null)
            : known.instead(operation, repeated, once -> decided(wish, once)))
        .handle(
            (reply, failed) ->
                failed == null ? Responses.of(reply, request) : refuse(request, AWAY));
  }

  private CompletionStage<Reply> decided(ReserveRequest wish, @Nullable CallKey once) {
    return sidecar
        .unasked(wish, once)
        .thenApply(
            decision -> {
              if (decision instanceof Decision.Denied it && it.isPassing()) {
                known.passing(once);
              }
              return Reply.ok(
                  json ->
                      EnforcementRoutes.decided(
                          json,
                          wish,
                          decision,
                          "unchecked",
                          EnforcementRoutes.madeAt(sidecar, decision, clock)));
            });
  }

  /** What is asked for; null if it can't be read, which is for the server to say. */
  private static @Nullable ReserveRequest wish(HttpRequest request) {
    try {
      byte[] body = ((HttpEntity.Strict) request.entity()).getData().toArray();
      return ReservationBodies.reserve(
          Body.of(JsonReader.read(body), ReservationBodies.RESERVE), null);
    } catch (Fault fault) {
      return null;
    }
  }

  private static @Nullable String idempotencyKey(HttpRequest request) {
    return request.getHeader("Idempotency-Key").map(HttpHeader::value).orElse(null);
  }

  private static boolean isReservation(HttpRequest request) {
    return request.method().equals(HttpMethods.POST)
        && request.getUri().path().equals("/v1/reservations")
        && request.entity().isStrict();
  }

  private boolean hasOwnKey(HttpRequest request) {
    return request
        .getHeader("Authorization")
        .map(HttpHeader::value)
        .filter(value -> value.toLowerCase(Locale.ROOT).startsWith("bearer "))
        .map(value -> key.is(value.substring("bearer ".length()).strip()))
        .orElse(false);
  }
}
