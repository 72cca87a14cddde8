package dev.bursar.api.problem;

import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.identity.Subject;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * An error as a client sees it: RFC 9457, with a stable code.
 *
 * @param status the HTTP status
 * @param code what went wrong, for programs; never changes its meaning
 * @param field the field, parameter or header at fault, dotted where nested; or null
 * @param detail a sentence for a person
 * @param headers what the answer carries besides
 * @param errors all that is wrong, where that is more than one thing; else empty
 * @param subjects whom the request could name, where that is what it lacks; else empty
 */
public record Problem(
    int status,
    String code,
    @Nullable String field,
    String detail,
    List<HttpHeader> headers,
    List<Part> errors,
    List<Subject> subjects) {

  /**
   * One of several things that are wrong with what was sent.
   *
   * @param path where it is
   * @param line in which line, from 1; 0 if that can't be said
   * @param detail a sentence for a person
   */
  public record Part(String path, int line, String detail) {}

  private static final List<HttpHeader> RETRY = List.of(RawHeader.create("Retry-After", "1"));
  private static final List<HttpHeader> CLOSE = List.of(Connection.create("close"));

  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, null, detail, List.of(), List.of(), List.of());
  }

  /** One that consists of several. */
  public static Problem of(int status, String code, String detail, List<Part> errors) {
    return new Problem(status, code, null, detail, List.of(), errors, List.of());
  }

  /** A field that can't be what it is. */
  public static Problem invalid(String field, String detail) {
    return new Problem(400, "invalid", field, detail, List.of(), List.of(), List.of());
  }

  /** One that goes away by itself: the client is to ask again with the same key. */
  public static Problem passing(int status, String code, String detail) {
    return new Problem(status, code, null, detail, RETRY, List.of(), List.of());
  }

  /** One after which the connection is of no more use, since the rest of the body is unread. */
  public static Problem closing(int status, String code, String detail) {
    return new Problem(status, code, null, detail, CLOSE, List.of(), List.of());
  }

  /** The same, blaming a field, if there is one to blame. */
  public Problem at(@Nullable String blamed) {
    return new Problem(status, code, blamed, detail, headers, errors, subjects);
  }

  /** The same with another header. */
  public Problem with(String header, String value) {
    return new Problem(
        status, code, field, detail, List.of(RawHeader.create(header, value)), errors, subjects);
  }

  /** The same, telling whom the request could name. */
  public Problem naming(List<Subject> known) {
    return new Problem(status, code, field, detail, headers, errors, known);
  }

  /** This as an exception. */
  public Fault fault() {
    return new Fault(this);
  }

  /** The body. */
  public byte[] toJson(String requestId) {
    return JsonWriter.bytes(
        json -> {
          json.field("type", "about:blank")
              .field("title", title(status))
              .field("status", status)
              .field("detail", detail)
              .field("code", code)
              .field("field", field)
              .field("request_id", requestId);
          if (!errors.isEmpty()) {
            json.objects(
                "errors",
                errors,
                (error, part) -> {
                  error.field("path", part.path());
                  if (part.line() > 0) {
                    error.field("line", part.line());
                  }
                  error.field("detail", part.detail());
                });
          }
          if (!subjects.isEmpty()) {
            json.objects("subjects", subjects, ReservationViews::names);
          }
        });
  }

  private static String title(int status) {
    return StatusCodes.lookup(status).map(known -> known.reason()).orElse("Error");
  }
}
