package dev.bursar.database.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Stands between a server of this machine and those who talk to it. It can cut all connections, let
 * nothing through, and cut one the moment before its client hears of something.
 */
public final class TcpProxy implements AutoCloseable {

  private static final int BUFFER_BYTES = 65_536;
  private static final int WAITING_MAX = 100;

  private final ServerSocket listening;
  private final Supplier<? extends Tap> taps;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final Object silence = new Object();
  private final AtomicInteger heldBack = new AtomicInteger();
  private boolean silent;
  private volatile int upstreamPort;

  /** A connection: what the client has opened, and what was opened for it. */
  private record Line(Socket client, Socket upstream) {
    void cut() {
      closeQuietly(client);
      closeQuietly(upstream);
    }
  }

  /**
   * @param upstreamPort where the server listens
   * @param taps one for each connection
   */
  public TcpProxy(int upstreamPort, Supplier<? extends Tap> taps) throws IOException {
    this.upstreamPort = upstreamPort;
    this.taps = taps;
    this.listening = new ServerSocket(0, WAITING_MAX, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("tcp-proxy").start(this::accept);
  }

  /** Where those who talk to the server find it. */
  public int port() {
    return listening.getLocalPort();
  }

  /** Where the server is from now on. */
  public void upstream(int port) {
    upstreamPort = port;
  }

  /** How many connections there are. */
  public int open() {
    return lines.size();
  }

  /**
   * Cuts all connections.
   *
   * @return how many there were
   */
  public int cutAll() {
    int cut = 0;
    for (Line line : lines) {
      line.cut();
      cut++;
    }
    return cut;
  }

  /** From now on nothing comes through, and nothing is refused. */
  public void silence() {
    synchronized (silence) {
      silent = true;
      heldBack.set(0);
    }
  }

  /**
   * Everything comes through again, what was held back first.
   *
   * @return how many times something was held back
   */
  public int endSilence() {
    synchronized (silence) {
      silent = false;
      silence.notifyAll();
      return heldBack.get();
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        try {
          connect(client, new Socket(InetAddress.getLoopbackAddress(), upstreamPort));
        } catch (IOException e) {
          closeQuietly(client);
        }
      } catch (IOException e) {
        // Closed: the loop ends.
      }
    }
  }

  private void connect(Socket client, Socket upstream) {
    Line line = new Line(client, upstream);
    Tap tap = taps.get();
    lines.add(line);
    pump(line, client, upstream, tap, false);
    pump(line, upstream, client, tap, true);
  }

  private void pump(Line line, Socket from, Socket to, Tap tap, boolean answers) {
    Thread.ofPlatform()
        .daemon()
        .name("tcp-proxy-pump")
        .start(
            () -> {
              try {
                pass(from.getInputStream(), to.getOutputStream(), tap, answers);
              } catch (IOException e) {
                // The connection has ended, on one side or the other.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                line.cut();
                lines.remove(line);
              }
            });
  }

  private void pass(InputStream in, OutputStream out, Tap tap, boolean answers)
      throws IOException, InterruptedException {
    byte[] bytes = new byte[BUFFER_BYTES];
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      awaitNoise();
      if (!answers) {
        tap.asked(bytes, n);
      } else if (!tap.passes(bytes, n)) {
        return;
      }
      out.write(bytes, 0, n);
    }
  }

  private void awaitNoise() throws InterruptedException {
    synchronized (silence) {
      if (silent) {
        heldBack.incrementAndGet();
      }
      while (silent) {
        silence.wait();
      }
    }
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
    endSilence();
    cutAll();
  }
}
