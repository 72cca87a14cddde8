package dev.bursar.sidecar.openai;

import dev.bursar.api.json.Body;
import org.jspecify.annotations.Nullable;

/** What an answer says that it used, number by number. */
final class ToldTokens {

  private long input = -1;
  private long output = -1;
  private long cached;

  /** Takes a number by its name; one that can't be is not heard. */
  void number(String name, long value) {
    if (value < 0 || value > Body.UNITS_MAX) {
      return;
    }
    switch (name) {
      case "prompt_tokens", "input_tokens" -> input = value;
      case "completion_tokens", "output_tokens" -> output = value;
      case "cached_tokens" -> cached = value;
      default -> {}
    }
  }

  /** What was used; null if it was not said. */
  @Nullable Tokens tokens() {
    return input < 0 ? null : new Tokens(input, Math.min(cached, input), Math.max(0, output));
  }
}
