package dev.bursar.sidecar.server;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The time of an HTTP header. */
final class Dates {

  private Dates() {}

  /** The time; null if it is none. */
  static @Nullable Instant read(String header) {
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header));
    } catch (DateTimeException e) {
      return null;
    }
  }
}
