package dev.bursar.benchmarks.load;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One kept-alive HTTP/1.1 connection over a blocking socket: one system call to send, one to
 * receive. Opens by itself, and again after a failure. For one thread; nothing is retried here.
 */
public final class HttpConnection implements AutoCloseable {

  private static final long IDLE = 0;
  private static final long EXPIRED = -1;

  private final Endpoint endpoint;
  private final long timeoutNanos;
  private final RequestWriter writer;

  /** When the call under way must be done, by {@link Watchdog#now()}; or idle, or expired. */
  private final AtomicLong deadline = new AtomicLong(IDLE);

  private volatile @Nullable SocketChannel channel;
  private @Nullable ResponseReader reader;

  /**
   * @param timeout for each call, connecting included; at least 1 ms, kept to within 100 ms
   */
  public HttpConnection(Endpoint endpoint, Duration timeout) {
    this.endpoint = endpoint;
    this.timeoutNanos = timeout.toNanos();
    this.writer = new RequestWriter(endpoint);
    Watchdog.watch(this);
  }

  /**
   * Sends one request and waits for its answer, whatever its status.
   *
   * @throws CallFailure when there is none
   */
  public Response call(Request request) throws CallFailure {
    deadline.set(Watchdog.now() + timeoutNanos);
    try {
      Response response = exchange(request);
      if (!response.keepAlive()) {
        disconnect();
      }
      if (deadline.getAndSet(IDLE) == EXPIRED) {
        disconnect();
      }
      return response;
    } catch (IOException | UnresolvedAddressException e) {
      boolean expired = deadline.getAndSet(IDLE) == EXPIRED;
      boolean connected = reader != null;
      disconnect();
      if (expired) {
        throw new CallFailure(Outcome.TIMEOUT, request + ": no answer in time");
      }
      if (e instanceof CallFailure failure) {
        throw failure;
      }
      throw new CallFailure(connected ? Outcome.RESET : Outcome.CONNECT, e);
    }
  }

  private Response exchange(Request request) throws IOException {
    SocketChannel open = channel;
    ResponseReader responses = reader;
    if (open == null || responses == null) {
      open = SocketChannel.open();
      channel = open;
      open.setOption(StandardSocketOptions.TCP_NODELAY, true);
      open.connect(endpoint.address());
      responses = new ResponseReader(open);
      reader = responses;
    }
    ByteBuffer bytes = writer.write(request);
    while (bytes.hasRemaining()) {
      open.write(bytes);
    }
    return responses.read();
  }

  /** Called by the watchdog: ends the call under way if it is overdue. */
  void expire(long now) {
    long due = deadline.get();
    if (due > 0 && now > due && deadline.compareAndSet(due, EXPIRED)) {
      SocketChannel open = channel;
      if (open != null) {
        closeQuietly(open);
      }
    }
  }

  private void disconnect() {
    SocketChannel open = channel;
    channel = null;
    reader = null;
    if (open != null) {
      closeQuietly(open);
    }
  }

  private static void closeQuietly(SocketChannel open) {
    try {
      open.close();
    } catch (IOException e) {
      // Nothing is lost: whatever was sent is unanswered, and counted so.
    }
  }

  @Override
  public void close() {
    Watchdog.forget(this);
    disconnect();
  }
}
