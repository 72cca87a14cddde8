package dev.bursar.projections.ledger;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows in PostgreSQL's binary COPY format: a header, then each field as a 4-byte length and its
 * bytes, with length -1 for null. What is sent is what is stored, so nothing is parsed or escaped.
 */
final class BinaryRows {

  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final int FLAGS_AND_EXTENSION_BYTES = 8;
  private static final Instant EPOCH_OF_POSTGRES = Instant.parse("2000-01-01T00:00:00Z");
  private static final byte JSONB_VERSION = 1;

  private byte[] bytes = new byte[1 << 16];
  private int length;

  BinaryRows() {
    raw(SIGNATURE);
    room(FLAGS_AND_EXTENSION_BYTES);
    Arrays.fill(bytes, length, length + FLAGS_AND_EXTENSION_BYTES, (byte) 0);
    length += FLAGS_AND_EXTENSION_BYTES;
  }

  /** Begins a row of so many fields. */
  void row(int fields) {
    shortNumber(fields);
  }

  void text(@Nullable String value) {
    bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  void absent() {
    number(-1);
  }

  void bytes(byte @Nullable [] value) {
    if (value == null) {
      absent();
      return;
    }
    number(value.length);
    raw(value);
  }

  void bigint(long value) {
    number(Long.BYTES);
    longNumber(value);
  }

  /** A time with microseconds; what is finer is cut off. */
  void timestamptz(Instant value) {
    bigint(ChronoUnit.MICROS.between(EPOCH_OF_POSTGRES, value));
  }

  void jsonb(byte[] json) {
    number(json.length + 1);
    room(1);
    bytes[length++] = JSONB_VERSION;
    raw(json);
  }

  /** All of it, with the mark of the end. */
  InputStream done() {
    shortNumber(-1);
    return new ByteArrayInputStream(bytes, 0, length);
  }

  private void shortNumber(int value) {
    room(Short.BYTES);
    bytes[length++] = (byte) (value >> 8);
    bytes[length++] = (byte) value;
  }

  private void number(int value) {
    room(Integer.BYTES);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >> shift);
    }
  }

  private void longNumber(long value) {
    room(Long.BYTES);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >> shift);
    }
  }

  private void raw(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
