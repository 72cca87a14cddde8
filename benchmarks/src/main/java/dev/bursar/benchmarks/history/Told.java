package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.simulation.history.Call;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * What a client was told.
 *
 * @param call what it had asked for
 * @param kind as what
 * @param key with which key; of a report, the name of its event
 * @param status HTTP's
 * @param body the answer; to a report, what it says of the event
 * @param replayed whether the node says that it had answered that before
 * @param askedAt when it was first asked for
 * @param toldAt when the answer was there
 */
record Told(
    Call call,
    Kind kind,
    String key,
    int status,
    JsonNode body,
    boolean replayed,
    Instant askedAt,
    Instant toldAt) {

  private static final int SHOWN_MAX = 900;

  boolean isDone() {
    return status / 100 == 2 && !text("status").equals("rejected");
  }

  boolean isAllowed() {
    return isDone() && text("decision").equals("allow");
  }

  boolean isDenied() {
    return isDone() && text("decision").equals("deny");
  }

  /** Why it was refused. */
  String code() {
    return (body.has("error") ? body.path("error") : body).path("code").asText();
  }

  /** A field's text; empty if there is none. */
  String text(String field) {
    return body.path(field).asText();
  }

  /** A field's amount; zero if there is none. */
  BigDecimal amount(String field) {
    return Amounts.of(body, field);
  }

  /** For a person who wants to know what happened. */
  @Override
  public String toString() {
    String answer = body.toString();
    return "%s, key %s, asked %s, told %s: %d %s"
        .formatted(
            call,
            key,
            askedAt,
            toldAt,
            status,
            answer.length() <= SHOWN_MAX ? answer : answer.substring(0, SHOWN_MAX) + "…");
  }
}
