package dev.bursar.benchmarks.replay;

import java.util.zip.CRC32C;

/**
 * Idempotency keys that follow from what is sent: the same over retries, over a restarted node, and
 * over a replay that is run again. They carry a checksum of the body, so that another trace with
 * the same seed is new work, not a reused key.
 */
final class Keys {

  private final String prefix;

  Keys(long seed) {
    this.prefix = "replay-" + seed + "-";
  }

  /** Whether a key of ours begins with this; another seed's never does. */
  String prefix() {
    return prefix;
  }

  String reserve(int row, byte[] body) {
    return prefix + row + "-" + checksum(body) + "-reserve";
  }

  String commit(int row, byte[] reserveBody, byte[] commitBody) {
    return prefix + row + "-" + checksum(reserveBody) + checksum(commitBody) + "-commit";
  }

  private static String checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return "%08x".formatted(checksum.getValue());
  }
}
