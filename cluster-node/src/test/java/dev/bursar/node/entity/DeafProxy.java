package dev.bursar.node.entity;

import dev.bursar.database.DatabaseSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands between a node and PostgreSQL, and can break the connection at the worst moment: when a
 * transaction has been committed, and before the node hears so.
 */
final class DeafProxy implements AutoCloseable {

  /** A statement that is its own transaction: PostgreSQL sends it when that is committed. */
  private static final byte[] WRITTEN = "INSERT 0 1\0".getBytes(StandardCharsets.US_ASCII);

  private final DatabaseSettings behind;
  private final URI server;
  private final ServerSocket listening;
  private final AtomicBoolean armed = new AtomicBoolean();
  private final AtomicBoolean dropped = new AtomicBoolean();

  DeafProxy(DatabaseSettings behind) throws IOException {
    this.behind = behind;
    this.server = URI.create(behind.jdbcUrl().substring("jdbc:".length()));
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /** How to reach PostgreSQL through it. */
  DatabaseSettings settings() {
    String query = server.getRawQuery();
    return DatabaseSettings.of(
        "jdbc:postgresql://127.0.0.1:%d%s%s"
            .formatted(
                listening.getLocalPort(), server.getRawPath(), query == null ? "" : "?" + query),
        behind.user(),
        behind.password());
  }

  /** The next row that is written is not heard of. */
  void dropNextWrite() {
    armed.set(true);
  }

  boolean hasDropped() {
    return dropped.get();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        Socket upstream = new Socket(server.getHost(), server.getPort());
        pump(client, upstream, false);
        pump(upstream, client, true);
      } catch (IOException e) {
        // The next one.
      }
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (from;
                  to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] bytes = new byte[65_536];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                  if (answers && contains(bytes, n) && armed.compareAndSet(true, false)) {
                    dropped.set(true);
                    return;
                  }
                  out.write(bytes, 0, n);
                }
              } catch (IOException e) {
                // The connection has ended, on one side or the other.
              }
            });
  }

  private static boolean contains(byte[] bytes, int length) {
    for (int i = 0; i + WRITTEN.length <= length; i++) {
      int same = 0;
      while (same < WRITTEN.length && bytes[i + same] == WRITTEN[same]) {
        same++;
      }
      if (same == WRITTEN.length) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
