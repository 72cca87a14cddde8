package dev.bursar.sidecar.openai;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What runs a model, and is paid for by tokens. */
enum Operation {
  CHAT_COMPLETIONS("/chat/completions", Set.of("max_completion_tokens", "max_tokens"), true),
  COMPLETIONS("/completions", Set.of("max_tokens"), true),
  RESPONSES("/responses", Set.of("max_output_tokens"), false),
  EMBEDDINGS("/embeddings", Set.of(), false);

  private final String path;
  private final Set<String> bounds;
  private final boolean tellsUsageIfAsked;

  Operation(String path, Set<String> bounds, boolean tellsUsageIfAsked) {
    this.path = path;
    this.bounds = bounds;
    this.tellsUsageIfAsked = tellsUsageIfAsked;
  }

  /** The operation at a path below the API's base; null if there is none. */
  static @Nullable Operation at(String path) {
    for (Operation each : values()) {
      if (each.path.equals(path)) {
        return each;
      }
    }
    return null;
  }

  /** Whether its answer has tokens. */
  boolean hasOutput() {
    return !bounds.isEmpty();
  }

  /** Whether this field of a request says how many tokens the answer has at most. */
  boolean isBoundedBy(String field) {
    return bounds.contains(field);
  }

  /** Whether its streams tell what they used only if they are asked to. */
  boolean tellsUsageIfAsked() {
    return tellsUsageIfAsked;
  }

  /** The name in metrics. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
