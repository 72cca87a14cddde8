package dev.bursar.sidecar.openai;

import dev.bursar.api.json.Body;
import org.jspecify.annotations.Nullable;

/** What an answer says that it used, number by number. */
final class ToldTokens {

  private long input = -1;
  private long output = -1;
  private long cached;

  /** Takes a number by its name; one that can't be is not heard. Whether it is of the output. */
  boolean number(String name, long value) {
    if (value < 0 || value > Body.UNITS_MAX) {
      return false;
    }
    switch (name) {
      case "prompt_tokens", "input_tokens" -> input = value;
      case "completion_tokens", "output_tokens" -> {
        output = value;
        return true;
      }
      case "cached_tokens" -> cached = value;
      default -> {}
    }
    return false;
  }

  /** The tokens of the answer; 0 if they were not said. */
  long output() {
    return Math.max(0, output);
  }

  /** What was used; null if it was not said. */
  @Nullable Tokens tokens() {
    return input < 0 ? null : new Tokens(input, Math.min(cached, input), output());
  }
}
