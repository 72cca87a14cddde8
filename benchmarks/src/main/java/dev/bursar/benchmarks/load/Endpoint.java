package dev.bursar.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens and who we are to it.
 *
 * @param host a name or an address
 * @param port a TCP port, 1 to 65,535
 * @param bearer the key sent with every request, if any
 */
public record Endpoint(String host, int port, @Nullable String bearer) {

  public Endpoint {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
    }
  }

  /** A server on this machine that asks for no key. */
  public static Endpoint local(int port) {
    return new Endpoint("127.0.0.1", port, null);
  }

  /** A port of this machine at which nobody listens now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
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
