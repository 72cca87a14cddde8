package dev.bursar.benchmarks.load;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request. Everything but the body is ASCII.
 *
 * @param path with its query, already percent-encoded
 * @param json the body
 * @param type what the body is sent as
 * @param idempotencyKey sent as {@code Idempotency-Key}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; copying it would cost what we measure
public record Request(
    String method,
    String path,
    byte @Nullable [] json,
    String type,
    @Nullable String idempotencyKey) {

  private static final String JSON = "application/json";

  public static Request get(String path) {
    return new Request("GET", path, null, JSON, null);
  }

  public static Request put(String path, String json, String idempotencyKey) {
    return new Request("PUT", path, json.getBytes(StandardCharsets.UTF_8), JSON, idempotencyKey);
  }

  public static Request post(String path, String json, String idempotencyKey) {
    return post(path, json.getBytes(StandardCharsets.UTF_8), idempotencyKey);
  }

  public static Request post(String path, byte[] json, String idempotencyKey) {
    return new Request("POST", path, json, JSON, idempotencyKey);
  }

  /** A body that is JSON of another kind, and has no key. */
  public static Request postAs(String path, String type, String json) {
    return new Request("POST", path, json.getBytes(StandardCharsets.UTF_8), type, null);
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
