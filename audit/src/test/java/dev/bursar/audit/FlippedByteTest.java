package dev.bursar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No byte of a valid export can be another. Insignificant is only JSON white space outside of
 * strings that becomes other JSON white space, as long as lines stay lines: here, the very last
 * newline.
 */
final class FlippedByteTest {

  private static final int RANDOM_FLIPS = 400;

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void oneByteOfManyEntries(long seed) {
    Random random = new Random(seed);
    byte[] bytes = Export.november().bytes();
    List<Flip> flips = new ArrayList<>();
    for (int i = 0; i < RANDOM_FLIPS; i++) {
      int at = random.nextInt(bytes.length);
      byte by = (byte) (random.nextBoolean() ? 1 << random.nextInt(8) : 1 + random.nextInt(255));
      flips.add(new Flip(at, by));
    }
    flips.parallelStream().forEach(flip -> flip.isFound(bytes, seed));
  }

  /** Every bit of an export of two entries, and so of every field of header, entry and end. */
  @Test
  void everyBitOfTwoEntries() {
    isFoundInFewEntries(8, 2, 1);
  }

  /**
   * Of each of the first nine bytes another bit, and so on: bits of every byte, of other fields.
   */
  @Test
  void aBitOfEveryByteOfOtherEntries() {
    isFoundInFewEntries(9, 4, Byte.SIZE + 1);
  }

  private static void isFoundInFewEntries(long seed, int entries, int oneBitIn) {
    byte[] bytes = Export.of(seed, 40, 5, 5 + entries).bytes();
    assertThat(Export.audit(bytes)).isInstanceOf(Verdict.Valid.class);
    IntStream.iterate(0, bit -> bit < bytes.length * Byte.SIZE, bit -> bit + oneBitIn)
        .parallel()
        .mapToObj(bit -> new Flip(bit / Byte.SIZE, (byte) (1 << bit % Byte.SIZE)))
        .forEach(flip -> flip.isFound(bytes, seed));
  }

  /** The bits of one byte that are others. */
  private record Flip(int at, byte by) {

    void isFound(byte[] valid, long seed) {
      byte[] bytes = valid.clone();
      bytes[at] ^= by;
      boolean insignificant = at == bytes.length - 1 && " \t\r".indexOf(bytes[at]) >= 0;
      Verdict verdict = Export.audit(bytes);
      if (verdict instanceof Verdict.Valid != insignificant) {
        throw new AssertionError(
            "seed %d: byte %d from %d to %d: %s"
                .formatted(seed, at, valid[at], bytes[at], verdict));
      }
    }
  }
}
