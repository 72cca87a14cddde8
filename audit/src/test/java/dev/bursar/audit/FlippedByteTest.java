package dev.bursar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No byte of a valid export can be another. Insignificant is only JSON white space outside of
 * strings that becomes other JSON white space, as long as lines stay lines: here, the very last
 * newline.
 */
final class FlippedByteTest {

  private static final int RANDOM_FLIPS = 1500;

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void oneByteOfManyEntries(long seed) {
    Random random = new Random(seed);
    byte[] bytes = Export.november().bytes();
    for (int i = 0; i < RANDOM_FLIPS; i++) {
      int at = random.nextInt(bytes.length);
      byte flip = (byte) (random.nextBoolean() ? 1 << random.nextInt(8) : 1 + random.nextInt(255));
      flip(bytes, at, flip, "seed %d, flip %d".formatted(seed, i));
    }
  }

  /** Every bit of an export of a few entries, and so of every field of header, entry and end. */
  @ParameterizedTest
  @ValueSource(longs = {8, 9})
  void everyBitOfFewEntries(long seed) {
    Export export = Export.of(seed, 40, 5, 9);
    byte[] bytes = export.bytes();
    assertThat(Export.audit(bytes)).isInstanceOf(Verdict.Valid.class);
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        flip(bytes, at, (byte) (1 << bit), "seed %d".formatted(seed));
      }
    }
  }

  private static void flip(byte[] bytes, int at, byte flip, String which) {
    byte before = bytes[at];
    bytes[at] ^= flip;
    boolean insignificant = at == bytes.length - 1 && " \t\r".indexOf(bytes[at]) >= 0;
    Verdict verdict = Export.audit(bytes);
    if (verdict instanceof Verdict.Valid != insignificant) {
      throw new AssertionError(
          "%s: byte %d from %d to %d: %s".formatted(which, at, before, bytes[at], verdict));
    }
    bytes[at] = before;
  }
}
