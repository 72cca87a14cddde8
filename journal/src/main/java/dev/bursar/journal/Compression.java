package dev.bursar.journal;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * LZ4 blocks, each after the length of what it holds. A row tells the same things again and again,
 * so that it comes down to a fifth or less: less to send, to log and to read back.
 */
final class Compression {

  private static final int FROM_BYTES = 512;
  private static final int BYTES_MAX = 64 << 20;

  /** The most that LZ4 can save: a longer length is a lie. */
  private static final int RATIO_MAX = 255;

  private static final LZ4Factory LZ4 = LZ4Factory.fastestInstance();

  private Compression() {}

  /**
   * Whether a row is compressed: one under half a kilobyte gains nothing, and what a reader is
   * asked to expand has to have a bound.
   */
  static boolean isWorthWhile(byte[] bytes) {
    return bytes.length >= FROM_BYTES && bytes.length <= BYTES_MAX;
  }

  static int plainLength(byte[] stored) {
    return stored.length < Integer.BYTES ? -1 : ByteBuffer.wrap(stored).getInt();
  }

  static byte[] compressed(byte[] bytes) {
    byte[] block = LZ4.fastCompressor().compress(bytes);
    return ByteBuffer.allocate(Integer.BYTES + block.length)
        .putInt(bytes.length)
        .put(block)
        .array();
  }

  /**
   * @throws StoredFormException if the bytes are no such block
   */
  static byte[] expanded(byte[] stored) {
    int length = plainLength(stored);
    if (length < 0 || length > BYTES_MAX || length / RATIO_MAX > stored.length) {
      throw new StoredFormException("%d bytes are no compressed row".formatted(stored.length));
    }
    byte[] bytes = new byte[length];
    try {
      int block = stored.length - Integer.BYTES;
      int expanded =
          LZ4.safeDecompressor().decompress(stored, Integer.BYTES, block, bytes, 0, length);
      if (expanded != length) {
        throw new StoredFormException(
            "%d bytes expand to %d, not to %d".formatted(stored.length, expanded, length));
      }
    } catch (LZ4Exception e) {
      throw new StoredFormException(stored.length + " bytes are no compressed row", e);
    }
    return bytes;
  }
}
