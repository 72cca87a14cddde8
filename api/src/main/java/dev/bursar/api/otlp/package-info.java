/** OpenTelemetry's protocol: spans that tell of model calls, read into usage. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.otlp;
