package dev.bursar.benchmarks.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens and who we are to it.
 *
 * @param host a name or an address
 * @param port a TCP port, 1 to 65,535
 * @param bearer the key sent with every request, if any
 */
public record Endpoint(String host, int port, @Nullable String bearer) {

  /** Up to where Linux begins with ports for outgoing connections. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 12_000;

  /** Of programs that run side by side, each begins elsewhere. */
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

  public Endpoint {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
    }
  }

  /** A server on this machine that asks for no key. */
  public static Endpoint local(int port) {
    return new Endpoint("127.0.0.1", port, null);
  }

  /**
   * A port of this machine at which nobody listens now, and another one each time. It is none of
   * those that outgoing connections get, of which one could take it before a server does.
   *
   * @throws IOException if there is none
   */
  public static int freePort() throws IOException {
    for (int attempt = 0; attempt < PORTS; attempt++) {
      int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // So the next one.
      }
    }
    throw new IOException("none of %d ports from %d on is free".formatted(PORTS, FIRST_PORT));
  }

  /** The same server, with a key. */
  public Endpoint withBearer(String key) {
    return new Endpoint(host, port, key);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return "http://" + host + ":" + port;
  }
}
