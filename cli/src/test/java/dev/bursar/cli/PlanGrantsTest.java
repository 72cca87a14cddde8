package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plans grant, by a node that is killed now and then, and whose clock is moved. */
final class PlanGrantsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long WAIT_MS_MAX = 30_000;

  private static final String CATALOG =
      """
      credit_types: [{ id: platform, name: Credits }]
      meters: [tokens]
      rates: [{ credit_type: platform, meters: { tokens: 1 } }]
      plans:
        - id: team
          name: Team
          grants:
            - { id: monthly, credit_type: platform, amount: 290, recurrence: { interval: month } }
        - id: pro
          name: Pro
          grants:
            - { id: monthly, credit_type: platform, amount: %s, recurrence: { interval: month } }
      """;

  /** Whatever its version, a plan gives more than a test uses. */
  private static final String AMPLE =
      """
      credit_types: [{ id: platform, name: Credits }]
      meters: [tokens]
      rates: [{ credit_type: platform, meters: { tokens: 1 } }]
      plans:
        - id: team
          name: Team
          overage_policy: cap
          grants:
            - { id: monthly, credit_type: platform, amount: %s, recurrence: { interval: month } }
        - id: pro
          name: Pro
          overage_policy: cap
          grants:
            - { id: monthly, credit_type: platform, amount: 700000, recurrence: { interval: month } }
      """;

  /** Of what a plan gives, less what a test may use; no two plans or versions give so little. */
  private static final long OF_ONE_PLAN_MIN = 600_000;

  private static final long OF_ONE_PLAN_MAX = 900_000;

  private static final int CALLERS = 4;
  private static final int REQUESTS_BETWEEN = 25;

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private int port;

  private JsonNode call(String method, String path, String body, int status)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .header("Content-Type", body.startsWith("{") ? "application/json" : "application/yaml")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s %s: %s", method, path, answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body());
  }

  private void publish(int amountOfPro) throws IOException, InterruptedException {
    publish(CATALOG, amountOfPro);
  }

  /** Tells which version it is. */
  private String publish(String catalog, int amount) throws IOException, InterruptedException {
    String version =
        call("POST", "/v1/catalog/versions", catalog.formatted(amount), 201)
            .path("version")
            .asText();
    call("POST", "/v1/catalog/versions/" + version + "/publish", "{}", 200);
    return version;
  }

  private JsonNode reserve(String amount, boolean commit) throws IOException, InterruptedException {
    JsonNode decided =
        call(
            "POST",
            "/v1/reservations",
            """
            {"subject": {"org": "zeta"}, "amount": "%s", "credit_type": "platform", "commit": %s}
            """
                .formatted(amount, commit),
            200);
    assertThat(decided.path("decision").asText()).as("%s", decided).isEqualTo("allow");
    return decided;
  }

  private void subscribe(String more) throws IOException, InterruptedException {
    call("PUT", "/v1/orgs/zeta", "{\"name\": \"Zeta\"" + more + "}", 200);
  }

  private void clock(String now) throws IOException, InterruptedException {
    call("PUT", "/v1/test_clock", "{\"now\": \"" + now + "\"}", 200);
  }

  /** The grants in force, once they are these. */
  private void awaitGrants(String... lines) throws IOException, InterruptedException {
    List<String> there = List.of();
    for (long end = System.nanoTime() + WAIT_MS_MAX * 1_000_000; System.nanoTime() < end; ) {
      there = grants();
      if (there.equals(List.of(lines))) {
        return;
      }
      LockSupport.parkNanos(2_000_000);
    }
    assertThat(there).containsExactly(lines);
  }

  private List<String> grants() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    for (JsonNode each : call("GET", "/v1/orgs/zeta/wallets/main/grants", "", 200).path("data")) {
      assertThat(each.path("category").asText()).isEqualTo("plan");
      if (each.path("state").asText().equals("active")) {
        lines.add(
            "%s %s until %s"
                .formatted(
                    each.path("id").asText(),
                    each.path("remaining").asText(),
                    each.path("expires_at").asText()));
      }
    }
    return lines;
  }

  @Test
  void anOrgGetsWhatItsPlanGrantsForAsLongAsItHasIt() throws Exception {
    port = BursarProcess.freePort();
    BursarProcess first =
        BursarProcess.up(directory, port, "--no-demo", "--test-clock", "2024-01-31T00:00:00Z");
    try (first) {
      publish(580);
      subscribe(", \"plan\": \"team\"");
      call("PUT", "/v1/orgs/zeta/wallets/main", "{}", 200);
      awaitGrants("plan:team:monthly:1 290 until 2024-02-29T00:00:00Z");
      clock("2024-02-29T00:00:00Z");
      awaitGrants("plan:team:monthly:1#2 290 until 2024-03-31T00:00:00Z");
      clock("2024-03-15T12:00:00Z");
      subscribe(", \"plan\": \"pro\"");
      // Whether or not the wallet has been told by then.
      first.kill();
    }
    port = BursarProcess.freePort();
    BursarProcess second =
        BursarProcess.up(directory, port, "--no-demo", "--test-clock", "2024-03-15T12:00:00Z");
    try (second) {
      subscribe(", \"plan\": \"pro\"");
      awaitGrants(
          "plan:team:monthly:1#2 145 until 2024-03-31T00:00:00Z",
          "plan:pro:monthly:3 290 until 2024-03-31T00:00:00Z");
      reserve("200", true);
      awaitGrants(
          "plan:team:monthly:1#2 0 until 2024-03-31T00:00:00Z",
          "plan:pro:monthly:3 235 until 2024-03-31T00:00:00Z");
      publish(870);
      // At its next request the org notices. It had 290 for this time, has used 55 of them, and
      // gets
      // 435 less those.
      call("GET", "/v1/orgs/zeta", "", 200);
      awaitGrants(
          "plan:team:monthly:1#2 0 until 2024-03-31T00:00:00Z",
          "plan:pro:monthly:3 0 until 2024-03-31T00:00:00Z",
          "plan:pro:monthly:5 380 until 2024-03-31T00:00:00Z");
      subscribe(", \"plan\": \"pro\", \"ends_at\": \"2024-04-05T00:00:00Z\"");
      clock("2024-03-31T00:00:00Z");
      awaitGrants("plan:pro:monthly:5#2 870 until 2024-04-05T00:00:00Z");
      clock("2024-04-05T00:00:00Z");
      awaitGrants();
    }
    BursarProcess verify = BursarProcess.start("verify", "--data", directory.toString());
    assertThat(verify.exitCode()).as(verify.output()).isZero();
  }

  /**
   * Nobody ever sees the wallet without what the one version grants and what the other does, nor
   * with both: not those who ask all the time, nor whoever asks first after a change; and what a
   * commit comes to above what was held is charged.
   */
  @Test
  void noRequestIsDeniedAndNothingLeftUnchargedWhileWhatThePlanGrantsChanges() throws Exception {
    port = BursarProcess.freePort();
    try (BursarProcess node =
        BursarProcess.up(directory, port, "--no-demo", "--test-clock", "2024-01-31T00:00:00Z")) {
      String first = publish(AMPLE, 900_000);
      subscribe(", \"plan\": \"team\"");
      call("PUT", "/v1/orgs/zeta/wallets/main", "{}", 200);
      reserve("1", true);
      AtomicBoolean goesOn = new AtomicBoolean(true);
      AtomicInteger charged = new AtomicInteger();
      try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
        List<Future<Void>> calls = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          calls.add(callers.submit(() -> reserveAndCommit(goesOn, charged)));
        }
        try {
          String second = publish(AMPLE, 800_000);
          reserve("1", true);
          awaitMore(charged, calls);
          call("POST", "/v1/catalog/rollback", "{\"to\": " + first + "}", 200);
          reserve("1", true);
          awaitMore(charged, calls);
          subscribe(", \"plan\": \"pro\"");
          reserve("1", true);
          awaitMore(charged, calls);
          subscribe(", \"plan\": \"team\", \"catalog_version\": " + second);
          reserve("1", true);
          awaitMore(charged, calls);
        } finally {
          goesOn.set(false);
        }
        for (Future<Void> each : calls) {
          each.get();
        }
      }
      JsonNode balance = call("GET", "/v1/orgs/zeta/wallets/main", "", 200);
      // Each change takes with it what was used: in the end it is what the last version gives less
      // all that was ever charged.
      assertThat(balance.at("/balances/0/balance").asText())
          .as("%s", balance)
          .isEqualTo(String.valueOf(800_000 - 5 - 3 * charged.get()));
    }
    BursarProcess verify = BursarProcess.start("verify", "--data", directory.toString());
    assertThat(verify.exitCode()).as(verify.output()).isZero();
  }

  private Void reserveAndCommit(AtomicBoolean goesOn, AtomicInteger charged)
      throws IOException, InterruptedException {
    while (goesOn.get()) {
      String id = reserve("1", false).path("reservation_id").asText();
      JsonNode end = call("POST", "/v1/reservations/" + id + "/commit", "{\"amount\": \"3\"}", 200);
      assertThat(end.path("amount").asText()).as("%s", end).isEqualTo("3");
      assertThat(end.has("uncharged")).as("%s", end).isFalse();
      charged.incrementAndGet();
      JsonNode wallet = call("GET", "/v1/orgs/zeta/wallets/main", "", 200);
      assertThat(wallet.at("/balances/0/balance").asLong())
          .as("%s", wallet)
          .isBetween(OF_ONE_PLAN_MIN, OF_ONE_PLAN_MAX);
    }
    return null;
  }

  /** Until so many more were charged, or one of the callers has failed. */
  private static void awaitMore(AtomicInteger charged, List<Future<Void>> calls) {
    int enough = charged.get() + REQUESTS_BETWEEN;
    long end = System.nanoTime() + WAIT_MS_MAX * 1_000_000;
    while (charged.get() < enough
        && calls.stream().noneMatch(Future::isDone)
        && System.nanoTime() < end) {
      LockSupport.parkNanos(2_000_000);
    }
  }
}
