package dev.bursar.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of requests, put together in one reused buffer. For one thread. */
final class RequestWriter {

  private static final byte[] TYPE_HEADER = ascii("Content-Type: ");
  private static final byte[] LENGTH_HEADER = ascii("\r\nContent-Length: ");
  private static final byte[] KEY_HEADER = ascii("Idempotency-Key: ");
  private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
  private static final byte[] CRLF = ascii("\r\n");

  private final byte[] fixedHeaders;
  private byte[] buffer = new byte[4 * 1024];
  private int length;

  RequestWriter(Endpoint endpoint) {
    String headers =
        "Host: " + endpoint.host() + ":" + endpoint.port() + "\r\nAccept: application/json\r\n";
    if (endpoint.bearer() != null) {
      headers += "Authorization: Bearer " + endpoint.bearer() + "\r\n";
    }
    fixedHeaders = ascii(headers);
  }

  /** The request's bytes; good until the next call. */
  ByteBuffer write(Request request) {
    length = 0;
    put(request.method());
    put(" ");
    put(request.path());
    put(VERSION);
    put(fixedHeaders);
    String key = request.idempotencyKey();
    if (key != null) {
      put(KEY_HEADER);
      put(key);
      put(CRLF);
    }
    byte[] json = request.json();
    if (json != null) {
      put(TYPE_HEADER);
      put(request.type());
      put(LENGTH_HEADER);
      put(Integer.toString(json.length));
      put(CRLF);
    }
    put(CRLF);
    if (json != null) {
      put(json);
    }
    return ByteBuffer.wrap(buffer, 0, length);
  }

  private void put(byte[] bytes) {
    makeRoom(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void put(String text) {
    int chars = text.length();
    makeRoom(chars);
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        throw new IllegalArgumentException("not printable ASCII: " + text);
      }
      buffer[length++] = (byte) c;
    }
  }

  private void makeRoom(int bytes) {
    if (buffer.length - length < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
