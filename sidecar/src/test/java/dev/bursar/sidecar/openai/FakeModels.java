package dev.bursar.sidecar.openai;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An API of models that does as it is told, byte by byte: a server on a port, whose answers are cut
 * wherever a test wants them to be.
 */
final class FakeModels implements AutoCloseable {

  /** What it is to answer a request. */
  interface Script {
    void answer(Asked asked, Wire wire) throws Exception;
  }

  /** A request, as it came. */
  record Asked(String method, String path, Map<String, String> headers, String body) {}

  /** The line on which it answers. */
  static final class Wire {

    private final Socket socket;
    private final OutputStream out;

    Wire(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    void raw(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    /** A whole answer. */
    void json(int status, String body) throws IOException {
      raw(
          "HTTP/1.1 %d Told\r\nContent-Type: application/json\r\nX-Request-Id: up-1\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(status, body.getBytes(StandardCharsets.UTF_8).length, body));
    }

    /** The head of a stream of events. */
    void stream() throws IOException {
      raw(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    /** Bytes of a stream, in one chunk. */
    void chunk(byte[] bytes) throws IOException {
      out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
      raw("\r\n");
    }

    void chunk(String text) throws IOException {
      chunk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same, every byte in a chunk of its own. */
    void bytewise(String text) throws IOException {
      for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
        chunk(new byte[] {each});
      }
    }

    void end() throws IOException {
      raw("0\r\n\r\n");
    }

    /** The line breaks. */
    void cut() throws IOException {
      socket.close();
    }

    /** Goes on as a model does, until nobody is there any more. */
    void chunksUntilGone(String text) {
      try {
        while (true) {
          chunk(text);
        }
      } catch (IOException e) {
        // It has gone away.
      }
    }

    /** Returns when the other side has gone away. */
    void awaitGone() throws IOException {
      while (socket.getInputStream().read() >= 0) {
        // Nothing is expected of it.
      }
    }
  }

  private final ServerSocket listening;
  private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
  final List<Asked> asked = new CopyOnWriteArrayList<>();

  FakeModels() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::listen);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** The next request is answered so. */
  void next(Script script) {
    scripts.add(script);
  }

  private void listen() {
    try {
      while (true) {
        Socket socket = listening.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        Asked one = read(in);
        asked.add(one);
        scripts.take().answer(one, new Wire(socket));
      }
    } catch (Exception e) {
      // The line is gone.
    }
  }

  private static Asked read(InputStream in) throws IOException {
    String[] lines = head(in).split("\r\n", -1);
    String[] first = lines[0].split(" ", -1);
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int end = lines[i].indexOf(':');
      if (end > 0) {
        headers.put(
            lines[i].substring(0, end).toLowerCase(Locale.ROOT),
            lines[i].substring(end + 1).strip());
      }
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Asked(
        first[0], first[1], headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int each = in.read();
      if (each < 0) {
        throw new EOFException();
      }
      head.write(each);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
