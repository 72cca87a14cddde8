package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed on to a server that does not answer, where the fail mode lets pass. */
@Timeout(60)
final class PassedRequestsTest {

  private static final String BODY =
      "{'subject':{'org':'acme'},'feature':'chat','amount':'2','credit_type':'platform','commit':%s}";

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path directory;
  private final ModelServer model = new ModelServer(1_000);
  private LocalRoutes routes;

  @BeforeEach
  void start() throws IOException {
    routes =
        new LocalRoutes(SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()), model, directory);
    routes.sidecar.terms("acme").toCompletableFuture().join();
    model.away(true);
  }

  @AfterEach
  void stop() {
    routes.close();
  }

  private HttpResponse answer(int port, boolean commit) throws Exception {
    return LocalRoutes.come(
        routes
            .passing(port)
            .answer(
                LocalRoutes.post("/v1/reservations", BODY.formatted(commit).replace('\'', '"'))
                    .addHeader(RawHeader.create("X-Request-Id", "r-1"))));
  }

  @Test
  void whatWasSentMayHaveBeenChargedWhereTheConnectionBreaks() throws Exception {
    try (ServerSocket breaking = new ServerSocket(0, 8, LOOPBACK)) {
      CompletableFuture<Void> broke = CompletableFuture.runAsync(() -> readAndBreak(breaking));
      HttpResponse answer = answer(breaking.getLocalPort(), true);
      broke.join();
      assertThat(answer.status().intValue()).as(LocalRoutes.text(answer)).isEqualTo(503);
      assertThat(LocalRoutes.text(answer)).contains("\"request_id\":\"r-1\"");
      CompletableFuture<Void> again = CompletableFuture.runAsync(() -> readAndBreak(breaking));
      assertThat(LocalRoutes.text(answer(breaking.getLocalPort(), false)))
          .as("what sets nothing down for good is decided here")
          .contains("\"decision\":\"allow\"");
      again.join();
    }
  }

  /** Takes a request, and resets the connection. */
  private static void readAndBreak(ServerSocket server) {
    try (Socket socket = server.accept()) {
      StringBuilder asked = new StringBuilder();
      while (asked.indexOf("\"commit\":") < 0) {
        asked.append((char) socket.getInputStream().read());
      }
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatCouldNotBeSentIsDecidedHere() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
      nobody = free.getLocalPort();
    }
    HttpResponse answer = answer(nobody, true);
    assertThat(LocalRoutes.text(answer))
        .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
    assertThat(answer.getHeader("X-Request-Id").map(HttpHeader::value)).contains("r-1");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void aServerThatDecidesNothingNowIsAway(int status) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            byte[] body = "{\"code\":\"stopping\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    try {
      assertThat(LocalRoutes.text(answer(server.getAddress().getPort(), false)))
          .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
      assertThat(answer(server.getAddress().getPort(), true).status().intValue())
          .as("a one-shot may have been charged")
          .isEqualTo(status);
    } finally {
      server.stop(0);
    }
  }

  /** No route of the sidecar's own: it reaches the server as it came, and so does the answer. */
  @Test
  void aTeamsWalletIsPutThroughASidecar(@TempDir Path other) throws Exception {
    // given
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(exchange.getRequestMethod() + ' ' + exchange.getRequestURI() + ' ' + body);
            for (String name : List.of("Authorization", "Idempotency-Key")) {
              asked.add(exchange.getRequestHeaders().getFirst(name));
            }
            byte[] answer = "{\"id\":\"lab\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    // when
    String wallet = "{\"owner\":{\"type\":\"team\",\"id\":\"research\"}}";
    try (LocalRoutes before =
        new LocalRoutes(SidecarSettings.USUAL, model, other, server.getAddress().getPort())) {
      HttpResponse answer =
          before.answer(
              LocalRoutes.post("/v1/orgs/acme/wallets/lab", wallet)
                  .withMethod(HttpMethods.PUT)
                  .addHeader(RawHeader.create("Idempotency-Key", "k-1")));
      // then
      assertThat(asked)
          .containsExactly("PUT /v1/orgs/acme/wallets/lab " + wallet, "Bearer secret", "k-1");
      assertThat(answer.status().intValue()).isEqualTo(200);
      assertThat(LocalRoutes.text(answer)).isEqualTo("{\"id\":\"lab\"}");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aBodyThatTurnsOutTooLargeIsSaidToBeThat() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    try {
      ByteString part = ByteString.fromString("x".repeat(1 << 20));
      HttpRequest chunked =
          HttpRequest.POST("/v1/events")
              .withEntity(
                  HttpEntities.createChunked(
                      ContentTypes.APPLICATION_JSON, Source.repeat(part).take(17)));
      HttpResponse answer =
          LocalRoutes.come(routes.passing(server.getAddress().getPort()).answer(chunked));
      assertThat(answer.status().intValue()).as(LocalRoutes.text(answer)).isEqualTo(413);
      assertThat(LocalRoutes.text(answer)).contains("\"code\":\"too_large\"");
    } finally {
      server.stop(0);
    }
  }
}
