package dev.bursar.sidecar.openai;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many tokens a call used.
 *
 * @param input of the request, those that were cached among them
 * @param cachedInput of these, those that the model had seen before
 * @param output of the answer
 */
record Tokens(long input, long cachedInput, long output) {

  static final String INPUT = "input_tokens";
  static final String CACHED_INPUT = "cached_input_tokens";
  static final String OUTPUT = "output_tokens";

  /** So many bytes of text are a token, where nobody counts them. */
  private static final int BYTES = 4;

  /** What so many bytes of text come to, rounded up. */
  static long ofBytes(long bytes) {
    return (bytes + BYTES - 1) / BYTES;
  }

  /**
   * Units by meter, those of none left out.
   *
   * @param cachedApart whether cached input has a meter, and a price, of its own
   */
  Map<String, Long> units(boolean cachedApart) {
    long apart = cachedApart ? cachedInput : 0;
    Map<String, Long> units = new TreeMap<>();
    put(units, INPUT, input - apart);
    put(units, CACHED_INPUT, apart);
    put(units, OUTPUT, output);
    if (units.isEmpty()) {
      units.put(INPUT, 0L);
    }
    return units;
  }

  private static void put(Map<String, Long> units, String meter, long count) {
    if (count > 0) {
      units.put(meter, count);
    }
  }
}
