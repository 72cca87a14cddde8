package dev.bursar.sidecar.http;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.http.RequestHandler.Elsewhere;
import dev.bursar.api.http.UnreadBody;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.server.DecisionTurns;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.Turns;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ConnectionPoolSettings;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.BufferOverflowException;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is not answered here, as it came, to the server; and its answer back. Each kind has
 * connections of its own: none waits for those of another.
 */
final class PassedRequests implements Elsewhere {

  private static final Logger LOG = LoggerFactory.getLogger(PassedRequests.class);

  static final Problem AWAY =
      Problem.passing(503, "server_away", "the server can't be reached, and it is the server's");

  static final Problem BUSY =
      Problem.passing(503, "busy", "more waits for the server than can be passed on; ask again");

  private static final Problem TOO_LARGE =
      Problem.closing(
          413,
          "too_large",
          "bodies of at most %d bytes are passed on".formatted(Forwarder.BODY_BYTES_MAX));

  private static final String STREAM = "/v1/leases/stream";
  private static final int STREAMS_MAX = 16;

  private static final Problem STREAMS =
      Problem.passing(
          503, "busy", "%d streams are passed on, and no more are".formatted(STREAMS_MAX));

  private static final String RESERVATIONS = "/v1/reservations";
  private static final String EVENTS = "/v1/events";

  /** By then a server has answered whatever it is asked, if only that it takes too long. */
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(60);

  private static final int AT_ONCE = 64;
  private static final int WAITING_MAX = 1_024;

  /** What waits for a connection, or has one. */
  private static final int OPEN_MAX = 1_024;

  private final Materializer materializer;
  private final Forwarder forwarder;
  private final PassedDecisions decisions;
  private final Server server;
  private final OwnKey key;
  private final Semaphore live = new Semaphore(STREAMS_MAX);
  private final Turns settling;
  private final ConnectionPoolSettings ofStreams;
  private final ConnectionPoolSettings ofSettling;
  private final ConnectionPoolSettings others;

  /**
   * @param heardWithin how soon a server that is there is heard on a stream: it has heartbeats, and
   *     one of a server that is gone does not keep its place
   * @param turnWithin how long what was used waits until it can be passed on
   */
  PassedRequests(
      ClassicActorSystemProvider system,
      Forwarder forwarder,
      PassedDecisions decisions,
      Server server,
      OwnKey key,
      Duration heardWithin,
      Duration turnWithin) {
    this.materializer = SystemMaterializer.get(system).materializer();
    this.forwarder = forwarder;
    this.decisions = decisions;
    this.server = server;
    this.key = key;
    this.settling = new Turns(AT_ONCE, WAITING_MAX, turnWithin);
    this.ofStreams = forwarder.connections(STREAMS_MAX, OPEN_MAX, heardWithin);
    this.ofSettling = forwarder.connections(AT_ONCE, OPEN_MAX / 2, ANSWERED_WITHIN);
    this.others = forwarder.connections(AT_ONCE, OPEN_MAX, ANSWERED_WITHIN);
  }

  /** Ends streams of events in good order, which would not end by themselves. */
  void stop() {
    forwarder.stop();
  }

  @Override
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    boolean isOwn = request.method().equals(HttpMethods.POST) && hasOwnKey(request);
    String path = request.getUri().path();
    ReserveRequest wish = isOwn && path.equals(RESERVATIONS) ? wish(request) : null;
    if (wish != null) {
      return decisions.answer(request, wish);
    }
    if (server.isSilent()) {
      return refused(request, AWAY);
    }
    if (request.entity().getContentLengthOption().orElse(0) > Forwarder.BODY_BYTES_MAX) {
      return refused(request, TOO_LARGE);
    }
    if (request.method().equals(HttpMethods.GET) && path.equals(STREAM)) {
      return live(request);
    }
    return isOwn && (path.equals(EVENTS) || path.startsWith(RESERVATIONS + "/"))
        ? settled(request, path)
        : asked(request, others);
  }

  private CompletionStage<HttpResponse> asked(HttpRequest request, ConnectionPoolSettings pool) {
    return forwarder
        .sent(request, pool)
        .thenApply(forwarder::back)
        .exceptionallyCompose(
            error -> {
              Throwable cause = Gate.cause(error);
              LOG.atDebug().setMessage("the server could not be asked").setCause(cause).log();
              return refused(
                  request,
                  cause instanceof EntityStreamSizeException
                      ? TOO_LARGE
                      : cause instanceof BufferOverflowException && !server.isSilent()
                          ? BUSY
                          : AWAY);
            });
  }

  /** Most clients read no answer while they send: what nobody wants is taken in before. */
  private CompletionStage<HttpResponse> refused(HttpRequest request, Problem problem) {
    return UnreadBody.takenIn(request, materializer).thenApply(taken -> refuse(request, problem));
  }

  /** What goes on for as long as its client likes has places of its own, and waits for none. */
  private CompletionStage<HttpResponse> live(HttpRequest request) {
    return live.tryAcquire()
        ? asked(request, ofStreams).thenApply(answer -> untilItsEnd(answer, live::release))
        : refused(request, STREAMS);
  }

  /** How what was set aside ends, and what was used: none of it waits for what others read. */
  private CompletionStage<HttpResponse> settled(HttpRequest request, String path) {
    String org = org(path);
    String whose = org == null ? EVENTS : org;
    return settling
        .next(whose)
        .handleAsync(
            (turn, none) ->
                none == null
                    ? asked(request, ofSettling)
                        .thenApply(
                            answer -> {
                              if (org != null) {
                                settling.heard(
                                    org, DecisionTurns.isDecision(answer.status().intValue()));
                              }
                              return untilItsEnd(answer, () -> settling.over(whose));
                            })
                    : refused(request, server.isSilent() ? AWAY : BUSY),
            materializer.executionContext())
        .thenCompose(answer -> answer);
  }

  /**
   * The org that it is for; null where the path does not tell, as for events, which may be of many:
   * what becomes of one says nothing of the next.
   */
  private static @Nullable String org(String path) {
    if (path.equals(EVENTS)) {
      return null;
    }
    String name = path.substring(RESERVATIONS.length() + 1);
    int end = name.indexOf('/');
    ReservationId reservation = ReservationId.parse(end < 0 ? name : name.substring(0, end));
    return reservation == null ? null : reservation.org();
  }

  /** Its place is free once it has ended; at once, if it is all there. */
  private HttpResponse untilItsEnd(HttpResponse answer, Runnable release) {
    if (answer.entity().isStrict()) {
      release.run();
      return answer;
    }
    // It runs from now on, and is cancelled if nobody reads it soon: so its end is always seen.
    Source<ByteString, NotUsed> bytes =
        answer
            .entity()
            .getDataBytes()
            .watchTermination(
                (any, ended) -> {
                  ended.whenComplete((done, error) -> release.run());
                  return NotUsed.getInstance();
                })
            .preMaterialize(materializer)
            .second();
    return answer.withEntity(HttpEntities.createChunked(answer.entity().getContentType(), bytes));
  }

  /** What is asked for; null if it can't be read, which is for the server to say. */
  private static @Nullable ReserveRequest wish(HttpRequest request) {
    if (!(request.entity() instanceof HttpEntity.Strict entity)) {
      return null;
    }
    try {
      return ReservationBodies.reserve(
          Body.of(JsonReader.read(entity.getData().toArray()), ReservationBodies.RESERVE), null);
    } catch (Fault fault) {
      return null;
    }
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
