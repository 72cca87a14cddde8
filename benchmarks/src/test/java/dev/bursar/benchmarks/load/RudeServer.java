package dev.bursar.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Accepts connections, reads something, and does what a server should not. */
final class RudeServer implements AutoCloseable {

  /** What it does with a connection on which a request has begun. */
  interface Manners {
    void serve(Socket socket) throws IOException;
  }

  private final ServerSocket server;

  RudeServer(Manners manners) {
    try {
      server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().start(() -> accept(manners));
  }

  /** Ends a connection with a reset, as the kernel of a killed process may. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  Endpoint endpoint() {
    return Endpoint.local(server.getLocalPort());
  }

  private void accept(Manners manners) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        if (socket.getInputStream().read() >= 0) {
          manners.serve(socket);
        }
      } catch (IOException e) {
        // The next one.
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
