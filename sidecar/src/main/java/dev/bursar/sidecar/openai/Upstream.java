package dev.bursar.sidecar.openai;

import dev.bursar.api.http.CutOff;
import dev.bursar.sidecar.gateway.Gate;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.settings.ConnectionPoolSettings;
import org.apache.pekko.stream.BufferOverflowException;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.FiniteDuration;

/** The API that runs the models. */
final class Upstream {

  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  /** Headers of one connection, and what is said to Bursar alone. */
  private static final Set<String> STAYS =
      Set.of(
          "host",
          "connection",
          "keep-alive",
          "proxy-authorization",
          "proxy-authenticate",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "expect",
          "timeout-access",
          "raw-request-uri",
          "remote-address",
          "content-length",
          "content-type",
          "date",
          "server");

  private static final String BURSAR = "x-bursar-";
  private static final String RESERVATION = "x-bursar-reservation";
  private static final String EVENTS = "text/event-stream";
  private static final int CONNECTIONS_MAX = 256;
  private static final int WAITING_MAX = 1_024;

  /** So much of an answer is looked at at once, which takes several times as much memory. */
  private static final int SLICE_BYTES = 1 << 16;

  /** So long an answer may go unread, until it is known that nobody is there to read it. */
  private static final FiniteDuration UNREAD_MAX = FiniteDuration.create(5, TimeUnit.SECONDS);

  private static final byte[] SPENT =
      new OpenAiError(402, "reservation_spent", null, "what was set aside for the answer is spent")
          .event();

  private final Http http;
  private final Materializer materializer;
  private final ClassicActorSystemProvider system;
  private final ConnectionPoolSettings pool;
  private final OpenAiSettings settings;
  private final Uri base;

  /** Ends all answers of models. */
  private final SharedKillSwitch answers = KillSwitches.shared("answers");

  Upstream(ClassicActorSystemProvider system, OpenAiSettings settings) {
    this.system = system;
    this.settings = settings;
    this.http = Http.get(system);
    this.materializer = SystemMaterializer.get(system).materializer();
    this.pool =
        ConnectionPoolSettings.create(system.classicSystem())
            .withMaxConnections(CONNECTIONS_MAX)
            .withMaxOpenRequests(WAITING_MAX);
    URI upstream = settings.upstream();
    String text = upstream.toString();
    this.base = Uri.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  private HttpRequest onward(HttpRequest request, String path, RequestEntity entity) {
    Uri uri =
        Uri.create(base + path + request.getUri().rawQueryString().map(q -> "?" + q).orElse(""));
    HttpRequest passed =
        HttpRequest.create().withMethod(request.method()).withUri(uri).withEntity(entity);
    Set<String> ofConnection = namedByConnection(request.getHeaders());
    List<HttpHeader> headers = new ArrayList<>();
    for (HttpHeader header : request.getHeaders()) {
      String name = header.lowercaseName();
      if (!STAYS.contains(name)
          && !name.startsWith(BURSAR)
          && !name.equals("accept-encoding")
          && !ofConnection.contains(name)) {
        headers.add(header);
      }
    }
    // What is compressed can't be read here.
    headers.add(RawHeader.create("Accept-Encoding", "identity"));
    return passed.withHeaders(headers);
  }

  private static Set<String> namedByConnection(Iterable<HttpHeader> headers) {
    Set<String> named = new HashSet<>();
    for (HttpHeader header : headers) {
      if (header.lowercaseName().equals("connection")) {
        Collections.addAll(named, header.value().toLowerCase(Locale.ROOT).split("\\s*,\\s*"));
      }
    }
    return named;
  }

  private static List<HttpHeader> back(HttpResponse answer) {
    List<HttpHeader> headers = new ArrayList<>();
    for (HttpHeader header : answer.getHeaders()) {
      if (!STAYS.contains(header.lowercaseName()) && !header.lowercaseName().startsWith(BURSAR)) {
        headers.add(header);
      }
    }
    return headers;
  }

  private CompletionStage<HttpResponse> sent(HttpRequest request) {
    CompletableFuture<HttpResponse> answer =
        http.singleRequest(
                request, http.defaultClientHttpsContext(), pool, system.classicSystem().log())
            .toCompletableFuture();
    return answer
        .copy()
        .orTimeout(settings.within().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (response, error) -> {
              if (error != null) {
                // One that comes after all is nobody's.
                answer.thenAccept(late -> late.discardEntityBytes(materializer));
              }
            });
  }

  /** Passes a request on, and its answer back. */
  CompletionStage<HttpResponse> pass(HttpRequest request, String path) {
    return sent(onward(request, path, (RequestEntity) request.entity().withoutSizeLimit()))
        .thenApply(
            answer ->
                HttpResponse.create()
                    .withStatus(answer.status())
                    .withHeaders(back(answer))
                    .withEntity((ResponseEntity) answer.entity().withoutSizeLimit()))
        .exceptionally(error -> unanswered(error).response());
  }

  /** Sends a call of a model; what was set aside for it is settled, whatever comes of that. */
  CompletionStage<HttpResponse> call(
      HttpRequest request, String path, ModelCall call, Settlement.Held held) {
    if (!held.begin()) {
      HttpResponse response =
          new OpenAiError(503, "stopping", null, "nothing is begun any more").response();
      return held.release().thenApply(any -> response);
    }
    long started = System.nanoTime();
    RequestEntity body = HttpEntities.create(request.entity().getContentType(), call.body());
    CompletionStage<HttpResponse> sent;
    try {
      sent = sent(onward(request, path, body));
    } catch (RuntimeException e) {
      // It was not sent.
      return held.release().thenCompose(any -> CompletableFuture.failedFuture(e));
    }
    return sent.handle(
            (answer, error) ->
                error == null ? answered(answer, call, held, started) : lost(error, held))
        .thenCompose(response -> response)
        .thenApply(
            response -> response.addHeader(RawHeader.create(RESERVATION, held.reservation())));
  }

  private CompletionStage<HttpResponse> answered(
      HttpResponse answer, ModelCall call, Settlement.Held held, long started) {
    if (answer.status().intValue() >= 300) {
      // It was refused, or failed: nothing ran.
      HttpResponse response =
          HttpResponse.create()
              .withStatus(answer.status())
              .withHeaders(back(answer))
              .withEntity((ResponseEntity) answer.entity().withoutSizeLimit());
      return held.release().thenApply(any -> response);
    }
    boolean isStream =
        answer.entity().getContentType().mediaType().toString().equalsIgnoreCase(EVENTS);
    // It was asked for as it is; what comes compressed all the same can't be read, and may be all.
    boolean isCoded =
        answer
            .getHeader("Content-Encoding")
            .filter(it -> !it.value().equals("identity"))
            .isPresent();
    Scan scan = isStream ? new EventScan(call.addsUsage()) : new JsonScan();
    Watch watch =
        new Watch(
            scan,
            settings.stops() && isStream && !call.isBounded()
                ? call.outputTokens()
                : Long.MAX_VALUE,
            SPENT,
            !isStream,
            ending ->
                isCoded ? held.estimate(call.outputTokens(), ending) : held.charge(scan, ending));
    Duration left = settings.within().minusNanos(System.nanoTime() - started);
    Source<ByteString, NotUsed> body =
        answer
            .entity()
            .withoutSizeLimit()
            .getDataBytes()
            .mapMaterializedValue(any -> NotUsed.getInstance())
            .via(answers.<ByteString>flow())
            .mapConcat(Upstream::slices)
            .completionTimeout(left.isPositive() ? left : Duration.ofMillis(1))
            .via(watch);
    AtomicBoolean isRead = new AtomicBoolean();
    Cancellable ifUnread =
        materializer.scheduleOnce(
            UNREAD_MAX,
            () -> {
              if (isRead.compareAndSet(false, true)) {
                held.watched();
                unread(body, isStream);
              }
            });
    Source<ByteString, NotUsed> once =
        Source.lazySource(
                () -> {
                  if (!isRead.compareAndSet(false, true)) {
                    throw new IllegalStateException("nobody was there to read it");
                  }
                  ifUnread.cancel();
                  held.watched();
                  return body;
                })
            .mapMaterializedValue(any -> NotUsed.getInstance());
    return CompletableFuture.completedFuture(
        HttpResponse.create()
            .withStatus(answer.status())
            .withHeaders(back(answer))
            .withEntity(HttpEntities.createChunked(answer.entity().getContentType(), once)));
  }

  private static List<ByteString> slices(ByteString bytes) {
    List<ByteString> slices = new ArrayList<>(1);
    for (int at = 0; at < bytes.size(); at += SLICE_BYTES) {
      slices.add(bytes.slice(at, at + SLICE_BYTES));
    }
    return slices;
  }

  /** A stream ends where nobody reads it; any other answer has been made, and is read for that. */
  private void unread(Source<ByteString, NotUsed> body, boolean isStream) {
    if (isStream) {
      body.runWith(Sink.cancelled(), materializer);
    } else {
      body.runWith(Sink.ignore(), materializer);
    }
  }

  /** Ends all answers, as if the API had broken off. */
  void cut() {
    answers.abort(new CutOff("the sidecar ends"));
  }

  /** What was never sent ran nowhere; what was has, as far as anybody knows, read the request. */
  private static CompletionStage<HttpResponse> lost(Throwable error, Settlement.Held held) {
    HttpResponse response = unanswered(error).response();
    Throwable cause = Gate.cause(error);
    if (Unsent.is(cause)) {
      return held.release().thenApply(any -> response);
    }
    Ending ending = cause instanceof TimeoutException ? Ending.TIMED_OUT : Ending.CUT_OFF;
    return held.estimate(0, ending).thenApply(any -> response);
  }

  private static OpenAiError unanswered(Throwable error) {
    Throwable cause = Gate.cause(error);
    if (cause instanceof BufferOverflowException) {
      return new OpenAiError(429, "busy", null, "as many calls are waiting as may; ask again");
    }
    LOG.atWarn().setMessage("the model's API did not answer").setCause(cause).log();
    return cause instanceof TimeoutException
        ? new OpenAiError(504, "upstream_timeout", null, "the model's API did not answer in time")
        : new OpenAiError(502, "upstream_away", null, "the model's API can't be reached");
  }
}
