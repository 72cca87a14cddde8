package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.proxy.Tap;
import dev.bursar.database.proxy.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A node with the org {@code box}, which has credits, and sidecars whose way to it can be cut. */
final class NodeBehindProxy implements AutoCloseable {

  private static final long WAIT_NANOS_MAX = 60_000_000_000L;
  private static final long LOOKS_EVERY_NANOS = 2_000_000;

  private static final Tap OPEN =
      new Tap() {
        @Override
        public void asked(byte[] bytes, int length) {}

        @Override
        public boolean passes(byte[] bytes, int length) {
          return true;
        }
      };

  final int port = BursarProcess.freePort();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Path directory;
  private final TcpProxy proxy;
  private BursarProcess node;

  /** Whatever is waited for. */
  interface Check {
    boolean holds() throws Exception;
  }

  /**
   * @param directory where the node and its sidecars keep their data
   * @param credits what the wallet {@code main} is granted
   * @param limit what the org may use in a day
   */
  NodeBehindProxy(Path directory, String credits, String limit) throws Exception {
    this.directory = directory;
    this.node = startNode();
    this.proxy = new TcpProxy(port, () -> OPEN);
    try {
      change("PUT", "", "{'name':'Box'}");
      change("PUT", "/wallets/main", "{}");
      change(
          "POST",
          "/wallets/main/grants",
          "{'id':'g','credit_type':'platform','amount':'%s','category':'paid'}".formatted(credits));
      limit(limit);
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private BursarProcess startNode() {
    return BursarProcess.up(directory.resolve("node"), port, "--no-demo");
  }

  /** Waits for a condition that somebody else brings about, for a minute at most. */
  static void until(Check check) throws Exception {
    long deadline = System.nanoTime() + WAIT_NANOS_MAX;
    while (!check.holds()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      // Whoever it is needs the processor.
      LockSupport.parkNanos(LOOKS_EVERY_NANOS);
    }
  }

  /** A sidecar that listens on this port; one at a time, since they have one directory. */
  BursarProcess sidecar(int onPort, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sidecar",
                "--server=http://127.0.0.1:" + proxy.port(),
                "--key=" + BursarProcess.KEY,
                "--port=" + onPort,
                "--data=" + directory.resolve("sidecar")));
    arguments.addAll(List.of(more));
    BursarProcess sidecar = BursarProcess.start(arguments.toArray(String[]::new));
    sidecar.await(line -> line.startsWith("what was used is kept in"));
    return sidecar;
  }

  /**
   * Asks the node or a sidecar, by its port.
   *
   * @param body with ' for "
   * @param headers names and values, in turn
   */
  HttpResponse<String> send(int to, String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + path))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Changes something of the org; how far that came to the sidecars. */
  String change(String method, String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(port, method, "/v1/orgs/box" + path, body);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    return answer.headers().firstValue("Bursar-Sidecars").orElse("");
  }

  /** Sets what the org may use in a day; how far that came to the sidecars. */
  String limit(String credits) throws IOException, InterruptedException {
    return change(
        "PUT",
        "/budgets/day",
        "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'%s'}"
            .formatted(credits));
  }

  /** From now on no sidecar reaches the node. */
  void cut() {
    proxy.upstream(BursarProcess.freePort());
    proxy.cutAll();
  }

  /** Sidecars reach the node again. */
  void connect() {
    proxy.upstream(port);
  }

  /** It stands still: whoever is connected hears nothing any more. */
  void pause() throws IOException, InterruptedException {
    node.pause();
  }

  /** It goes on. */
  void resume() throws IOException, InterruptedException {
    node.resume();
  }

  /** The plug is pulled. */
  void kill() {
    node.kill();
  }

  /** Starts it again, after it was killed. */
  void restart() {
    node = startNode();
  }

  @Override
  public void close() throws IOException {
    try (proxy) {
      node.close();
    }
  }
}
