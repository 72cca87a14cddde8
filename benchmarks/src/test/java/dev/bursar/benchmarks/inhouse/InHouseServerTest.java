package dev.bursar.benchmarks.inhouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.database.EmbeddedDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class InHouseServerTest {

  private static final long CREDIT = 1_000_000;
  private static final long PLENTY = 1_000_000 * CREDIT;
  private static final JsonMapper JSON = new JsonMapper();
  private static final AtomicInteger KEYS = new AtomicInteger();

  private static EmbeddedDatabase database;
  private static String url;
  private static InHouseServer server;

  @BeforeAll
  static void start() throws Exception {
    database = EmbeddedDatabase.temporary(false);
    url = database.settings().jdbcUrl() + "?user=" + database.settings().user();
    InHouseDatabase.create(url);
    server = InHouseServer.start(0, url, 8);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    database.close();
  }

  @Test
  void twentyParallelReservationsOf75On500AllowSix() throws Exception {
    customer("parallel", PLENTY, 200, 300);
    List<JsonNode> answers = inParallel(20, () -> reserve("parallel", "75", false, freshKey()));
    assertThat(answers).filteredOn(InHouseServerTest::isAllowed).hasSize(6);
    assertThat(answers)
        .filteredOn(answer -> !isAllowed(answer))
        .allSatisfy(
            answer ->
                assertThat(answer.path("denials").path(0).path("code").asText())
                    .isEqualTo("insufficient_credits"));
    assertThat(one("SELECT held FROM wallet WHERE org = 'parallel'")).isEqualTo(450 * CREDIT);
  }

  @Test
  void parallelOneShotsNeverOverspend() throws Exception {
    customer("shots", PLENTY, 20, 5);
    List<JsonNode> answers = inParallel(20, () -> reserve("shots", "10", true, freshKey()));
    assertThat(answers).filteredOn(InHouseServerTest::isAllowed).hasSize(2);
    assertThat(one("SELECT balance FROM wallet WHERE org = 'shots'")).isEqualTo(5 * CREDIT);
    assertLedgerAddsUp("shots", 25 * CREDIT);
  }

  @Test
  void theSameKeyHasOneEffectAndOneAnswer() throws Exception {
    customer("same", PLENTY, 100, 100);
    List<JsonNode> answers = inParallel(50, () -> reserve("same", "10", true, "same-key"));
    assertThat(answers).allMatch(InHouseServerTest::isAllowed);
    assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(answers.getFirst()));
    assertThat(one("SELECT balance FROM wallet WHERE org = 'same'")).isEqualTo(190 * CREDIT);

    Response repeated = post("/v1/reservations", body("same", "10", true), "same-key");
    assertThat(repeated.replayed()).isTrue();
    Response reused = post("/v1/reservations", body("same", "11", true), "same-key");
    assertThat(reused.status()).isEqualTo(422);
  }

  @Test
  void aCommitChargesLessEqualOrMoreThanWasHeld() throws Exception {
    customer("commits", PLENTY, 10, 20);
    JsonNode less = commit(reserve("commits", "8", false, freshKey()), "5");
    assertThat(less.path("released").asText()).isEqualTo("3");
    assertThat(less.path("entries")).hasSize(1);

    // 5 of the first grant are left; the second grant pays the rest.
    JsonNode across = commit(reserve("commits", "12", false, freshKey()), "12");
    assertThat(across.path("entries")).hasSize(2);
    assertThat(across.path("entries").path(0).path("amount").asText()).isEqualTo("-5");
    assertThat(across.path("entries").path(1).path("amount").asText()).isEqualTo("-7");

    // 13 are left, and it took 15.
    JsonNode more = commit(reserve("commits", "1", false, freshKey()), "15");
    assertThat(more.path("debt").asText()).isEqualTo("2");
    assertThat(more.path("balance").path("balance").asText()).isEqualTo("0");
    assertThat(
            reserve("commits", "1", false, freshKey())
                .path("denials")
                .path(0)
                .path("code")
                .asText())
        .isEqualTo("wallet_in_debt");

    assertLedgerAddsUp("commits", 30 * CREDIT);
    assertThat(one("SELECT held FROM wallet WHERE org = 'commits'")).isZero();
    assertThat(one("SELECT sum(held) FROM budget WHERE org = 'commits'")).isZero();
    assertThat(one("SELECT used FROM budget WHERE org = 'commits' AND scope = 'org'"))
        .isEqualTo(32 * CREDIT);
  }

  @Test
  void aReservationIsCommittedOnce() throws Exception {
    customer("once", PLENTY, 50, 50);
    JsonNode reserved = reserve("once", "10", false, freshKey());
    String path = "/v1/reservations/" + reserved.path("reservation_id").asText() + "/commit";
    List<Response> answers = inParallel(10, () -> post(path, "{\"amount\":\"10\"}", freshKey()));
    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
    assertThat(answers).filteredOn(answer -> answer.status() == 409).hasSize(9);
    assertThat(one("SELECT balance FROM wallet WHERE org = 'once'")).isEqualTo(90 * CREDIT);
  }

  @Test
  void aBudgetInTheWayIsNamedTheNearestToTheUserFirst() throws Exception {
    customer("budgets", 20 * CREDIT, 500, 500);
    assertThat(isAllowed(reserve("budgets", "15", true, freshKey()))).isTrue();
    JsonNode denials = reserve("budgets", "6", true, freshKey()).path("denials");
    assertThat(denials).hasSize(4);
    assertThat(denials.findValuesAsText("type"))
        .containsExactly("user", "team", "department", "org");
    assertThat(denials.path(0).path("window").asText()).isEqualTo("day");
    assertThat(denials.path(0).path("used").asText()).isEqualTo("15");
  }

  @Test
  void usageIsPricedByTheModel() throws Exception {
    customer("priced", PLENTY, 10, 10);
    String body =
        """
        {"subject":{"org":"priced","team":"platform","user":"u-01"},"model":"gpt-5","commit":true,\
        "usage":{"input_tokens":1000,"output_tokens":200}}""";
    JsonNode answer = JSON.readTree(post("/v1/reservations", body, freshKey()).body());
    assertThat(answer.path("amount").asText()).isEqualTo("0.325");
  }

  @Test
  void badInputIsA400() throws Exception {
    assertThat(post("/v1/reservations", "{", freshKey()).status()).isEqualTo(400);
    assertThat(post("/v1/reservations", "{\"subject\":{}}", freshKey()).status()).isEqualTo(400);
    assertThat(post("/v1/reservations", body("x", "1.0000001", true), freshKey()).status())
        .isEqualTo(400);
  }

  @Test
  void theNoOpServerAnswersInTheSameShape() throws Exception {
    try (InHouseServer noOp = InHouseServer.startNoOp(0);
        HttpConnection connection = connection(noOp.port())) {
      JsonNode allowed =
          JSON.readTree(
              connection
                  .call(Request.post("/v1/reservations", body("any", "1", false), freshKey()))
                  .body());
      assertThat(isAllowed(allowed)).isTrue();
      assertThat(allowed.path("limits")).hasSize(4);
      String path = "/v1/reservations/" + allowed.path("reservation_id").asText() + "/commit";
      Response committed = connection.call(Request.post(path, "{\"amount\":\"1\"}", freshKey()));
      assertThat(JSON.readTree(committed.body()).path("status").asText()).isEqualTo("committed");
    }
  }

  private static void customer(String org, long budget, long promotional, long paid)
      throws Exception {
    InHouseDatabase.add(
        url,
        new InHouseDatabase.Customers(
            List.of(org),
            "engineering",
            "copilot",
            "cc-7",
            "platform",
            List.of("u-01"),
            budget,
            promotional * CREDIT,
            paid * CREDIT));
  }

  private static JsonNode reserve(String org, String amount, boolean oneShot, String key)
      throws IOException {
    return JSON.readTree(post("/v1/reservations", body(org, amount, oneShot), key).body());
  }

  private static JsonNode commit(JsonNode reserved, String amount) throws IOException {
    String path = "/v1/reservations/" + reserved.path("reservation_id").asText() + "/commit";
    return JSON.readTree(post(path, "{\"amount\":\"" + amount + "\"}", freshKey()).body());
  }

  private static String body(String org, String amount, boolean oneShot) {
    return """
        {"subject":{"org":"%s","team":"platform","user":"u-01"},"feature":"chat","wallet":"main",\
        "amount":"%s","credit_type":"platform","commit":%s}"""
        .formatted(org, amount, oneShot);
  }

  private static Response post(String path, String json, String key) throws IOException {
    try (HttpConnection connection = connection(server.port())) {
      return connection.call(Request.post(path, json, key));
    }
  }

  private static HttpConnection connection(int port) {
    return new HttpConnection(Endpoint.local(port), Duration.ofSeconds(60));
  }

  private static boolean isAllowed(JsonNode answer) {
    return answer.path("decision").asText().equals("allow");
  }

  private static String freshKey() {
    return "key-" + KEYS.incrementAndGet();
  }

  private static <T> List<T> inParallel(int count, Callable<T> call) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return call.call();
                }));
      }
      start.countDown();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
    }
    return results;
  }

  /**
   * No gap in the sequence, and each balance follows from the one before, from what was granted.
   */
  private static void assertLedgerAddsUp(String org, long granted) throws Exception {
    assertThat(
            one(
                """
                SELECT count(*) FROM (
                  SELECT type, amount, balance, sequence,
                    row_number() OVER (ORDER BY sequence) AS expected,
                    lag(balance, 1, %d::bigint) OVER (ORDER BY sequence) AS before
                  FROM ledger WHERE wallet = (SELECT id FROM wallet WHERE org = '%s')) l
                WHERE sequence <> expected
                  OR balance <> before + CASE WHEN type = 'debt' THEN 0 ELSE amount END"""
                    .formatted(granted, org)))
        .isZero();
    assertThat(
            one(
                """
                SELECT balance - (SELECT sum(remaining) FROM wallet_grant WHERE wallet = wallet.id)
                FROM wallet WHERE org = '%s'"""
                    .formatted(org)))
        .isZero();
  }

  private static long one(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
