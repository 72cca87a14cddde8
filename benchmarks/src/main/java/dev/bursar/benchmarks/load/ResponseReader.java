package dev.bursar.benchmarks.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Reads HTTP/1.1 responses from a channel: by content length, chunked, or to the end of the stream.
 * Heads up to 64 KiB and bodies up to 64 MiB. For one thread, and one connection.
 */
final class ResponseReader {

  private static final int HEAD_BYTES_MAX = 64 * 1024;
  private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
  private static final byte[] NO_BYTES = {};

  private final ReadableByteChannel channel;
  private byte[] buffer = new byte[16 * 1024];
  private int start;
  private int end;
  private int lineStart;
  private int lineEnd;

  ResponseReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** The next response; blocks. */
  Response read() throws IOException {
    if (start == end && !fill()) {
      throw new CallFailure(Outcome.RESET, "closed before an answer");
    }
    Head head = readHead();
    while (head.status >= 100 && head.status < 200) {
      head = readHead();
    }
    byte[] body = NO_BYTES;
    if (head.status != 204 && head.status != 304) {
      if (head.chunked) {
        body = readChunks();
      } else if (head.contentLength >= 0) {
        body = readExactly(head.contentLength);
      } else {
        body = readToEnd();
        head.keepAlive = false;
      }
    }
    return new Response(head.status, head.retryAfterSeconds, head.replayed, head.keepAlive, body);
  }

  private static final class Head {
    int status;
    int contentLength = -1;
    int retryAfterSeconds = Response.NO_RETRY_AFTER;
    boolean chunked;
    boolean replayed;
    boolean keepAlive = true;
  }

  private Head readHead() throws IOException {
    Head head = new Head();
    readLine();
    if (lineEnd - lineStart < 12 || !startsWith("http/1.") || buffer[lineStart + 8] != ' ') {
      throw malformed("status line");
    }
    head.keepAlive = buffer[lineStart + 7] == '1';
    head.status = (int) number(lineStart + 9, lineStart + 12, 10);
    int bytes = 0;
    while (true) {
      readLine();
      if (lineStart == lineEnd) {
        return head;
      }
      bytes += lineEnd - lineStart;
      if (bytes > HEAD_BYTES_MAX) {
        throw malformed("head of over " + HEAD_BYTES_MAX + " bytes");
      }
      readHeader(head);
    }
  }

  private void readHeader(Head head) throws IOException {
    if (startsWith("content-length:")) {
      long length = number(valueStart(15), lineEnd, 10);
      if (length > BODY_BYTES_MAX) {
        throw malformed("body of " + length + " bytes");
      }
      head.contentLength = (int) length;
    } else if (startsWith("transfer-encoding:")) {
      head.chunked = "chunked".equalsIgnoreCase(value(18));
    } else if (startsWith("connection:")) {
      head.keepAlive = !"close".equalsIgnoreCase(value(11));
    } else if (startsWith("retry-after:")) {
      // The other form, a date, is not one that we are ever sent; it counts as no time named.
      String seconds = value(12);
      head.retryAfterSeconds =
          SECONDS.matcher(seconds).matches() ? Integer.parseInt(seconds) : Response.NO_RETRY_AFTER;
    } else if (startsWith("idempotency-replayed:")) {
      head.replayed = "true".equalsIgnoreCase(value(21));
    }
  }

  private byte[] readChunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(4 * 1024);
    while (true) {
      readLine();
      int sizeEnd = lineStart;
      while (sizeEnd < lineEnd && buffer[sizeEnd] != ';' && buffer[sizeEnd] != ' ') {
        sizeEnd++;
      }
      long size = number(lineStart, sizeEnd, 16);
      if (size == 0) {
        do {
          readLine();
        } while (lineStart != lineEnd);
        return body.toByteArray();
      }
      if (size > BODY_BYTES_MAX - body.size()) {
        throw malformed("body of over " + BODY_BYTES_MAX + " bytes");
      }
      body.writeBytes(readExactly((int) size));
      readLine();
      if (lineStart != lineEnd) {
        throw malformed("chunk end");
      }
    }
  }

  private byte[] readExactly(int length) throws IOException {
    byte[] body = new byte[length];
    int have = Math.min(length, end - start);
    System.arraycopy(buffer, start, body, 0, have);
    start += have;
    ByteBuffer rest = ByteBuffer.wrap(body, have, length - have);
    while (rest.hasRemaining()) {
      if (channel.read(rest) < 0) {
        throw new CallFailure(Outcome.RESET, "closed inside an answer");
      }
    }
    return body;
  }

  private byte[] readToEnd() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(4 * 1024);
    do {
      body.write(buffer, start, end - start);
      start = end;
      if (body.size() > BODY_BYTES_MAX) {
        throw malformed("body of over " + BODY_BYTES_MAX + " bytes");
      }
    } while (fill());
    return body.toByteArray();
  }

  /** Leaves the next line, without its end, in {@code lineStart} and {@code lineEnd}. */
  private void readLine() throws IOException {
    int offset = 0;
    while (true) {
      for (int i = start + offset; i < end; i++) {
        if (buffer[i] == '\n') {
          lineStart = start;
          lineEnd = i > start && buffer[i - 1] == '\r' ? i - 1 : i;
          start = i + 1;
          return;
        }
      }
      offset = end - start;
      if (offset > HEAD_BYTES_MAX) {
        throw malformed("line of over " + HEAD_BYTES_MAX + " bytes");
      }
      if (!fill()) {
        throw new CallFailure(Outcome.RESET, "closed inside an answer");
      }
    }
  }

  private boolean fill() throws IOException {
    if (start == end) {
      start = 0;
      end = 0;
    } else if (end == buffer.length) {
      if (start > 0) {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
      } else {
        buffer = Arrays.copyOf(buffer, buffer.length * 2);
      }
    }
    int read = channel.read(ByteBuffer.wrap(buffer, end, buffer.length - end));
    if (read > 0) {
      end += read;
    }
    return read > 0;
  }

  /** Whether the line starts with this, given in lower case. */
  private boolean startsWith(String lower) {
    if (lineEnd - lineStart < lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      int b = buffer[lineStart + i];
      if (b >= 'A' && b <= 'Z') {
        b += 'a' - 'A';
      }
      if (b != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int valueStart(int nameLength) {
    int from = lineStart + nameLength;
    while (from < lineEnd && (buffer[from] == ' ' || buffer[from] == '\t')) {
      from++;
    }
    return from;
  }

  private String value(int nameLength) {
    int from = valueStart(nameLength);
    return new String(buffer, from, lineEnd - from, StandardCharsets.ISO_8859_1).strip();
  }

  private long number(int from, int to, int radix) throws IOException {
    while (to > from && (buffer[to - 1] == ' ' || buffer[to - 1] == '\t')) {
      to--;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(buffer[i], radix);
      if (digit < 0) {
        throw malformed("number");
      }
      number = number * radix + digit;
    }
    if (to == from || to - from > 12) {
      throw malformed("number");
    }
    return number;
  }

  private static CallFailure malformed(String what) {
    return new CallFailure(Outcome.MALFORMED, "malformed answer: " + what);
  }
}
