package dev.bursar.sidecar.openai;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.gateway.Denials;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * Something that went wrong, in the form that clients of the API know.
 *
 * @param status the HTTP status
 * @param code what went wrong, for programs
 * @param param the field or header at fault, or null
 * @param message a sentence for a person
 */
record OpenAiError(int status, String code, @Nullable String param, String message) {

  static OpenAiError of(Problem problem) {
    String field = problem.field();
    return new OpenAiError(
        problem.status(),
        problem.code(),
        field,
        field == null ? problem.detail() : field + " " + problem.detail());
  }

  /** A denial. */
  static OpenAiError denied(String code, String detail) {
    return new OpenAiError(
        Denials.status(code), code, null, detail.isEmpty() ? "denied: " + code : detail);
  }

  private String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "insufficient_quota";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }

  private byte[] toJson() {
    return JsonWriter.bytes(
        json ->
            json.object(
                "error",
                error ->
                    error
                        .field("message", message)
                        .field("type", type())
                        .field("param", param)
                        .field("code", code)));
  }

  /** As an answer. */
  HttpResponse response() {
    HttpResponse response =
        HttpResponse.create()
            .withStatus(status)
            .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, toJson()));
    return status == 429 || status >= 500
        ? response.addHeader(RawHeader.create("Retry-After", "1"))
        : response;
  }

  /** As an event of a stream. */
  byte[] event() {
    return ("data: " + new String(toJson(), StandardCharsets.UTF_8) + "\n\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
