package dev.bursar.benchmarks.trace;

import java.time.LocalDateTime;

/**
 * One call of a language model.
 *
 * @param at when it was made, to 100 ns as the files say it, in whatever zone the trace is in
 * @param inputTokens 0 to 10,000,000
 * @param outputTokens 0 to 10,000,000
 */
public record TraceRow(LocalDateTime at, int inputTokens, int outputTokens) {

  /** The most tokens of one kind that a row may have. */
  public static final int TOKENS_MAX = 10_000_000;
}
