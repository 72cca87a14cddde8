package dev.bursar.sidecar.openai;

import io.micrometer.core.instrument.MeterRegistry;

/** What became of calls. */
final class OpenAiMeters {

  private final MeterRegistry registry;

  OpenAiMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** One was decided, or could not be. */
  void call(Operation operation, String result) {
    registry
        .counter("bursar.sidecar.openai.calls", "operation", operation.word(), "result", result)
        .increment();
  }

  /** One is charged, or given back. */
  void charged(String by) {
    registry.counter("bursar.sidecar.openai.charged", "by", by).increment();
  }
}
