package dev.bursar.api.http;

import dev.bursar.api.access.Access;
import java.util.concurrent.CompletionStage;

/**
 * One operation of the API.
 *
 * @param method the HTTP method
 * @param path the path as in the OpenAPI document, variables in braces
 * @param access what it asks of the caller's key
 * @param handler what it does
 */
public record Endpoint(String method, String path, Access access, Handler handler) {

  /** What an operation does. It may end the request by throwing or failing with a fault. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<Reply> handle(Call call);
  }

  public static Endpoint get(String path, Access access, Handler handler) {
    return new Endpoint("GET", path, access, handler);
  }

  public static Endpoint post(String path, Access access, Handler handler) {
    return new Endpoint("POST", path, access, handler);
  }

  public static Endpoint put(String path, Access access, Handler handler) {
    return new Endpoint("PUT", path, access, handler);
  }

  public static Endpoint delete(String path, Access access, Handler handler) {
    return new Endpoint("DELETE", path, access, handler);
  }

  /** Whether its requests carry JSON. */
  boolean takesBody() {
    return method.equals("POST") || method.equals("PUT");
  }
}
