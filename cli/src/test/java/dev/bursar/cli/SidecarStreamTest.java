package dev.bursar.cli;

import static dev.bursar.cli.NodeBehindProxy.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node takes away, and a sidecar under load that is connected to it, or is not. */
class SidecarStreamTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ONE_SHOT =
      "{'subject':{'org':'box','user':'u'},'feature':'chat','amount':'0.01','credit_type':'platform','commit':true}";
  private static final String ACKNOWLEDGED = "\"gateway-1#[0-9a-f]{12}\";acknowledged";

  @TempDir private Path directory;
  private final int port = BursarProcess.freePort();
  private NodeBehindProxy node;

  private JsonNode ask() throws Exception {
    return JSON.readTree(node.send(port, "POST", "/v1/reservations", ONE_SHOT).body());
  }

  private static boolean isAllowed(JsonNode decision) {
    return decision.path("decision").asText().equals("allow");
  }

  /** Whether it was allowed from a lease, and so by nobody but the sidecar. */
  private static boolean isLocal(JsonNode decision) {
    return isAllowed(decision) && decision.path("source").asText().equals("lease");
  }

  private String metric(String name) throws Exception {
    return node.send(port, "GET", "/metrics", "")
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
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "100000", "50000");
        BursarProcess sidecar = behind.sidecar(port, "--name=gateway-1")) {
      node = behind;
      until(this::isConnected);
      try (Load load = new Load()) {
        for (int round = 0; round < 2; round++) {
          underLoad(load, () -> node.change("POST", "/freeze", "{'reason':'audit'}"));
          node.change("POST", "/unfreeze", "{}");
          underLoad(load, () -> node.limit("0.01"));
          node.limit("50000");
        }
      }

      // Killed and started again: the sidecar comes back by itself.
      until(() -> isLocal(ask()));
      node.kill();
      until(() -> !isConnected());
      node.restart();
      until(this::isConnected);
      until(() -> isLocal(ask()));
      assertThat(node.change("POST", "/freeze", "{'reason':'audit'}")).matches(ACKNOWLEDGED);
      assertThat(isAllowed(ask())).isFalse();
      node.change("POST", "/unfreeze", "{}");

      // Cut off: it is named; and connected again it looks at what it has missed.
      until(() -> isLocal(ask()));
      node.cut();
      until(() -> !isConnected());
      until(
          () ->
              node.change("POST", "/freeze", "{'reason':'audit'}")
                  .matches("\"gateway-1#[0-9a-f]{12}\";away;until=@.*"));
      node.connect();
      until(this::isConnected);
      until(() -> metric("bursar_sidecar_leases").equals("0.0"));
      assertThat(isAllowed(ask())).isFalse();
    }
  }

  /** From the answer on, nothing that is asked is allowed; until then, much is. */
  private void underLoad(Load load, Callable<String> change) throws Exception {
    load.all.clear();
    long before = System.nanoTime();
    until(() -> load.since(before, SidecarStreamTest::isLocal) > 50);
    String told = change.call();
    long answeredAt = System.nanoTime();
    until(() -> load.since(answeredAt, each -> !isAllowed(each)) > 50);
    assertThat(load.since(answeredAt, SidecarStreamTest::isAllowed)).isZero();
    assertThat(told).matches(ACKNOWLEDGED);
  }
}
