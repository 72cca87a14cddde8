package dev.bursar.projections.verify;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A set of hashes of which nothing is kept but how many, and what they come to together. */
final class KeySet {

  private static final int BYTES = 32;

  private final byte[] together = new byte[BYTES];
  private long count;

  void add(byte[] key) {
    count++;
    for (int i = 0; i < Math.min(BYTES, key.length); i++) {
      together[i] ^= key[i];
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeySet set
        && set.count == count
        && Arrays.equals(set.together, together);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(together);
  }

  @Override
  public String toString() {
    return count + " that come to " + HexFormat.of().formatHex(together);
  }
}
