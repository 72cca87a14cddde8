package dev.bursar.projections.copy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Rows in PostgreSQL's binary COPY format: a header, then each field as a 4-byte length and its
 * bytes, with length -1 for null. What is sent is what is stored, so nothing is parsed or escaped.
 */
public final class BinaryRows {

  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final int FLAGS_AND_EXTENSION_BYTES = 8;
  private static final Instant EPOCH_OF_POSTGRES = Instant.parse("2000-01-01T00:00:00Z");
  private static final byte JSONB_VERSION = 1;
  private static final int TEXT_OID = 25;

  private byte[] bytes = new byte[1 << 16];
  private int length;

  /** No rows. */
  public BinaryRows() {
    raw(SIGNATURE);
    room(FLAGS_AND_EXTENSION_BYTES);
    Arrays.fill(bytes, length, length + FLAGS_AND_EXTENSION_BYTES, (byte) 0);
    length += FLAGS_AND_EXTENSION_BYTES;
  }

  /** Begins a row of so many fields. */
  public void row(int fields) {
    shortNumber(fields);
  }

  /** A text. */
  public void text(@Nullable String value) {
    bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  /** Null. */
  public void absent() {
    number(-1);
  }

  /** Bytes. */
  public void bytes(byte @Nullable [] value) {
    if (value == null) {
      absent();
      return;
    }
    number(value.length);
    raw(value);
  }

  /** A number of eight bytes. */
  public void bigint(long value) {
    number(Long.BYTES);
    longNumber(value);
  }

  /** A time with microseconds; what is finer is cut off. */
  public void timestamptz(Instant value) {
    bigint(ChronoUnit.MICROS.between(EPOCH_OF_POSTGRES, value));
  }

  /** A JSON document. */
  public void jsonb(byte[] json) {
    number(json.length + 1);
    room(1);
    bytes[length++] = JSONB_VERSION;
    raw(json);
  }

  /** A number of four bytes. */
  public void integer(int value) {
    number(Integer.BYTES);
    number(value);
  }

  /** True or false. */
  public void bool(boolean value) {
    number(1);
    room(1);
    bytes[length++] = (byte) (value ? 1 : 0);
  }

  /** An array of texts. */
  public void texts(List<String> values) {
    int start = length;
    number(0);
    number(values.isEmpty() ? 0 : 1);
    number(0);
    number(TEXT_OID);
    if (!values.isEmpty()) {
      number(values.size());
      number(1);
      values.forEach(this::text);
    }
    int end = length;
    length = start;
    number(end - start - Integer.BYTES);
    length = end;
  }

  /** Sends all of it; the statement is a copy from standard input in binary format. */
  public void copyIn(Handle handle, String statement) throws SQLException {
    shortNumber(-1);
    try {
      handle
          .getConnection()
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(statement, new ByteArrayInputStream(bytes, 0, length));
    } catch (IOException e) {
      throw new SQLException("the rows could not be sent", e);
    }
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
