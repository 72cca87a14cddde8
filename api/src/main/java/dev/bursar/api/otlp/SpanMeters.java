package dev.bursar.api.otlp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What became of the spans that came. */
final class SpanMeters {

  private final Counter accepted;
  private final Counter duplicates;
  private final Counter rejected;
  private final Counter ignored;

  SpanMeters(MeterRegistry registry) {
    accepted = spans(registry, "accepted");
    duplicates = spans(registry, "duplicate");
    rejected = spans(registry, "rejected");
    ignored = spans(registry, "ignored");
  }

  private static Counter spans(MeterRegistry registry, String result) {
    return Counter.builder("bursar.otlp.spans")
        .description("Spans of exports that were answered; those ignored tell of no model call")
        .tag("result", result)
        .register(registry);
  }

  void count(ExportOutcome outcome) {
    accepted.increment(outcome.acceptedSpans());
    duplicates.increment(outcome.duplicateSpans());
    rejected.increment(outcome.rejectedSpans());
    ignored.increment(outcome.ignoredSpans());
  }
}
