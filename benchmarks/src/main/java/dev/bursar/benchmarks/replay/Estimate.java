package dev.bursar.benchmarks.replay;

/**
 * What a caller expects a call to use, knowing only its input. Enough for three calls out of four;
 * the rest cost more than was set aside.
 */
final class Estimate {

  private static final int OUTPUT_TOKENS_BASE = 192;
  private static final int OUTPUT_TOKENS_MAX = 1_024;

  private Estimate() {}

  static int outputTokens(int inputTokens) {
    return Math.min(OUTPUT_TOKENS_MAX, OUTPUT_TOKENS_BASE + inputTokens / 4);
  }
}
