package dev.bursar.benchmarks.inhouse;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prices of models, in micro-credits per token; a credit is a US cent. */
final class Rates {

  private record Rate(long input, long output) {}

  private static final Map<String, Rate> BY_MODEL =
      Map.of(
          "gpt-5", new Rate(125, 1_000),
          "gpt-5-mini", new Rate(25, 200),
          "claude-sonnet-4-5", new Rate(300, 1_500),
          "claude-haiku-4-5", new Rate(100, 500),
          "gemini-2.5-flash", new Rate(30, 250));

  private Rates() {}

  static long price(@Nullable String model, Bodies.Usage usage) {
    Rate rate = model == null ? null : BY_MODEL.get(model);
    if (rate == null) {
      throw new BadRequest("model", "no rate for '" + model + "'");
    }
    if (usage.inputTokens() < 0 || usage.outputTokens() < 0) {
      throw new BadRequest("usage", "negative");
    }
    return Math.addExact(
        Math.multiplyExact(usage.inputTokens(), rate.input),
        Math.multiplyExact(usage.outputTokens(), rate.output));
  }
}
