package dev.bursar.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of an export, one after the other. UTF-8 that is not exactly so is refused. */
final class Lines {

  /** No line of an export comes near to it. */
  static final int BYTES_MAX = 4 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;

  private byte[] line = new byte[4096];
  private int length;
  private long number;
  private boolean terminated;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);

  Lines(InputStream in) {
    this.in = in;
  }

  /** The number of the line last read, from 1. */
  long number() {
    return number;
  }

  /** Whether the line last read ended with a newline, and not just with the file. */
  boolean terminated() {
    return terminated;
  }

  /** The next line without its newline; null at the end. */
  @Nullable String next() throws Stopped {
    length = 0;
    terminated = false;
    boolean any = false;
    while (!terminated && fill()) {
      any = true;
      int from = position;
      while (position < limit && buffer[position] != '\n') {
        position++;
      }
      take(from, position - from);
      if (position < limit) {
        position++;
        terminated = true;
      }
    }
    if (!any) {
      return null;
    }
    number++;
    try {
      return decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
    } catch (CharacterCodingException e) {
      throw Stopped.unreadable(number, "the line is not UTF-8");
    }
  }

  private boolean fill() throws Stopped {
    if (position < limit) {
      return true;
    }
    try {
      position = 0;
      limit = Math.max(0, in.read(buffer));
      return limit > 0;
    } catch (IOException e) {
      throw Stopped.unreadable(number + 1, "can't be read on: " + e);
    }
  }

  private void take(int from, int count) throws Stopped {
    if (length + count > BYTES_MAX) {
      throw Stopped.unreadable(number + 1, "the line is longer than 4 MiB");
    }
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, length + count));
    }
    System.arraycopy(buffer, from, line, length, count);
    length += count;
  }
}
