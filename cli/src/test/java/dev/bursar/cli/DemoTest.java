package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A demo is for a node that has none, and not for one that can't tell yet. */
class DemoTest {

  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private Demo demo;
  private Iterator<Integer> answers = Collections.emptyIterator();
  private String body = "{}";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    demo = new Demo("http://127.0.0.1:" + server.getAddress().getPort(), "secret");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestMethod());
      keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answers.hasNext() ? answers.next() : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void anOrgThatCanNotBeReachedYetIsNotPutInAgain() {
    answers = List.of(503, 429, 503, 200).iterator();
    demo.load(NOW);
    assertThat(asked).containsExactly("GET", "GET", "GET", "GET");
  }

  @Test
  void whatIsNotTakenYetIsAskedAgainWithItsKey() {
    answers = List.of(404, 503, 200).iterator();
    demo.load(NOW);
    assertThat(asked).startsWith("GET", "PUT", "PUT", "PUT").endsWith("POST", "POST", "PUT");
    assertThat(keys.get(1)).isEqualTo(keys.get(2)).isNotEqualTo(keys.get(3));
  }

  @Test
  void oneThatANodeWasStoppedAtIsGoneOnWith() {
    body = "{\"name\": \"Acme Corporation (loading)\"}";
    demo.load(NOW);
    assertThat(asked).startsWith("GET", "PUT", "PUT").endsWith("POST", "POST", "PUT");
  }

  @Test
  void anyOtherAnswerEndsIt() {
    answers = List.of(500).iterator();
    assertThatThrownBy(() -> demo.load(NOW))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("GET /v1/orgs/acme was answered 500");
    assertThat(asked).containsExactly("GET");
  }
}
