/** OpenTelemetry's protocol: spans that tell of model calls, read into usage. */
@NullMarked
package dev.bursar.api.otlp;

import org.jspecify.annotations.NullMarked;
