package dev.bursar.sidecar.openai;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at an answer while it passes by, for what it used. Mutable, used by one thread a time. */
interface Scan {

  /** Fields of an answer whose texts a model has written. */
  Set<String> TEXTS =
      Set.of("content", "text", "refusal", "reasoning_content", "reasoning", "arguments", "name");

  /** Takes the next bytes; what of these, and of those before, is to go on now. */
  byte[] take(byte[] bytes);

  /** There are no more bytes; what has to go on yet. */
  byte[] end();

  /** What was used, as the answer said it, and by the text that came since; null if it has not. */
  @Nullable Tokens told();

  /** Whether part of what was told is no more than the text that came since. */
  boolean isPartlyEstimated();

  /**
   * What the answer had come to when text came last, or when it last said so and went on: as it
   * said, and by the text since; 0 once its end has come.
   */
  long reachedTokens();

  /** How many tokens the text comes to that has passed. */
  long outputTokens();
}
