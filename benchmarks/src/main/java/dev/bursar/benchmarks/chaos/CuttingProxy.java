package dev.bursar.benchmarks.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands between a node and PostgreSQL. It can cut all connections, let nothing through, and cut
 * one at the worst moment: when a transaction has been committed, and before the node hears so.
 */
final class CuttingProxy implements AutoCloseable {

  private static final byte[] COMMITTED = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);
  private static final int BUFFER_BYTES = 65_536;
  private static final int WAITING_MAX = 100;

  private final ServerSocket listening;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean deaf = new AtomicBoolean();
  private final Object silence = new Object();
  private boolean silent;
  private volatile int upstreamPort;

  CuttingProxy(int upstreamPort) throws IOException {
    this.upstreamPort = upstreamPort;
    this.listening = new ServerSocket(0, WAITING_MAX, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("chaos-proxy").start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Where PostgreSQL is from now on. */
  void upstream(int port) {
    upstreamPort = port;
  }

  void cutAll() {
    open.forEach(CuttingProxy::closeQuietly);
  }

  /** The next commit that is done is not heard of. */
  void dropNextCommit() {
    deaf.set(true);
  }

  void silent(boolean nothingComesThrough) {
    synchronized (silence) {
      silent = nothingComesThrough;
      silence.notifyAll();
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        open.add(client);
        try {
          Socket upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort);
          open.add(upstream);
          pump(client, upstream, false);
          pump(upstream, client, true);
        } catch (IOException e) {
          closeQuietly(client);
        }
      } catch (IOException e) {
        // Closed, or nobody there: the next one.
      }
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    Thread.ofPlatform()
        .daemon()
        .name("chaos-pump")
        .start(
            () -> {
              try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] bytes = new byte[BUFFER_BYTES];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                  awaitNoise();
                  if (answers && isCommitted(bytes, n) && deaf.compareAndSet(true, false)) {
                    return;
                  }
                  out.write(bytes, 0, n);
                }
              } catch (IOException e) {
                // The connection has ended, on one side or the other.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                closeQuietly(from);
                closeQuietly(to);
                open.remove(from);
                open.remove(to);
              }
            });
  }

  private void awaitNoise() throws InterruptedException {
    synchronized (silence) {
      while (silent) {
        silence.wait();
      }
    }
  }

  private static boolean isCommitted(byte[] bytes, int length) {
    for (int i = 0; i + COMMITTED.length <= length; i++) {
      if (Arrays.equals(bytes, i, i + COMMITTED.length, COMMITTED, 0, COMMITTED.length)) {
        return true;
      }
    }
    return false;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed then.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    silent(false);
    cutAll();
  }
}
