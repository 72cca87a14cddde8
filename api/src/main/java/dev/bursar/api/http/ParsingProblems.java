package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import java.util.List;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/** Answers what is not even HTTP, before any route sees it. Named in {@code http.conf}. */
public final class ParsingProblems extends ParsingErrorHandler {

  /** Where the server looks for a handler that is named by its class. */
  @SuppressWarnings("MemberName")
  public static final ParsingProblems MODULE$ = new ParsingProblems();

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    Problem problem =
        switch (status.intValue()) {
          case 413 -> Problem.of(413, "too_large", "bodies of at most 1048576 bytes are accepted");
          case 414 -> Problem.of(414, "uri_too_long", "the request's target is too long");
          case 431 -> Problem.of(431, "headers_too_large", "a header is too long");
          case 501 -> Problem.of(501, "not_implemented", "this method is not known");
          default ->
              Problem.of(
                  status.intValue() < 500 ? status.intValue() : 400,
                  "malformed_request",
                  "the request is not valid HTTP");
        };
    String requestId = Head.newRequestId();
    return HttpResponse.create()
        .withStatus(problem.status())
        .withHeaders(List.of(RawHeader.create("X-Request-Id", requestId)))
        .withEntity(HttpEntities.create(Responses.PROBLEM_JSON, problem.toJson(requestId)));
  }
}
