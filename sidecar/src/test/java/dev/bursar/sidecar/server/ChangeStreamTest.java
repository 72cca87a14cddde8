package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.bursar.sidecar.LogSeen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream whose other end is on the wire, and may be silent, break off or refuse. */
final class ChangeStreamTest {

  private static final String HELLO = event("hello", "{\"heartbeat_ms\":%d}");

  private final BlockingQueue<String> taken = new LinkedBlockingQueue<>();
  private volatile CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
  private ServerSocket server;
  private ServerOverHttp leasing;
  private ChangeStream stream;

  private final Changes changes =
      new Changes() {
        @Override
        public CompletionStage<Void> changed(String org) {
          taken.add("changed " + org);
          return done;
        }

        @Override
        public CompletionStage<Void> changedAll() {
          taken.add("changed");
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> revoke(String org, String lease) {
          taken.add("revoke " + org + " " + lease);
          return done;
        }
      };

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    server.setSoTimeout(30_000);
    URI base = URI.create("http://127.0.0.1:" + server.getLocalPort());
    leasing = new ServerOverHttp(base, "secret", "gate 1");
    stream = new ChangeStream(leasing, changes);
    stream.start();
  }

  @AfterEach
  void stop() throws IOException {
    stream.close();
    leasing.close();
    server.close();
  }

  private static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  /** The next request, up to its empty line and what its body has. */
  private static String read(Socket socket) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder head = new StringBuilder();
    int length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.append(line).append('\n');
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
        length = Integer.parseInt(line.substring("content-length: ".length()));
      }
    }
    for (; length > 0; length--) {
      head.append((char) in.read());
    }
    return head.toString();
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private Socket connected(long heartbeatMs) throws Exception {
    Socket socket = server.accept();
    assertThat(read(socket))
        .startsWith(
            "GET /v1/leases/stream?sidecar=%s HTTP/1.1"
                .formatted(URLEncoder.encode(leasing.instance(), StandardCharsets.UTF_8)))
        .contains("Bearer secret");
    write(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    write(socket, HELLO.formatted(heartbeatMs));
    assertThat(next()).isEqualTo("changed");
    return socket;
  }

  private String next() throws InterruptedException {
    String next = taken.poll(30, TimeUnit.SECONDS);
    assertThat(next).as("nothing was told").isNotNull();
    return next;
  }

  @Test
  void whatIsAwaitedIsAcknowledgedOnceItWasTakenIn() throws Exception {
    done = new CompletableFuture<>();
    try (Socket socket = connected(60_000)) {
      assertThat(stream.isConnected()).isTrue();
      write(
          socket,
          event("revoke", "{\"notice\":\"n1\",\"org\":\"acme\",\"lease\":\"L1\"}")
              + ":\n\nid: n2\n"
              + event(
                  "entitlements_changed", "{\"notice\":\"n2\",\"org\":\"acme\",\"awaited\":true}"));
      assertThat(next()).isEqualTo("revoke acme L1");
      assertThat(next()).isEqualTo("changed acme");
      done.complete(null);
      // Said again where the first time may not have been heard.
      try (Socket lost = server.accept()) {
        assertThat(read(lost)).contains("\"n2\"");
      }
      try (Socket acknowledged = server.accept()) {
        assertThat(read(acknowledged))
            .startsWith("POST /v1/leases/stream/acknowledge")
            .endsWith("{\"sidecar\":\"%s\",\"notice\":\"n2\"}".formatted(leasing.instance()));
        write(acknowledged, "HTTP/1.1 204 No Content\r\n\r\n");
      }
      assertThat(stream.notices()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatFallsSilentIsLeftAndSoIsOneThatBreaksOff() throws Exception {
    try (Socket silent = connected(50);
        Socket next = connected(60_000)) {
      assertThat(silent.getInputStream().read()).as("it hung up").isNegative();
      next.close();
      try (Socket last = connected(60_000)) {
        write(last, event("what_is_not_known_here", "{}"));
        assertThat(next()).isEqualTo("changed");
      }
    }
  }

  @Test
  void thatTheServerIsAwayIsInTheLogOnceAndThatItIsBack() throws Exception {
    stream.close();
    int port = server.getLocalPort();
    server.close();
    URI base = URI.create("http://127.0.0.1:" + port);
    try (LogSeen log = new LogSeen(ChangeStream.class)) {
      stream = new ChangeStream(leasing, changes);
      stream.start();
      until(() -> !log.messagesWith(base.toString()).isEmpty());
      server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
      for (int i = 0; i < 2; i++) {
        // One that is there, and does not serve, is not back.
        try (Socket failing = server.accept()) {
          read(failing);
          write(failing, "HTTP/1.1 503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
      }
      try (Socket back = connected(60_000)) {
        assertThat(log.messagesWith(base.toString()))
            .containsExactly(
                "the server does not answer; until it does, leases and fail modes decide",
                "the server answers again");
      }
    }
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aKeyThatIsRefusedMakesItAskForEverything() throws Exception {
    try (Socket refused = server.accept()) {
      read(refused);
      write(refused, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      assertThat(next()).isEqualTo("changed");
      assertThat(stream.isConnected()).isFalse();
    }
  }

  /** Whoever has given it a wrong key looks at it when it starts. */
  @Test
  void thatItsKeyIsUnknownIsInTheLogAtOnce() throws Exception {
    // given
    try (LogSeen log = new LogSeen(ChangeStream.class);
        Socket refused = server.accept()) {
      assertThat(stream.isKeyUnknown()).isFalse();
      read(refused);
      // when
      write(refused, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      // then
      String base = leasing.base().toString();
      until(() -> !log.messagesWith(base).isEmpty());
      assertThat(stream.isKeyUnknown()).isTrue();
      assertThat(log.all(ILoggingEvent::getLevel)).containsExactly(Level.ERROR);
      assertThat(log.messagesWith(base))
          .containsExactly(
              "the server refuses the sidecar's key; nothing is decided until it takes it");
    }
  }

  @Test
  void aKeyThatWasTakenIsNotUnknownLater() throws Exception {
    // given
    connected(60_000).close();
    // when
    try (Socket refused = server.accept()) {
      read(refused);
      write(refused, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      // then
      assertThat(next()).isEqualTo("changed");
      assertThat(stream.isKeyUnknown()).isFalse();
    }
  }
}
