package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.TestServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Just enough of a node to replay against, in memory: wallets, reservations, ledgers and
 * idempotency, no budgets. Can lose answers, be overloaded, lag behind, and show a ledger that is
 * wrong.
 */
final class FakeNode implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int PAGE_MAX = 50;

  private final TestServer server = new TestServer(this::handle);
  private final Map<String, FakeWallet> wallets = new TreeMap<>();
  private final Map<String, String> answers = new HashMap<>();
  private final Map<String, String> bodies = new HashMap<>();
  private int requests;

  /** Every so many-th request is carried out and its answer lost; 0 for none. */
  int loseEvery;

  /** Every so many-th request is refused as overload; 0 for none. */
  int refuseEvery;

  /** How many of the newest entries the next reading of a ledger leaves out. */
  int lag;

  /** What is done to an entry before it is shown. */
  UnaryOperator<ObjectNode> tampering = UnaryOperator.identity();

  Endpoint endpoint() {
    return server.endpoint().withBearer("operator-key");
  }

  Map<String, FakeWallet> wallets() {
    return wallets;
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    requests++;
    if (refuseEvery > 0 && requests % refuseEvery == 0) {
      exchange.getResponseHeaders().set("Retry-After", "0");
      TestServer.answer(exchange, requests % 2 == 0 ? 429 : 503, "");
      return;
    }
    String path = exchange.getRequestURI().getPath();
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (path.startsWith("/v1/")
        && !"Bearer operator-key".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      TestServer.answer(exchange, 401, "{\"code\":\"unauthenticated\",\"title\":\"no key\"}");
      return;
    }
    String answer;
    if (exchange.getRequestMethod().equals("GET")) {
      answer = get(path, exchange.getRequestURI().getQuery());
    } else if (key == null) {
      TestServer.answer(exchange, 400, "{\"code\":\"no_key\"}");
      return;
    } else if (answers.containsKey(key)) {
      if (!body.equals(bodies.get(key))) {
        TestServer.answer(exchange, 422, "{\"code\":\"idempotency_key_reused\"}");
        return;
      }
      exchange.getResponseHeaders().set("Idempotency-Replayed", "true");
      answer = answers.get(key);
    } else {
      answer = change(path, key, JSON.readTree(body)).toString();
      answers.put(key, answer);
      bodies.put(key, body);
    }
    if (loseEvery > 0 && requests % loseEvery == 0) {
      exchange.close();
      return;
    }
    TestServer.answer(exchange, 200, answer);
  }

  private ObjectNode change(String path, String key, JsonNode body) {
    String[] parts = path.split("/", -1);
    if (path.endsWith("/grants")) {
      wallet(parts[3]).grant(body);
    } else if (path.endsWith("/commit")) {
      String reservation = parts[3];
      String org = reservation.substring(4, reservation.lastIndexOf('_'));
      return wallet(org).commit(reservation, key, price(body.path("usage")));
    } else if (path.equals("/v1/reservations")) {
      String org = body.path("subject").path("org").asText();
      return wallet(org)
          .reserve("rsv_" + org + "_" + key.hashCode(), body, price(body.path("usage")));
    }
    return JSON.createObjectNode();
  }

  private String get(String path, String query) {
    String[] parts = path.split("/", -1);
    if (path.endsWith("/ledger")) {
      return ledger(wallet(parts[3]), query).toString();
    }
    return path.contains("/wallets/") ? wallet(parts[3]).view().toString() : "{}";
  }

  private ObjectNode ledger(FakeWallet wallet, String query) {
    int from = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=", "")) : 0;
    int shown = Math.max(0, wallet.entries().size() - lag);
    int to = Math.min(from + PAGE_MAX, shown);
    ObjectNode page = JSON.createObjectNode();
    ArrayNode data = page.putArray("data");
    for (int i = from; i < to; i++) {
      data.add(tampering.apply(wallet.entries().get(i).deepCopy()));
    }
    page.put("has_more", to < shown);
    if (to < shown) {
      page.put("next_cursor", Integer.toString(to));
    } else {
      lag = 0;
    }
    return page;
  }

  private FakeWallet wallet(String org) {
    return wallets.computeIfAbsent(org, o -> new FakeWallet());
  }

  private static BigDecimal price(JsonNode usage) {
    long micros =
        usage.path("input_tokens").asLong() * 100 + usage.path("output_tokens").asLong() * 1_000;
    return BigDecimal.valueOf(micros, 6);
  }

  @Override
  public void close() {
    server.close();
  }
}
