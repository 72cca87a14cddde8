package dev.bursar.api.otlp;

import java.util.List;
import java.util.Map;

/**
 * Spans of one resource, as they were exported: with the attributes that are asked for, and no
 * others.
 *
 * @param attributes those of the resource
 * @param schemaUrl the conventions that the resource keeps to, or empty
 * @param scopes the spans, by what made them
 */
record Spans(Map<String, AttributeValue> attributes, String schemaUrl, List<Scope> scopes) {

  /**
   * Spans of one instrumentation.
   *
   * @param schemaUrl the conventions that it keeps to, or empty
   * @param spans what it has made
   */
  record Scope(String schemaUrl, List<Span> spans) {}

  /**
   * A span.
   *
   * @param traceId the id of its trace, in hexadecimal digits, as sent
   * @param spanId its own id, in hexadecimal digits, as sent
   * @param endNanos when it ended, in nanoseconds since 1970, unsigned; 0 where it does not say
   * @param attributes what is known of it
   */
  record Span(
      String traceId, String spanId, long endNanos, Map<String, AttributeValue> attributes) {}

  /** How many there are. */
  static long count(List<Spans> resources) {
    return resources.stream()
        .flatMap(resource -> resource.scopes().stream())
        .mapToLong(scope -> scope.spans().size())
        .sum();
  }
}
