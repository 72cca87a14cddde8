package dev.bursar.sidecar.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts long strings of JSON short while it passes by, such as a picture in base64, so that what
 * comes after them can be read without taking them into memory. How much is missing is said at the
 * end of what is left, for {@link #bytes}. Mutable, used by one thread a time.
 */
final class LongTexts {

  /** So much of a string is kept, in bytes of JSON. */
  private static final int KEPT_BYTES = 1 << 16;

  private static final int ESCAPED_HEX_DIGITS = 4;

  /** A text with fewer bytes was not cut, even if JSON had all of it escaped. */
  private static final int CUT_BYTES_MIN = KEPT_BYTES / (2 + ESCAPED_HEX_DIGITS);

  private static final Pattern MISSING = Pattern.compile("\0(\\d{1,12})\\z");

  private boolean isInText;
  private boolean isEscape;
  private int escaped;
  private long kept;
  private long missing;

  /** What is left of the next bytes. */
  byte[] shortened(byte[] next) {
    ByteArrayOutputStream left = new ByteArrayOutputStream(next.length);
    for (byte each : next) {
      take(each, left);
    }
    return left.toByteArray();
  }

  /** The same for one byte; what is left of it is added. */
  void take(byte each, ByteArrayOutputStream left) {
    if (!isInText) {
      isInText = each == '"';
      kept = 0;
      missing = 0;
      left.write(each);
      return;
    }
    boolean isWhole = !isEscape && escaped == 0;
    if (isWhole && each == '"') {
      if (missing > 0) {
        left.writeBytes(("\\u0000" + missing).getBytes(StandardCharsets.US_ASCII));
      }
      isInText = false;
      left.write(each);
      return;
    }
    // Never within a character, or within what stands for one.
    boolean mayCut = isWhole && (each & 0xC0) != 0x80;
    if (isEscape) {
      isEscape = false;
      escaped = each == 'u' ? ESCAPED_HEX_DIGITS : 0;
    } else if (escaped > 0) {
      escaped--;
    } else {
      isEscape = each == '\\';
    }
    if (missing > 0 || (kept >= KEPT_BYTES && mayCut)) {
      missing++;
    } else {
      kept++;
      left.write(each);
    }
  }

  /** A line begins: no string goes on in it. */
  void beginLine() {
    isInText = false;
    isEscape = false;
    escaped = 0;
  }

  /** How many bytes a text had before it was cut, in UTF-8. */
  static long bytes(String text) {
    long bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < CUT_BYTES_MIN) {
      return bytes;
    }
    Matcher matcher = MISSING.matcher(text);
    return matcher.find()
        ? bytes - matcher.group().length() + Long.parseLong(matcher.group(1))
        : bytes;
  }
}
