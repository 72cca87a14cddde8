package dev.bursar.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The demo org, put in through the API as a customer's would be, if it is not there yet. Until all
 * of it is there it is called so: a node that was stopped meanwhile goes on when it starts again.
 */
final class Demo {

  private static final String ORG = "/v1/orgs/acme";
  private static final String LOADING = "Acme Corporation (loading)";
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration REACHABLE_WITHIN = Duration.ofMinutes(1);
  private static final Duration ASKED_AGAIN_AFTER = Duration.ofMillis(200);
  private static final int PROMOTION_DAYS = 30;

  private final HttpClient client = HttpClient.newHttpClient();
  private final String address;
  private final String key;

  Demo(String address, String key) {
    this.address = address;
    this.key = key;
  }

  /** Puts it in, unless all of it is there already. */
  void load(Instant now) {
    HttpResponse<String> there = answer("GET", ORG, "");
    if (there.statusCode() == 200 && !there.body().contains(LOADING)) {
      return;
    }
    if (there.statusCode() != 200 && there.statusCode() != 404) {
      throw answered("GET", ORG, there.statusCode());
    }
    put(ORG, org(LOADING));
    put(ORG + "/units/engineering", "{'kind': 'department', 'name': 'Engineering'}");
    put(ORG + "/units/data", "{'kind': 'department', 'name': 'Data', 'parent': 'engineering'}");
    put(ORG + "/units/analytics", "{'kind': 'team', 'name': 'Analytics', 'parent': 'data'}");
    put(ORG + "/units/platform", "{'kind': 'team', 'name': 'Platform', 'parent': 'engineering'}");
    put(ORG + "/units/copilot", "{'kind': 'product', 'name': 'Copilot'}");
    put(
        ORG + "/users/ada",
        "{'name': 'Ada Marchetti', 'email': 'ada@acme.example', 'teams': ['analytics']}");
    put(
        ORG + "/users/ben",
        "{'name': 'Ben Okafor', 'email': 'ben@acme.example', 'teams': ['analytics', 'platform']}");
    put(
        ORG + "/users/chen",
        "{'name': 'Chen Li', 'email': 'chen@acme.example', 'teams': ['platform']}");
    put(
        ORG + "/budgets/org-month",
        "{'scope': {'type': 'org'}, 'measure': 'platform', 'window': 'month', 'limit': '1000'}");
    put(
        ORG + "/budgets/engineering-month",
        "{'scope': {'type': 'department', 'id': 'engineering'}, 'measure': 'platform',"
            + " 'window': 'month', 'limit': '400'}");
    put(
        ORG + "/budgets/analytics-month",
        "{'scope': {'type': 'team', 'id': 'analytics'}, 'measure': 'platform',"
            + " 'window': 'month', 'limit': '20'}");
    put(
        ORG + "/budgets/ada-day",
        "{'scope': {'type': 'user', 'id': 'ada'}, 'measure': 'platform', 'window': 'day',"
            + " 'limit': '15'}");
    put(ORG + "/wallets/main", "{'owner': {'type': 'org'}}");
    grant(
        "{'id': 'order-1001', 'credit_type': 'platform', 'amount': '500', 'category': 'paid',"
            + " 'cost_basis': {'amount': '500', 'currency': 'USD'}}");
    grant(
        ("{'id': 'welcome', 'credit_type': 'platform', 'amount': '25', 'category': 'promotional',"
                + " 'expires_at': '%s'}")
            .formatted(now.plus(PROMOTION_DAYS, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS)));
    put(ORG, org("Acme Corporation"));
  }

  private static String org(String name) {
    return "{'name': '%s', 'timezone': 'Europe/Berlin'}".formatted(name);
  }

  private void put(String path, String json) {
    int status = answer("PUT", path, json.replace('\'', '"')).statusCode();
    if (status >= 300) {
      throw answered("PUT", path, status);
    }
  }

  /** What was granted before the node was stopped is refused by its id. */
  private void grant(String json) {
    String path = ORG + "/wallets/main/grants";
    int status = answer("POST", path, json.replace('\'', '"')).statusCode();
    if (status >= 300 && status != 409) {
      throw answered("POST", path, status);
    }
  }

  private static CommandFailure answered(String method, String path, int status) {
    return new CommandFailure(
        "the demo can't be loaded: %s %s was answered %d".formatted(method, path, status));
  }

  /**
   * The answer. Who says to ask again, as a node may that has just started, is asked again, with
   * the same key: that says nothing of what is there.
   */
  private HttpResponse<String> answer(String method, String path, String json) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .method(method, HttpRequest.BodyPublishers.ofString(json))
            .build();
    long began = System.nanoTime();
    try {
      while (true) {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        int status = answer.statusCode();
        if ((status != 503 && status != 429)
            || System.nanoTime() - began > REACHABLE_WITHIN.toNanos()) {
          return answer;
        }
        TimeUnit.NANOSECONDS.sleep(ASKED_AGAIN_AFTER.toNanos());
      }
    } catch (IOException e) {
      throw new CommandFailure("the demo can't be loaded: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted", e);
    }
  }

  /** Three commands to try. */
  static String tries(String address, String authorization) {
    return """

        The demo org acme began with 525 credits, of which its team Analytics was to use 20 a month. To try:

        1. Ada asks before a call of about one credit. It is allowed, and charged:

        curl -s %1$s/v1/reservations -H %2$s -H 'Content-Type: application/json' \\
          -d '{"subject": {"org": "acme", "team": "analytics", "user": "ada"}, "feature": "chat", "model": "gpt-5",
               "usage": {"input_tokens": 1200, "output_tokens": 800}, "commit": true}'

        2. Ben's agent asks for thirty credits. The team's budget denies it, and says so, unless it was raised:

        curl -s %1$s/v1/reservations -H %2$s -H 'Content-Type: application/json' \\
          -d '{"subject": {"org": "acme", "team": "analytics", "user": "ben"}, "feature": "chat", "model": "gpt-5",
               "usage": {"input_tokens": 80000, "output_tokens": 20000}}'

        3. The ledger that proves what was charged:

        curl -s %1$s/v1/orgs/acme/wallets/main/ledger -H %2$s
        """
        .formatted(address, authorization);
  }
}
