package dev.bursar.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HttpConnectionTest {

  private static final Duration PATIENT = Duration.ofSeconds(30);

  @Test
  void sendsWhatItIsGivenAndKeepsTheConnection() throws IOException {
    Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
    try (TestServer server =
            new TestServer(
                exchange -> {
                  clientPorts.add(exchange.getRemoteAddress().getPort());
                  String echo =
                      exchange.getRequestMethod()
                          + " "
                          + exchange.getRequestURI()
                          + " "
                          + exchange.getRequestHeaders().getFirst("Authorization")
                          + " "
                          + exchange.getRequestHeaders().getFirst("Idempotency-Key")
                          + " "
                          + exchange.getRequestHeaders().getFirst("Content-Type")
                          + " "
                          + new String(
                              exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                  TestServer.answer(exchange, 200, echo);
                });
        HttpConnection connection =
            new HttpConnection(server.endpoint().withBearer("secret"), PATIENT)) {
      assertThat(connection.call(Request.post("/v1/a?b=c", "{\"x\":\"ü\"}", "key-1")).text())
          .isEqualTo("POST /v1/a?b=c Bearer secret key-1 application/json {\"x\":\"ü\"}");
      assertThat(connection.call(Request.get("/d")).text())
          .isEqualTo("GET /d Bearer secret null null ");
      assertThat(clientPorts).hasSize(1);
    }
  }

  @Test
  void readsChunks() throws IOException {
    String body = "x".repeat(100_000);
    try (TestServer server = new TestServer(exchange -> TestServer.answerInChunks(exchange, body));
        HttpConnection connection = new HttpConnection(server.endpoint(), PATIENT)) {
      assertThat(connection.call(Request.get("/")).text()).isEqualTo(body);
      assertThat(connection.call(Request.get("/")).text()).isEqualTo(body);
    }
  }

  @Test
  void tellsOfOverload() throws IOException {
    try (TestServer server =
            new TestServer(
                exchange -> {
                  exchange.getResponseHeaders().set("Retry-After", "2");
                  TestServer.answer(exchange, 429, "");
                });
        HttpConnection connection = new HttpConnection(server.endpoint(), PATIENT)) {
      Response response = connection.call(Request.get("/"));
      assertThat(response.outcome()).isEqualTo(Outcome.OVERLOADED);
      assertThat(response.retryAfterSeconds()).isEqualTo(2);
    }
  }

  @Test
  void aResetIsToldAndTheNextCallConnectsAgain() throws IOException {
    AtomicInteger served = new AtomicInteger();
    try (RudeServer server =
            new RudeServer(
                socket -> {
                  if (served.incrementAndGet() == 1) {
                    RudeServer.reset(socket);
                  } else {
                    socket
                        .getOutputStream()
                        .write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                  }
                });
        HttpConnection connection = new HttpConnection(server.endpoint(), PATIENT)) {
      assertOutcome(connection, Outcome.RESET);
      assertThat(connection.call(Request.get("/")).status()).isEqualTo(200);
    }
  }

  @Test
  void anAnswerCutOffIsAReset() throws IOException {
    try (RudeServer server =
            new RudeServer(
                socket -> {
                  socket
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"
                              .getBytes(StandardCharsets.US_ASCII));
                  socket.close();
                });
        HttpConnection connection = new HttpConnection(server.endpoint(), PATIENT)) {
      assertOutcome(connection, Outcome.RESET);
    }
  }

  @Test
  void noAnswerIsATimeout() throws IOException {
    try (RudeServer server = new RudeServer(socket -> {});
        HttpConnection connection = new HttpConnection(server.endpoint(), Duration.ofMillis(50))) {
      assertOutcome(connection, Outcome.TIMEOUT);
    }
  }

  @Test
  void nobodyThereIsNoConnection() throws IOException {
    // Bound but not listening: it refuses, and nobody else can be given the port meanwhile.
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Endpoint deaf = Endpoint.local(bound.getLocalPort());
      try (HttpConnection connection = new HttpConnection(deaf, PATIENT)) {
        assertOutcome(connection, Outcome.CONNECT);
      }
    }
  }

  private static void assertOutcome(HttpConnection connection, Outcome outcome) {
    assertThatExceptionOfType(CallFailure.class)
        .isThrownBy(() -> connection.call(Request.get("/")))
        .satisfies(failure -> assertThat(failure.outcome()).isEqualTo(outcome));
  }
}
