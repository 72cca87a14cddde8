package dev.bursar.api.http;

import org.jspecify.annotations.Nullable;

/** The W3C Trace Context, as the header {@code traceparent} and CloudEvents carry it. */
public final class TraceContext {

  private static final int TRACEPARENT_CHARS = 55;
  private static final String NO_TRACE = "0".repeat(32);

  private TraceContext() {}

  /** The trace that a {@code traceparent} names: 32 hexadecimal digits; null if it names none. */
  public static @Nullable String traceId(String traceparent) {
    String id = isTraceparent(traceparent) ? traceparent.substring(3, 35) : NO_TRACE;
    return id.equals(NO_TRACE) ? null : id;
  }

  static boolean isTraceparent(String text) {
    if (text.length() != TRACEPARENT_CHARS) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean dash = i == 2 || i == 35 || i == 52;
      if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }
}
