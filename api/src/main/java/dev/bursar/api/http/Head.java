package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.jspecify.annotations.Nullable;

/**
 * What a request's headers say, read in one pass.
 *
 * @param requestId the client's, if it is fit to be logged, else a new one
 * @param traceparent as sent, if it has the form of the W3C, else null
 * @param authorization as sent, or null
 * @param idempotencyKey as sent, or null
 * @param contentEncoding as sent, or null
 * @param accept as sent, several joined, or null
 * @param ifNoneMatch as sent, several joined, or null
 * @param timeout what tells when the server gives up on the request, or null
 */
record Head(
    String requestId,
    @Nullable String traceparent,
    @Nullable String authorization,
    @Nullable String idempotencyKey,
    @Nullable String contentEncoding,
    @Nullable String accept,
    @Nullable String ifNoneMatch,
    @Nullable TimeoutAccess timeout) {

  private static final int REQUEST_ID_CHARS_MAX = 128;
  private static final int IDEMPOTENCY_KEY_CHARS_MAX = 255;

  static Head of(HttpRequest request) {
    String requestId = null;
    String traceparent = null;
    String authorization = null;
    String idempotencyKey = null;
    String contentEncoding = null;
    String accept = null;
    String ifNoneMatch = null;
    TimeoutAccess timeout = null;
    for (HttpHeader header : request.getHeaders()) {
      switch (header.lowercaseName()) {
        case "x-request-id" -> requestId = header.value();
        case "traceparent" -> traceparent = header.value();
        case "authorization" -> authorization = header.value();
        // Two keys make a value that no single key can have, so that neither is taken for the
        // other.
        case "idempotency-key" -> idempotencyKey = idempotencyKey == null ? header.value() : "\n";
        case "content-encoding" -> contentEncoding = header.value();
        case "accept" -> accept = accept == null ? header.value() : accept + ", " + header.value();
        case "if-none-match" ->
            ifNoneMatch =
                ifNoneMatch == null ? header.value() : ifNoneMatch + ", " + header.value();
        case "timeout-access" -> {
          if (header instanceof TimeoutAccess access) {
            timeout = access;
          }
        }
        default -> {}
      }
    }
    return new Head(
        requestId != null && isSafe(requestId) ? requestId : newRequestId(),
        traceparent != null && TraceContext.isTraceparent(traceparent) ? traceparent : null,
        authorization,
        idempotencyKey,
        contentEncoding,
        accept,
        ifNoneMatch,
        timeout);
  }

  /** Unique enough to find a request in a log; nothing depends on its being hard to guess. */
  static String newRequestId() {
    byte[] random = new byte[12];
    ThreadLocalRandom.current().nextBytes(random);
    return "req_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  private static boolean isSafe(String id) {
    if (id.isEmpty() || id.length() > REQUEST_ID_CHARS_MAX) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean safe =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-_.:/+=".indexOf(c) >= 0;
      if (!safe) {
        return false;
      }
    }
    return true;
  }

  /** The trace that the request belongs to; null where nothing says so, or it says none. */
  @Nullable String traceId() {
    return traceparent == null ? null : TraceContext.traceId(traceparent);
  }

  /** The client's key, checked; null if it sent none. */
  @Nullable String checkedIdempotencyKey() {
    String key = idempotencyKey;
    if (key == null) {
      return null;
    }
    boolean fits = !key.isEmpty() && key.length() <= IDEMPOTENCY_KEY_CHARS_MAX;
    for (int i = 0; i < key.length() && fits; i++) {
      fits = key.charAt(i) >= ' ' && key.charAt(i) <= '~';
    }
    if (!fits) {
      throw Problem.invalid(
              "Idempotency-Key", "is not one key of 1 to 255 printable ASCII characters")
          .fault();
    }
    return key;
  }
}
