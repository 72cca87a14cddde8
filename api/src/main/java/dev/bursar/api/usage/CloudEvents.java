package dev.bursar.api.usage;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.http.TraceContext;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.Json;
import dev.bursar.api.json.Texts;
import dev.bursar.api.json.Times;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.usage.UsageReports.Report;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 in their structured JSON form, each of which reports work that has run.
 * Attributes that are not known here, such as those of extensions, are passed over.
 */
final class CloudEvents {

  static final String ONE = "application/cloudevents+json";
  static final String BATCH = "application/cloudevents-batch+json";

  /** The type of what a sidecar let run while no server could be asked. */
  private static final String UNCHECKED = "dev.bursar.unchecked";

  private static final String VERSION = "1.0";
  private static final int SOURCE_CHARS_MAX = 2_000;
  private static final int ID_CHARS_MAX = 255;
  private static final int TYPE_CHARS_MAX = 255;

  private CloudEvents() {}

  /** An attribute as it was sent, if it is text; else null. */
  static @Nullable String shown(Json event, String attribute) {
    return event instanceof Json.Fields fields
            && fields.fields().get(attribute) instanceof Json.Text text
        ? text.text()
        : null;
  }

  /**
   * What an event reports.
   *
   * @param now when it ran, if the event does not say
   * @param traceOfCall the trace of the call that brings it, which counts if the event names none
   * @throws Fault if it is no such event
   */
  static Report report(Json event, Instant now, @Nullable String traceOfCall) {
    if (!(event instanceof Json.Fields attributes)) {
      throw Problem.of(400, "invalid", "is %s; an event is an object".formatted(event.kind()))
          .fault();
    }
    String version = required(attributes, "specversion", TYPE_CHARS_MAX);
    if (!version.equals(VERSION)) {
      throw Problem.invalid("specversion", "is %s; 1.0 is accepted".formatted(version)).fault();
    }
    String source = required(attributes, "source", SOURCE_CHARS_MAX);
    String id = required(attributes, "id", ID_CHARS_MAX);
    String type = required(attributes, "type", TYPE_CHARS_MAX);
    String time = optional(attributes, "time", TYPE_CHARS_MAX);
    Body data = Body.at("data", data(attributes), ReservationBodies.WORK);
    return new Report(
        source,
        id,
        time == null ? now : Times.checked("time", time),
        ReservationBodies.work(data, traceId(attributes, traceOfCall)),
        null,
        type.equals(UNCHECKED));
  }

  private static Json.Fields data(Json.Fields attributes) {
    if (present(attributes, "data_base64") != null) {
      throw Problem.invalid("data_base64", "is not accepted; send the work as JSON, in data")
          .fault();
    }
    String type = optional(attributes, "datacontenttype", TYPE_CHARS_MAX);
    if (type != null && !isJson(type)) {
      throw Problem.invalid(
              "datacontenttype", "is %s; application/json is accepted".formatted(type))
          .fault();
    }
    return switch (present(attributes, "data")) {
      case null -> throw Problem.invalid("data", "is required").fault();
      case Json.Fields data -> data;
      case Json other ->
          throw Problem.invalid("data", "is %s; an object is accepted".formatted(other.kind()))
              .fault();
    };
  }

  private static boolean isJson(String mediaType) {
    int end = mediaType.indexOf(';');
    String bare =
        (end < 0 ? mediaType : mediaType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return bare.endsWith("/json") || bare.endsWith("+json");
  }

  private static @Nullable String traceId(Json.Fields attributes, @Nullable String traceOfCall) {
    String traceparent = shown(attributes, "traceparent");
    String own = traceparent == null ? null : TraceContext.traceId(traceparent);
    return own == null ? traceOfCall : own;
  }

  private static @Nullable Json present(Json.Fields attributes, String name) {
    Json value = attributes.fields().get(name);
    return value instanceof Json.Null ? null : value;
  }

  private static @Nullable String optional(Json.Fields attributes, String name, int charsMax) {
    return switch (present(attributes, name)) {
      case null -> null;
      case Json.Text text -> Texts.checked(name, text.text(), charsMax);
      case Json other ->
          throw Problem.invalid(name, "is %s; a string is accepted".formatted(other.kind()))
              .fault();
    };
  }

  private static String required(Json.Fields attributes, String name, int charsMax) {
    String text = optional(attributes, name, charsMax);
    if (text == null) {
      throw Problem.invalid(name, "is required").fault();
    }
    return text;
  }
}
