package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients, three levels of an org, random amounts, and limits far below what is asked for. */
class HierarchyUnderLoadTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLIENTS = 64;
  private static final int REQUESTS_EACH = 25;
  private static final Map<String, String> LIMITS =
      Map.of(
          "of-org", "{'scope':{'type':'org'},'limit':'900'}",
          "of-dept", "{'scope':{'type':'department','id':'eng'},'limit':'500'}",
          "of-blue", "{'scope':{'type':'team','id':'blue'},'limit':'300'}",
          "of-red", "{'scope':{'type':'team','id':'red'},'limit':'300'}",
          "of-product", "{'scope':{'type':'product','id':'copilot'},'limit':'400'}");

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private String base = "";

  private JsonNode send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .header("Content-Type", "application/json")
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isLessThan(300);
    return JSON.readTree(response.body());
  }

  private void putBudget(String name, String scopeAndLimit, String measure) throws Exception {
    send(
        "PUT",
        "/v1/orgs/acme/budgets/" + name,
        scopeAndLimit.replace(
            "'limit'", "'measure':'%s','window':'month','limit'".formatted(measure)));
  }

  private void setUp() throws Exception {
    send("PUT", "/v1/orgs/acme", "{'name':'Acme','timezone':'UTC'}");
    send("PUT", "/v1/orgs/acme/units/eng", "{'kind':'department','name':'eng'}");
    for (String team : List.of("blue", "red", "green")) {
      send(
          "PUT",
          "/v1/orgs/acme/units/" + team,
          "{'kind':'team','name':'%s','parent':'eng'}".formatted(team));
    }
    send("PUT", "/v1/orgs/acme/units/copilot", "{'kind':'product','name':'copilot'}");
    send("PUT", "/v1/orgs/acme/wallets/main", "{}");
    send(
        "POST",
        "/v1/orgs/acme/wallets/main/grants",
        "{'credit_type':'platform','amount':'700','category':'paid'}");
    for (Map.Entry<String, String> each : LIMITS.entrySet()) {
      putBudget(each.getKey(), each.getValue(), "platform");
    }
    putBudget("each", "{'scope':{'type':'each_user'},'limit':'45'}", "platform");
  }

  /** Reserves and commits less, or charges at once, for somebody. */
  private int work(Random random) throws IOException, InterruptedException {
    String team = List.of("blue", "red", "green", "").get(random.nextInt(4));
    String subject =
        "{'org':'acme','user':'u-%d'%s%s}"
            .formatted(
                random.nextInt(12),
                team.isEmpty() ? "" : ",'team':'%s'".formatted(team),
                random.nextBoolean() ? ",'product':'copilot'" : "");
    boolean oneShot = random.nextBoolean();
    int millionths = 1 + random.nextInt(9_999_999);
    JsonNode decided =
        send(
            "POST",
            "/v1/reservations",
            "{'subject':%s,'amount':'%s','credit_type':'platform','commit':%b}"
                .formatted(subject, BigDecimal.valueOf(millionths, 6).toPlainString(), oneShot));
    if (!decided.path("decision").asText().equals("allow")) {
      return 0;
    }
    if (!oneShot) {
      send(
          "POST",
          "/v1/reservations/" + decided.path("reservation_id").asText() + "/commit",
          "{'amount':'%s'}"
              .formatted(BigDecimal.valueOf(random.nextInt(millionths + 1), 6).toPlainString()));
    }
    return 1;
  }

  private JsonNode budget(String name) throws IOException, InterruptedException {
    return send("GET", "/v1/orgs/acme/budgets/" + name, "");
  }

  private static BigDecimal number(JsonNode of, String field) {
    return new BigDecimal(of.path(field).asText());
  }

  private void assertWithin(String name) throws IOException, InterruptedException {
    JsonNode budget = budget(name);
    assertThat(number(budget, "used").add(number(budget, "held")))
        .as(name)
        .isLessThanOrEqualTo(number(budget, "limit"));
  }

  /** What was charged, by the name of each budget that it counts for. */
  private Map<String, BigDecimal> charged() throws IOException, InterruptedException {
    // Waits until the read models show all that was answered, the ledger among them.
    send("GET", "/v1/orgs/acme/usage?fresh=true", "");
    Map<String, BigDecimal> sums = new TreeMap<>();
    String cursor = "";
    do {
      JsonNode page =
          send("GET", "/v1/orgs/acme/wallets/main/ledger?type=consume&limit=1000" + cursor, "");
      for (JsonNode entry : page.path("data")) {
        BigDecimal amount = number(entry, "amount").negate();
        JsonNode subject = entry.path("subject");
        sums.merge("of-org", amount, BigDecimal::add);
        if (subject.has("team")) {
          sums.merge("of-dept", amount, BigDecimal::add);
          sums.merge("of-" + subject.path("team").asText(), amount, BigDecimal::add);
        }
        if (subject.has("product")) {
          sums.merge("of-product", amount, BigDecimal::add);
        }
        sums.merge("user " + subject.path("user").asText(), amount, BigDecimal::add);
      }
      cursor =
          page.path("has_more").asBoolean() ? "&cursor=" + page.path("next_cursor").asText() : "";
    } while (!cursor.isEmpty());
    return sums;
  }

  @Test
  void noLimitIsExceededAndUsageAgreesAtEveryLevel() throws Exception {
    int port = BursarProcess.freePort();
    try (BursarProcess node = BursarProcess.up(directory, port, "--no-demo");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      base = "http://127.0.0.1:" + port;
      setUp();
      String first =
          send(
                  "POST",
                  "/v1/reservations",
                  "{'subject':{'org':'acme','team':'blue','user':'u-1'},'amount':'0.5','credit_type':'platform'}")
              .path("reservation_id")
              .asText();
      send("POST", "/v1/reservations/" + first + "/commit", "{'amount':'0.25'}");
      AtomicInteger allowed = new AtomicInteger(1);
      AtomicInteger done = new AtomicInteger();
      AtomicBoolean over = new AtomicBoolean();
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(i);
        clients.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < REQUESTS_EACH; n++) {
                    allowed.addAndGet(work(random));
                    done.incrementAndGet();
                  }
                  return null;
                }));
      }
      Future<?> watcher =
          threads.submit(
              () -> {
                while (!over.get()) {
                  for (String name : LIMITS.keySet()) {
                    assertWithin(name);
                  }
                }
                return null;
              });
      // In the middle of it all, budgets that have to count from the month's start.
      while (done.get() < CLIENTS * REQUESTS_EACH / 4) {
        LockSupport.parkNanos(1_000_000);
      }
      // Until now nothing asked this team about anything.
      putBudget("late-green", "{'scope':{'type':'team','id':'green'},'limit':'9000'}", "platform");
      putBudget("late-blue", "{'scope':{'type':'team','id':'blue'},'limit':'9000'}", "platform");
      putBudget(
          "late-eng", "{'scope':{'type':'department','id':'eng'},'limit':'9000'}", "platform");
      putBudget("late-count", "{'scope':{'type':'org'},'limit':'9000'}", "requests");
      for (Future<?> each : clients) {
        each.get(2, TimeUnit.MINUTES);
      }
      over.set(true);
      watcher.get(1, TimeUnit.MINUTES);

      Map<String, BigDecimal> charged = charged();
      settled(List.of("late-blue", "late-green", "late-eng", "late-count"));
      settled(LIMITS.keySet());
      for (String name : LIMITS.keySet()) {
        assertThat(number(budget(name), "used"))
            .as(name)
            .isEqualByComparingTo(charged.getOrDefault(name, BigDecimal.ZERO));
        assertWithin(name);
      }
      assertThat(number(budget("late-blue"), "used")).isEqualByComparingTo(charged.get("of-blue"));
      assertThat(number(budget("late-green"), "used"))
          .isEqualByComparingTo(charged.get("of-green"));
      assertThat(number(budget("late-eng"), "used")).isEqualByComparingTo(charged.get("of-dept"));
      assertThat(number(budget("late-count"), "used")).isEqualByComparingTo("" + allowed.get());
      for (int user = 0; user < 12; user++) {
        assertThat(number(budget("each?user=u-" + user), "used"))
            .isEqualByComparingTo(charged.getOrDefault("user u-" + user, BigDecimal.ZERO))
            .isLessThanOrEqualTo(new BigDecimal(45));
      }
      // What has long ended is explained from what was on record when it was decided.
      JsonNode steps = send("GET", "/v1/reservations/" + first + "/explain", "").path("steps");
      assertThat(steps.findValuesAsText("step"))
          .containsExactly("price", "org_limits", "team_limits", "credits");
      assertThat(steps.path(1).path("limits").findValuesAsText("budget"))
          .containsExactlyInAnyOrder("each", "of-dept", "of-org");
      assertThat(steps.path(2).path("limits").path(0).path("budget").asText()).isEqualTo("of-blue");
      assertThat(steps.path(2).path("limits").path(0).path("held").asText()).isEqualTo("0.5");

      JsonNode usage = send("GET", "/v1/orgs/acme/usage?fresh=true", "").path("data").path(0);
      assertThat(number(usage, "credits")).isEqualByComparingTo(charged.get("of-org"));
      assertThat(usage.path("requests").asInt()).isEqualTo(allowed.get());
      assertThat(usage.path("denied").asInt())
          .isEqualTo(1 + CLIENTS * REQUESTS_EACH - allowed.get())
          .isPositive();
    }
    try (BursarProcess verify = BursarProcess.start("verify", "--data", directory.toString())) {
      assertThat(verify.exitCode()).as(verify.output()).isZero();
      assertThat(verify.output()).containsPattern("discrepancies +0");
    }
  }

  /** Waits until nothing is held any more. */
  private void settled(Iterable<String> names) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    for (String name : names) {
      while (number(budget(name), "held").signum() != 0) {
        assertThat(System.nanoTime()).as(name + " is settled").isLessThan(deadline);
      }
    }
  }
}
