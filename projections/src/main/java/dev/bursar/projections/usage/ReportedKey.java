package dev.bursar.projections.usage;

import dev.bursar.domain.ledger.CanonicalEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The name of a report in {@code reported_usage}. */
public final class ReportedKey {

  private ReportedKey() {}

  /**
   * The SHA-256 of source and id: of each, the length in bytes as four bytes, and its bytes in
   * UTF-8.
   */
  public static byte[] of(String source, String id) {
    byte[] first = source.getBytes(StandardCharsets.UTF_8);
    byte[] second = id.getBytes(StandardCharsets.UTF_8);
    return CanonicalEntry.sha256(
        ByteBuffer.allocate(2 * Integer.BYTES + first.length + second.length)
            .putInt(first.length)
            .put(first)
            .putInt(second.length)
            .put(second)
            .array());
  }
}
