package dev.bursar.sidecar.http;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.http.Reply;
import dev.bursar.api.http.RequestHandler.Elsewhere;
import dev.bursar.api.http.Responses;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Unchargeable;
import dev.bursar.sidecar.gateway.Gate;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
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
import org.apache.pekko.http.javadsl.settings.ConnectionPoolSettings;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.BufferOverflowException;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.FiniteDuration;

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

  private static final Problem BUSY =
      Problem.passing(503, "busy", "more waits for the server than can be passed on; ask again");

  private static final String STREAM = "/v1/leases/stream";
  private static final int STREAMS_MAX = 16;

  private static final Problem STREAMS =
      Problem.passing(
          503, "busy", "%d streams are passed on, and no more are".formatted(STREAMS_MAX));

  /** By then a server has answered whatever it is asked, if only that it takes too long. */
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(60);

  /** A server that has not decided so long after it was asked is away. */
  static final Duration DECIDED_WITHIN = Duration.ofSeconds(10);

  /** How long a decision waits for its turn to be asked for. */
  static final Duration TURN_WITHIN = Duration.ofSeconds(10);

  /** Decisions that the server is asked for at once, and that wait for their turn. */
  static final int DECISIONS_MAX = 64;

  static final int WAITING_MAX = 1_024;

  private final ClassicActorSystemProvider system;
  private final Http http;
  private final URI base;
  private final Server server;
  private final OwnKey key;
  private final Sidecar sidecar;
  private final InstantSource clock;

  private final KnownAnswers known;
  private final SharedKillSwitch streams = KillSwitches.shared("passed");
  private final Semaphore live = new Semaphore(STREAMS_MAX);
  private final Duration decidedWithin;
  private final Turns turns;

  /** Each kind has connections of its own: none waits for those of another. */
  private final ConnectionPoolSettings ofDecisions;

  private final ConnectionPoolSettings ofStreams;
  private final ConnectionPoolSettings others;

  /** When the server was last heard to decide, on the clock that only runs forward. */
  private volatile long answeredAt = System.nanoTime();

  /** When it took no connection last, or said that it decides nothing, on the same clock. */
  private volatile long awayAt = answeredAt;

  /**
   * @param decidedWithin how long a decision of the server is waited for
   * @param turnWithin how long, before that, a turn to ask for it
   */
  PassedRequests(
      ClassicActorSystemProvider system,
      URI base,
      Server server,
      OwnKey key,
      Sidecar sidecar,
      KnownAnswers known,
      InstantSource clock,
      Duration decidedWithin,
      Duration turnWithin) {
    this.system = system;
    this.http = Http.get(system);
    this.base = base;
    this.server = server;
    this.key = key;
    this.sidecar = sidecar;
    this.known = known;
    this.clock = clock;
    this.decidedWithin = decidedWithin;
    this.turns = new Turns(DECISIONS_MAX, WAITING_MAX, turnWithin);
    ConnectionPoolSettings all = ConnectionPoolSettings.create(system.classicSystem());
    this.others = silentFor(ANSWERED_WITHIN, all);
    // A stream has heartbeats: one of a server that is gone does not keep its place.
    this.ofStreams = silentFor(decidedWithin, all.withMaxConnections(STREAMS_MAX));
    // What is waited for no longer takes no connection, either.
    this.ofDecisions = silentFor(decidedWithin, all.withMaxConnections(DECISIONS_MAX));
  }

  /** Connections that end where nothing comes for so long. */
  private static ConnectionPoolSettings silentFor(Duration most, ConnectionPoolSettings pool) {
    return pool.withConnectionSettings(
        pool.getConnectionSettings()
            .withIdleTimeout(FiniteDuration.create(most.toNanos(), TimeUnit.NANOSECONDS)));
  }

  /** Ends streams of events in good order, which would not end by themselves. */
  void stop() {
    streams.shutdown();
  }

  @Override
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    ReserveRequest wish = isReservation(request) && hasOwnKey(request) ? wish(request) : null;
    if (server.isSilent()) {
      return wish != null
          ? unasked(request, wish, true)
          : CompletableFuture.completedFuture(refuse(request, AWAY));
    }
    if (request.entity().getContentLengthOption().orElse(0) > BODY_BYTES_MAX) {
      return CompletableFuture.completedFuture(refuse(request, TOO_LARGE));
    }
    if (wish != null) {
      return decidedThere(request, wish);
    }
    return isStream(request) ? live(request) : asked(request, others);
  }

  private HttpRequest passed(HttpRequest request) {
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
    return passed;
  }

  private CompletionStage<HttpResponse> sent(HttpRequest request, ConnectionPoolSettings pool) {
    return http.singleRequest(
        passed(request), http.defaultClientHttpsContext(), pool, system.classicSystem().log());
  }

  private CompletionStage<HttpResponse> asked(HttpRequest request, ConnectionPoolSettings pool) {
    return CompletableFuture.completedFuture(request)
        .thenCompose(it -> sent(it, pool))
        .thenApply(this::cleaned)
        .exceptionally(
            error -> {
              Throwable cause = told(error);
              return refuse(
                  request,
                  cause instanceof EntityStreamSizeException
                      ? TOO_LARGE
                      : cause instanceof BufferOverflowException && !server.isSilent()
                          ? BUSY
                          : AWAY);
            });
  }

  private static Throwable told(Throwable error) {
    Throwable cause = Gate.cause(error);
    LOG.atDebug().setMessage("the server could not be asked").setCause(cause).log();
    return cause;
  }

  /** What goes on for as long as its client likes has places of its own, and waits for none. */
  private CompletionStage<HttpResponse> live(HttpRequest request) {
    if (!live.tryAcquire()) {
      return CompletableFuture.completedFuture(refuse(request, STREAMS));
    }
    return asked(request, ofStreams).thenApply(this::untilItsEnd);
  }

  /** Its place is free once it has ended; at once, if it was refused. */
  private HttpResponse untilItsEnd(HttpResponse answer) {
    if (answer.entity().isStrict()) {
      live.release();
      return answer;
    }
    // It runs from now on, and is cancelled if nobody reads it soon: so its end is always seen.
    Source<ByteString, NotUsed> events =
        answer
            .entity()
            .getDataBytes()
            .watchTermination(
                (any, ended) -> {
                  ended.whenComplete((done, error) -> live.release());
                  return NotUsed.getInstance();
                })
            .preMaterialize(system)
            .second();
    return answer.withEntity(HttpEntities.createChunked(answer.entity().getContentType(), events));
  }

  private CompletionStage<HttpResponse> decidedThere(HttpRequest request, ReserveRequest wish) {
    long since = System.nanoTime();
    // It may be sent from now on.
    known.sending(EnforcementRoutes.reserving(wish), idempotencyKey(request));
    return turns
        .next()
        .handleAsync(
            (turn, none) -> {
              if (none != null) {
                // Of all that were sent before it, none was decided meanwhile: nobody is there.
                boolean isHung = none instanceof TimeoutException && answeredAt - since < 0;
                return unsent(request, wish, isHung || isAway() || server.isSilent());
              }
              if (server.isSilent()) {
                turns.over();
                return unsent(request, wish, true);
              }
              return decidedNow(request, wish);
            },
            system.classicSystem().dispatcher())
        .thenCompose(answer -> answer);
  }

  /** Whether it was away just now: that goes by what was tried lately only. */
  private boolean isAway() {
    long at = awayAt;
    return at - answeredAt > 0 && System.nanoTime() - at < TURN_WITHIN.toNanos();
  }

  /** The server has heard nothing of it, and won't: it is away, or others had its turn. */
  private CompletionStage<HttpResponse> unsent(
      HttpRequest request, ReserveRequest wish, boolean isAway) {
    known.unsent(EnforcementRoutes.reserving(wish), idempotencyKey(request));
    return isAway
        ? unasked(request, wish, true)
        : CompletableFuture.completedFuture(refuse(request, BUSY));
  }

  private CompletionStage<HttpResponse> decidedNow(HttpRequest request, ReserveRequest wish) {
    CompletableFuture<HttpResponse> answer =
        CompletableFuture.completedFuture(request)
            .thenCompose(it -> sent(it, ofDecisions))
            // Its turn is over with its last byte: nobody who reads slowly has it for longer.
            .thenCompose(
                it ->
                    it.entity()
                        .toStrict(decidedWithin.toMillis(), system)
                        .thenApply(it::withEntity))
            .whenComplete(
                (it, error) -> {
                  if (it != null && decides(it)) {
                    answeredAt = System.nanoTime();
                  } else if (it != null) {
                    awayAt = System.nanoTime();
                  }
                  turns.over();
                });
    // Whoever asks for a decision does not wait for long.
    return answer
        .copy()
        .orTimeout(decidedWithin.toNanos(), TimeUnit.NANOSECONDS)
        .thenApply(it -> cleaned(unlessAway(it, wish)))
        .exceptionallyCompose(
            error -> {
              if (!Unsent.is(told(error))) {
                return unasked(request, wish, false);
              }
              awayAt = System.nanoTime();
              return unsent(request, wish, true);
            });
  }

  /**
   * A server that decides nothing now is away. Of a one-shot it may have charged all the same: what
   * it says of that is passed on.
   */
  private HttpResponse unlessAway(HttpResponse answer, ReserveRequest wish) {
    if (wish.commit() || decides(answer)) {
      return answer;
    }
    throw new ServerAway("the server answered " + answer.status().intValue());
  }

  private static boolean decides(HttpResponse answer) {
    int status = answer.status().intValue();
    return status != 429 && status < 500;
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
                failed == null
                    ? Responses.of(reply, request)
                    : refuse(
                        request,
                        Gate.cause(failed) instanceof Unchargeable it
                            ? Outcomes.problem(it.refusal())
                            : AWAY));
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

  private static boolean isStream(HttpRequest request) {
    return request.method().equals(HttpMethods.GET) && request.getUri().path().equals(STREAM);
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
