package dev.bursar.sidecar.openai;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What runs a model, and is paid for by tokens. */
enum Operation {
  CHAT_COMPLETIONS("/chat/completions", true, true),
  COMPLETIONS("/completions", true, true),
  RESPONSES("/responses", true, false),
  EMBEDDINGS("/embeddings", false, false);

  private final String path;
  private final boolean hasOutput;
  private final boolean tellsUsageIfAsked;

  Operation(String path, boolean hasOutput, boolean tellsUsageIfAsked) {
    this.path = path;
    this.hasOutput = hasOutput;
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
    return hasOutput;
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
