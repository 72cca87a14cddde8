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
    String version =
        call("POST", "/v1/catalog/versions", CATALOG.formatted(amountOfPro), 201)
            .path("version")
            .asText();
    call("POST", "/v1/catalog/versions/" + version + "/publish", "{}", 200);
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
      call(
          "POST",
          "/v1/reservations",
          """
          {"subject": {"org": "zeta"}, "amount": "200", "credit_type": "platform", "commit": true}
          """,
          200);
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
}
