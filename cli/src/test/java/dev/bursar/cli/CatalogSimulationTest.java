package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog is tried on what was used of a running node, in all the ways in which it can be. */
final class CatalogSimulationTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant BEGIN = Instant.parse("2026-03-02T00:00:00Z");
  private static final int STEPS = 500;
  private static final List<String> ORGS = List.of("acme", "beta", "gamma", "delta");
  private static final List<String> PLANS = List.of("pro", "capped", "rejecting");

  private static final String CATALOG =
      """
      credit_types: [{ id: c, name: C }, { id: d, name: D }]
      meters: [input_tokens, output_tokens, pages]
      features:
        - { id: chat, name: Chat, type: metered, meters: [input_tokens, output_tokens] }
        - { id: scan, name: Scan, type: metered, meters: [pages] }
      rates:
        - { model: table, credit_type: c, meters: { input_tokens: 1.5, output_tokens: 3, pages: 2 } }
        - { model: formula, credit_type: c, formula: "input_tokens > 20 ? input_tokens * 2 : output_tokens + pages" }
        - model: tiers
          credit_type: d
          meters:
            input_tokens: { tiers: [{ up_to: 20, rate: 2 }, { rate: 1 }] }
            output_tokens: { volume_steps: [{ up_to: 10, rate: 3 }, { rate: 1.25 }] }
            pages: 1
      plans:
        - id: pro
          name: Pro
          entitlements: { chat: { measure: input_tokens, limit: 400, window: day }, scan: true }
          budgets: [{ id: spend, scope: { type: org }, measure: c, window: day, limit: 900 }]
        - { id: capped, name: Capped, extends: pro, overage_policy: cap }
        - id: rejecting
          name: Rejecting
          overage_policy: reject
          entitlements: { chat: true }
          budgets: [{ id: each, scope: { type: each_user }, measure: requests, window: hour, limit: %d }]
      """;

  private record Said(int status, JsonNode body) {}

  private record Open(String id, int input, String amount) {}

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<String, Integer> seen = new TreeMap<>();
  private final Map<String, List<Open>> open = new TreeMap<>();
  private Random random = new Random(7);
  private Instant now = BEGIN;
  private int port;
  private int names;

  private Said call(String method, String path, String type, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode())
        .as("%s %s %s: %s", method, path, body, answer.body())
        .isLessThan(500);
    return new Said(answer.statusCode(), JSON.readTree(answer.body()));
  }

  private Said call(String method, String path, String body)
      throws IOException, InterruptedException {
    return call(method, path, "application/json", body);
  }

  /** What has to succeed. */
  private JsonNode done(String method, String path, String type, String body)
      throws IOException, InterruptedException {
    Said said = call(method, path, type, body);
    assertThat(said.status).as("%s %s %s: %s", method, path, body, said.body).isLessThan(300);
    return said.body;
  }

  private JsonNode done(String method, String path, String body)
      throws IOException, InterruptedException {
    return done(method, path, "application/json", body);
  }

  private void saw(String what, boolean it) {
    if (it) {
      seen.merge(what, 1, Integer::sum);
    }
  }

  private static boolean isAllowed(Said said) {
    return said.body.path("decision").asText().equals("allow");
  }

  private String one(List<String> words) {
    return words.get(random.nextInt(words.size()));
  }

  private String model() {
    return one(List.of("table", "formula", "tiers"));
  }

  private String work(String org, String feature, String usage) {
    return """
        "subject": {"org": "%s", "user": "%s"}, "feature": "%s", "model": "%s", %s"""
        .formatted(org, one(List.of("ada", "bob")), feature, model(), usage);
  }

  private static String units(int input, int output) {
    return "\"usage\": {\"input_tokens\": %d, \"output_tokens\": %d}".formatted(input, output);
  }

  private String policy() {
    return one(
        List.of(
            "",
            ", \"overage_policy\": \"record\"",
            ", \"overage_policy\": \"cap\"",
            ", \"overage_policy\": \"reject\""));
  }

  private void reserve(String org) throws IOException, InterruptedException {
    boolean byAmount = random.nextInt(5) == 0;
    boolean atOnce = random.nextInt(3) == 0;
    int input = random.nextInt(40);
    Said said =
        call(
            "POST",
            "/v1/reservations",
            "{%s%s%s, \"ttl_seconds\": %d}"
                .formatted(
                    work(
                        org,
                        one(List.of("chat", "chat", "chat", "scan")),
                        byAmount
                            ? "\"amount\": \"%d\", \"credit_type\": \"c\"".formatted(input)
                            : units(input, random.nextInt(20))),
                    policy(),
                    atOnce ? ", \"commit\": true" : "",
                    60 + random.nextInt(3_000)));
    saw((atOnce ? "one-shot " : "held ") + (byAmount ? "by amount" : "by units"), isAllowed(said));
    saw("denied", !isAllowed(said));
    if (isAllowed(said) && !atOnce) {
      open.computeIfAbsent(org, any -> new ArrayList<>())
          .add(
              new Open(
                  said.body.path("reservation_id").asText(),
                  byAmount ? -1 : input,
                  said.body.path("amount").asText()));
    }
  }

  private void end(String org) throws IOException, InterruptedException {
    List<Open> mine = open.getOrDefault(org, List.of());
    if (mine.isEmpty()) {
      return;
    }
    Open it = mine.remove(random.nextInt(mine.size()));
    String what = one(List.of("as held", "an amount", "nothing", "units", "units", "released"));
    if (it.input < 0 && what.equals("units")) {
      what = "an amount";
    }
    String body =
        switch (what) {
          case "as held" -> "{\"amount\": \"%s\"}".formatted(it.amount);
          case "an amount" -> "{\"amount\": \"%d\"}".formatted(random.nextInt(120));
          case "nothing" -> "{\"amount\": \"0\"}";
          case "units" -> "{%s}".formatted(units(random.nextInt(90), random.nextInt(40)));
          default -> "{}";
        };
    Said said =
        call(
            "POST",
            "/v1/reservations/%s/%s"
                .formatted(it.id, what.equals("released") ? "release" : "commit"),
            body);
    saw("committed: " + what, said.status < 300);
    saw("refused", said.status >= 400);
  }

  private void report(String org) throws IOException, InterruptedException {
    Instant ran = now.minusSeconds(random.nextInt(7_200));
    Said said =
        call(
            "POST",
            "/v1/events",
            "application/cloudevents+json",
            """
            {"specversion": "1.0", "id": "e%d", "source": "s", "type": "t", "time": "%s", "data": {%s%s}}
            """
                .formatted(
                    ++names,
                    ran.isBefore(BEGIN) ? BEGIN : ran,
                    work(
                        org,
                        one(List.of("chat", "scan")),
                        units(random.nextInt(60), random.nextInt(20))),
                    policy()));
    saw("reported", said.status < 300);
  }

  private void span(String org) throws IOException, InterruptedException {
    String at = now.getEpochSecond() + "000000000";
    Said said =
        call(
            "POST",
            "/v1/traces",
            """
            {"resourceSpans": [{"resource": {"attributes": [
              {"key": "service.name", "value": {"stringValue": "s"}},
              {"key": "bursar.org", "value": {"stringValue": "%s"}}]},
             "scopeSpans": [{"scope": {"name": "x"}, "spans": [{
               "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "%016x", "name": "chat", "kind": 3,
               "startTimeUnixNano": "%s", "endTimeUnixNano": "%s", "attributes": [
                 {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                 {"key": "gen_ai.request.model", "value": {"stringValue": "%s"}},
                 {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "%d"}},
                 {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "3"}}]}]}]}]}
            """
                .formatted(org, ++names, at, at, model(), random.nextInt(50)));
    saw("span", said.status < 300);
  }

  /** As a sidecar does, which may have spent more than it was granted. */
  private void lease(String org) throws IOException, InterruptedException {
    Said said =
        call(
            "POST",
            "/v1/leases",
            """
            {"sidecar": "s", "subject": {"org": "%s", "user": "ada"}, "feature": "chat", "credit_type": "c",
             "amount": "60", "meters": {"input_tokens": 30, "requests": 2}, "ttl_seconds": 120}
            """
                .formatted(org));
    if (!isAllowed(said)) {
      return;
    }
    String use =
        """
        {"id": "%d", "time": "%s", "subject": {"org": "%s", "user": "ada"}, "feature": "chat", "model": "table", %s}
        """;
    String close =
        "{\"epoch\": %d, \"usage\": [%s, %s]}"
            .formatted(
                said.body.path("epoch").asInt(),
                use.formatted(++names, now, org, units(random.nextInt(15), 1)),
                use.formatted(++names, now, org, units(random.nextInt(20), 1)));
    done("POST", "/v1/leases/%s/close".formatted(said.body.path("lease_id").asText()), close);
    saw("leased", true);
  }

  private void subscribe(String org) throws IOException, InterruptedException {
    String plan = one(PLANS);
    String start =
        random.nextInt(3) == 0
            ? ", \"starts_at\": \"%s\"".formatted(now.plusSeconds(random.nextInt(600)))
            : "";
    done(
        "PUT",
        "/v1/orgs/" + org,
        "{\"name\": \"%s\", \"plan\": \"%s\"%s}".formatted(org, plan, start));
    saw("plan", true);
  }

  private void grant(String org, int amount) throws IOException, InterruptedException {
    for (String type : List.of("c", "d")) {
      done(
          "POST",
          "/v1/orgs/%s/wallets/main/grants".formatted(org),
          "{\"credit_type\": \"%s\", \"amount\": \"%d\", \"category\": \"paid\"}"
              .formatted(type, amount));
    }
  }

  /** The wallet has 200, the work comes to 300, and the plan leaves the rest uncharged. */
  private void passWhatThereIs(String org) throws IOException, InterruptedException {
    done("PUT", "/v1/orgs/" + org, "{\"name\": \"%s\", \"plan\": \"capped\"}".formatted(org));
    String work =
        """
        {"subject": {"org": "%s"}, "feature": "chat", "model": "table", "usage": {"input_tokens": 10}}
        """;
    String id =
        done("POST", "/v1/reservations", work.formatted(org)).path("reservation_id").asText();
    JsonNode ended =
        done(
            "POST",
            "/v1/reservations/%s/commit".formatted(id),
            "{\"usage\": {\"input_tokens\": 200}}");
    assertThat(ended.path("uncharged").asText()).isEqualTo("100");
  }

  private void step() throws IOException, InterruptedException {
    String org = one(ORGS);
    switch (random.nextInt(20)) {
      case 0 -> {
        now = now.plusSeconds(random.nextInt(2_400));
        done("PUT", "/v1/test_clock", "{\"now\": \"%s\"}".formatted(now));
      }
      case 1 -> subscribe(org);
      case 2, 3 -> report(org);
      case 4 -> span(org);
      case 5, 6 -> lease(org);
      case 7, 8 -> grant(org, 150);
      case 9, 10, 11, 12, 13 -> end(org);
      default -> reserve(org);
    }
  }

  private String draft(String catalog) throws IOException, InterruptedException {
    return done("POST", "/v1/catalog/versions", "application/yaml", catalog)
        .path("version")
        .asText();
  }

  private JsonNode simulate(String version) throws IOException, InterruptedException {
    for (String org : ORGS) {
      done("GET", "/v1/orgs/%s/events?fresh=true&limit=1".formatted(org), "");
    }
    return done(
        "POST",
        "/v1/catalog/versions/%s/simulate".formatted(version),
        "{\"from\": \"%s\", \"to\": \"%s\"}".formatted(BEGIN, now.plus(Duration.ofDays(1))));
  }

  private static void assertNeutral(JsonNode totals, String what) {
    assertThat(totals.path("denied")).as("%s: %s", what, totals).isEmpty();
    for (JsonNode type : totals.path("credits")) {
      assertThat(type.path("after")).as("%s: %s", what, totals).isEqualTo(type.path("before"));
    }
  }

  private int cli(StringWriter told, Path file, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "catalog",
                "simulate",
                "--from",
                BEGIN.toString(),
                "--to",
                now.plusSeconds(1).toString(),
                "--url",
                "http://127.0.0.1:" + port + "/",
                "--operator-key",
                BursarProcess.KEY,
                file.toString()));
    all.addAll(List.of(more));
    return Bursar.commandLine()
        .setOut(new PrintWriter(told))
        .setErr(new PrintWriter(told))
        .execute(all.toArray(String[]::new));
  }

  @Test
  void underTheVersionThatCountedNothingCostsOtherwiseAndNothingIsDenied() throws Exception {
    port = BursarProcess.freePort();
    long seed = Long.getLong("bursar.seed", random.nextLong());
    random = new Random(seed);
    Path data = directory.resolve("data");
    try (BursarProcess node =
        BursarProcess.up(data, port, "--no-demo", "--test-clock", BEGIN.toString())) {
      String counted = draft(CATALOG.formatted(20));
      done("POST", "/v1/catalog/versions/%s/publish".formatted(counted), "{}");
      for (String org : ORGS) {
        done("PUT", "/v1/orgs/" + org, "{\"name\": \"%s\"}".formatted(org));
        done("PUT", "/v1/orgs/%s/wallets/main".formatted(org), "{}");
        grant(org, 200);
      }
      passWhatThereIs("delta");
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      JsonNode all = simulate(counted);
      assertNeutral(all, "seed " + seed);
      for (JsonNode org : all.path("orgs")) {
        assertNeutral(org, "seed " + seed);
      }
      assertThat(all.path("winners").asInt() + all.path("losers").asInt()).isZero();
      assertThat(all.path("mixed").asInt()).isZero();
      assertThat(all.path("events").asInt()).as("%s", seen).isGreaterThan(STEPS / 4);
      assertThat(seen.keySet())
          .as("seed %d", seed)
          .contains(
              "committed: an amount",
              "committed: as held",
              "committed: nothing",
              "committed: units",
              "denied",
              "leased",
              "one-shot by amount",
              "one-shot by units",
              "plan",
              "refused",
              "reported",
              "span");

      assertThat(simulate(draft(CATALOG.formatted(0))).path("denied"))
          .as("a limit of nothing")
          .isNotEmpty();

      StringWriter told = new StringWriter();
      Path same = Files.writeString(directory.resolve("same.yaml"), CATALOG.formatted(20));
      assertThat(cli(told, same, "--deny-none")).as("%s", told).isZero();
      Path none =
          Files.writeString(
              directory.resolve("none.yaml"),
              CATALOG.formatted(20).replace("model: table", "model: other"));
      assertThat(cli(told, none)).as("%s", told).isZero();
      assertThat(cli(told, none, "--deny-none")).as("%s", told).isEqualTo(3);
      assertThat(told.toString()).contains(" denied, no_rate");
    }
    BursarProcess verify = BursarProcess.start("verify", "--data", data.toString());
    assertThat(verify.exitCode()).as(verify.output()).isZero();
  }
}
