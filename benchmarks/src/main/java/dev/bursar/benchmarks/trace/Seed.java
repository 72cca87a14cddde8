package dev.bursar.benchmarks.trace;

import java.util.Random;

/** Random numbers that are the same on every machine and release of Java for the same seed. */
public final class Seed {

  private Seed() {}

  /**
   * A generator of its own for each purpose, so that drawing more for one changes nothing for
   * another. {@link Random} is the one whose algorithm is specified to the bit; seeds near each
   * other are spread first, since it does not.
   */
  public static Random random(long seed, String purpose) {
    long mixed = mix(seed);
    for (int i = 0; i < purpose.length(); i++) {
      mixed = mix(mixed ^ purpose.charAt(i));
    }
    return new Random(mixed);
  }

  /** SplitMix64's finalizer. */
  private static long mix(long seed) {
    long z = seed + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
