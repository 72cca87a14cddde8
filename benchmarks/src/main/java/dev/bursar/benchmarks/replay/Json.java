package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import java.io.IOException;
import java.math.BigDecimal;

/** Reads the node's answers, and is strict about what must be there. */
final class Json {

  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Sends a request and reads the answer's body, if it was carried out. */
  static JsonNode call(PatientConnection connection, Request request)
      throws ReplayFailure, InterruptedException {
    return ok(request, send(connection, request));
  }

  static Response send(PatientConnection connection, Request request)
      throws ReplayFailure, InterruptedException {
    try {
      return connection.call(request);
    } catch (CallFailure e) {
      throw new ReplayFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** The answer's body, if the request was carried out. */
  static JsonNode ok(Request request, Response response) throws ReplayFailure {
    if (response.status() / 100 != 2) {
      throw new ReplayFailure(request + ": " + problem(response));
    }
    return read(request, response);
  }

  private static JsonNode read(Request request, Response response) throws ReplayFailure {
    try {
      JsonNode body = MAPPER.readTree(response.body());
      if (body.isObject()) {
        return body;
      }
    } catch (IOException e) {
      // Told below.
    }
    throw new ReplayFailure(request + ": the answer is no JSON object");
  }

  /** For example {@code 409 reservation_finalized: already released}. */
  static String problem(Response response) {
    try {
      JsonNode body = MAPPER.readTree(response.body());
      String detail = body.path("detail").asText(body.path("title").asText());
      return response.status() + " " + body.path("code").asText() + ": " + detail;
    } catch (IOException e) {
      return "status " + response.status();
    }
  }

  static String text(JsonNode object, String field) throws ReplayFailure {
    JsonNode value = object.path(field);
    if (!value.isTextual()) {
      throw new ReplayFailure("field " + field + " is missing in " + shortened(object));
    }
    return value.asText();
  }

  static long number(JsonNode object, String field) throws ReplayFailure {
    JsonNode value = object.path(field);
    if (!value.canConvertToExactIntegral()) {
      throw new ReplayFailure("field " + field + " is missing in " + shortened(object));
    }
    return value.asLong();
  }

  /** An amount: a decimal string, never a floating-point number. */
  static BigDecimal amount(JsonNode object, String field) throws ReplayFailure {
    String text = text(object, field);
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new ReplayFailure("field " + field + " is no amount in " + shortened(object), e);
    }
  }

  /** The same, 0 when it is not there. */
  static BigDecimal amountOrZero(JsonNode object, String field) throws ReplayFailure {
    return object.hasNonNull(field) ? amount(object, field) : BigDecimal.ZERO;
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
