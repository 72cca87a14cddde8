package dev.bursar.benchmarks.load;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request. Everything but the body is ASCII.
 *
 * @param path with its query, already percent-encoded
 * @param json the body, sent as {@code application/json}
 * @param idempotencyKey sent as {@code Idempotency-Key}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; copying it would cost what we measure
public record Request(
    String method, String path, byte @Nullable [] json, @Nullable String idempotencyKey) {

  public static Request get(String path) {
    return new Request("GET", path, null, null);
  }

  public static Request put(String path, String json, String idempotencyKey) {
    return new Request("PUT", path, json.getBytes(StandardCharsets.UTF_8), idempotencyKey);
  }

  public static Request post(String path, String json, String idempotencyKey) {
    return post(path, json.getBytes(StandardCharsets.UTF_8), idempotencyKey);
  }

  public static Request post(String path, byte[] json, String idempotencyKey) {
    return new Request("POST", path, json, idempotencyKey);
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
