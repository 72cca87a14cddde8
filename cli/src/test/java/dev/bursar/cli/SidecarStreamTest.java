package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.database.proxy.Tap;
import dev.bursar.database.proxy.TcpProxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node takes away, and a sidecar under load that is connected to it, or is not. */
class SidecarStreamTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ONE_SHOT =
      "{'subject':{'org':'box','user':'u'},'feature':'chat','amount':'0.01','credit_type':'platform','commit':true}";
  private static final String LIMIT =
      "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'%s'}";
  private static final String ACKNOWLEDGED = "\"gateway-1\";acknowledged";

  private static final Tap OPEN =
      new Tap() {
        @Override
        public void asked(byte[] bytes, int length) {}

        @Override
        public boolean passes(byte[] bytes, int length) {
          return true;
        }
      };

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private int node;
  private int port;

  private HttpResponse<String> send(int to, String method, String path, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + path))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** How far a change came to the sidecars. */
  private String change(String method, String path, String body) throws Exception {
    HttpResponse<String> answer = send(node, method, "/v1/orgs/box" + path, body);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    return answer.headers().firstValue("Bursar-Sidecars").orElse("");
  }

  private JsonNode ask() throws Exception {
    return JSON.readTree(send(port, "POST", "/v1/reservations", ONE_SHOT).body());
  }

  private static boolean isAllowed(JsonNode decision) {
    return decision.path("decision").asText().equals("allow");
  }

  /** Whether it was allowed from a lease, and so by nobody but the sidecar. */
  private static boolean isLocal(JsonNode decision) {
    return isAllowed(decision) && decision.path("source").asText().equals("lease");
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static void until(Check check) {
    BooleanSupplier holds =
        () -> {
          try {
            return check.holds();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private String metric(String name) throws Exception {
    return send(port, "GET", "/metrics", "")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  private boolean isConnected() throws Exception {
    return metric("bursar_sidecar_connected").equals("1.0");
  }

  /** Requests of some threads, without an end. */
  private final class Load implements AutoCloseable {

    private record Decided(long askedAt, JsonNode decision) {}

    private final Queue<Decided> all = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    Load() {
      for (int i = 0; i < 2; i++) {
        threads.add(Thread.ofPlatform().daemon().start(this::run));
      }
    }

    private void run() {
      while (!ended) {
        long askedAt = System.nanoTime();
        try {
          all.add(new Decided(askedAt, ask()));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }

    long since(long instant, Predicate<JsonNode> kind) {
      return all.stream()
          .filter(each -> each.askedAt - instant > 0 && kind.test(each.decision))
          .count();
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  @Test
  void whatIsTakenAwayIsTakenAwayOnceThatIsAnswered() throws Exception {
    node = BursarProcess.freePort();
    port = BursarProcess.freePort();
    BursarProcess up = BursarProcess.up(directory.resolve("node"), node, "--no-demo");
    try (TcpProxy proxy = new TcpProxy(node, () -> OPEN)) {
      change("PUT", "", "{'name':'Box'}");
      change("PUT", "/wallets/main", "{}");
      change(
          "POST",
          "/wallets/main/grants",
          "{'id':'g','credit_type':'platform','amount':'100000','category':'paid'}");
      change("PUT", "/budgets/day", LIMIT.formatted("50000"));
      try (BursarProcess sidecar =
          BursarProcess.start(
              "sidecar",
              "--server",
              "http://127.0.0.1:" + proxy.port(),
              "--key",
              BursarProcess.KEY,
              "--name",
              "gateway-1",
              "--port",
              "" + port,
              "--data",
              directory.resolve("sidecar").toString())) {
        sidecar.await(line -> line.startsWith("what was used is kept in"));
        until(this::isConnected);
        try (Load load = new Load()) {
          for (int round = 0; round < 2; round++) {
            underLoad(load, "POST", "/freeze", "{'reason':'audit'}");
            change("POST", "/unfreeze", "{}");
            underLoad(load, "PUT", "/budgets/day", LIMIT.formatted("0.01"));
            change("PUT", "/budgets/day", LIMIT.formatted("50000"));
          }
        }

        // Killed and started again: the sidecar comes back by itself.
        until(() -> isLocal(ask()));
        up.kill();
        until(() -> !isConnected());
        up = BursarProcess.up(directory.resolve("node"), node, "--no-demo");
        until(this::isConnected);
        until(() -> isLocal(ask()));
        assertThat(change("POST", "/freeze", "{'reason':'audit'}")).isEqualTo(ACKNOWLEDGED);
        assertThat(isAllowed(ask())).isFalse();
        change("POST", "/unfreeze", "{}");

        // Cut off: it is named; and connected again it looks at what it has missed.
        until(() -> isLocal(ask()));
        proxy.upstream(BursarProcess.freePort());
        proxy.cutAll();
        until(() -> !isConnected());
        until(
            () ->
                change("POST", "/freeze", "{'reason':'audit'}")
                    .startsWith("\"gateway-1\";away;until=@"));
        proxy.upstream(node);
        until(this::isConnected);
        until(() -> metric("bursar_sidecar_leases").equals("0.0"));
        assertThat(isAllowed(ask())).isFalse();
      }
    } finally {
      up.close();
    }
  }

  /** From the answer on, nothing that is asked is allowed; until then, much is. */
  private void underLoad(Load load, String method, String path, String body) throws Exception {
    load.all.clear();
    long before = System.nanoTime();
    until(() -> load.since(before, SidecarStreamTest::isLocal) > 50);
    String told = change(method, path, body);
    long answeredAt = System.nanoTime();
    until(() -> load.since(answeredAt, each -> !isAllowed(each)) > 50);
    assertThat(load.since(answeredAt, SidecarStreamTest::isAllowed)).as(path).isZero();
    assertThat(told).isEqualTo(ACKNOWLEDGED);
  }
}
