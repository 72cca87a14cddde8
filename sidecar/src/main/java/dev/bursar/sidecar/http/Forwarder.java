package dev.bursar.sidecar.http;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.settings.ConnectionPoolSettings;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.util.ByteString;
import scala.concurrent.duration.FiniteDuration;

/** Takes requests to the server as they came, and its answers back. */
final class Forwarder {

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

  /** The largest body that is passed on: a server takes that in, and refuses less by itself. */
  static final long BODY_BYTES_MAX = 16 << 20;

  private final ClassicActorSystemProvider system;
  private final Http http;
  private final URI base;
  private final SharedKillSwitch streams = KillSwitches.shared("passed");

  /**
   * @param base where the server is, without a path
   */
  Forwarder(ClassicActorSystemProvider system, URI base) {
    this.system = system;
    this.http = Http.get(system);
    this.base = base;
  }

  /**
   * Connections of one kind. Two kinds are two only if they differ in one of these: by its settings
   * a pool is told from others.
   *
   * @param most how many
   * @param openMax how many requests have one or wait for one; a power of two
   * @param silentFor each ends where nothing comes for so long
   */
  ConnectionPoolSettings connections(int most, int openMax, Duration silentFor) {
    ConnectionPoolSettings pool =
        ConnectionPoolSettings.create(system.classicSystem())
            .withMaxConnections(most)
            .withMaxOpenRequests(openMax);
    return pool.withConnectionSettings(
        pool.getConnectionSettings()
            .withIdleTimeout(FiniteDuration.create(silentFor.toNanos(), TimeUnit.NANOSECONDS)));
  }

  /** The answer of the server as it came; failed where there is none. */
  CompletionStage<HttpResponse> sent(HttpRequest request, ConnectionPoolSettings connections) {
    return CompletableFuture.completedFuture(request)
        .thenCompose(
            it ->
                http.singleRequest(
                    passed(it),
                    http.defaultClientHttpsContext(),
                    connections,
                    system.classicSystem().log()));
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

  /** An answer of the server as it goes back. */
  HttpResponse back(HttpResponse answer) {
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

  /** Ends streams of events in good order, which would not end by themselves. */
  void stop() {
    streams.shutdown();
  }
}
