package dev.bursar.node.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is written in a YAML file: UTF-8, of up to 10 MB. If it is anything else, that is a fault of
 * the file, with the line where there is one.
 */
public final class YamlText {

  /** How large a file may be, in bytes. */
  public static final int BYTES_MAX = 10_000_000;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private YamlText() {}

  /** The text of a file; empty, with a fault, if it can't be read or is not as it should be. */
  public static Optional<String> of(Path file, YamlFaults faults) {
    // No more than is told of: it may be of any size, or have no end.
    try (InputStream in = Files.newInputStream(file)) {
      return of(in.readNBytes(BYTES_MAX + 1), file.toString(), faults);
    } catch (IOException e) {
      faults.unreadable(file.toString(), 0, "can't be read: " + reason(e));
      return Optional.empty();
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such file"
        : String.valueOf(e.getMessage());
  }

  /**
   * The same of what has been read already.
   *
   * @param file what the place of a fault begins with; empty if there is one file
   */
  public static Optional<String> of(byte[] bytes, String file, YamlFaults faults) {
    if (bytes.length > BYTES_MAX) {
      faults.unreadable(file, line(bytes, BYTES_MAX), tooLarge(""));
      return Optional.empty();
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer text = CharBuffer.allocate(bytes.length);
    if (decoder.decode(in, text, true).isError()) {
      int at = in.position();
      faults.unreadable(
          file,
          line(bytes, at),
          "is not UTF-8, as is expected: it has the byte 0x%02X".formatted(bytes[at]));
      return Optional.empty();
    }
    return Optional.of(withoutMark(text.flip().toString()));
  }

  /**
   * What is said of a file in the line where it becomes too large.
   *
   * @param with what else counts with it; empty for nothing
   */
  public static String tooLarge(String with) {
    return "has more than %d bytes by here%s; so many are accepted at most"
        .formatted(BYTES_MAX, with);
  }

  /** Several texts that are read as one have no mark in their midst. */
  private static String withoutMark(String text) {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }

  /** In which line, from 1, a byte is. */
  public static int line(byte[] bytes, int at) {
    int line = 1;
    for (int i = 0; i < at; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return line;
  }
}
