package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import dev.bursar.domain.ledger.LedgerQueries;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Answers as they go out. */
public final class Responses {

  static final ContentType PROBLEM_JSON =
      MediaTypes.customWithFixedCharset(
              "application",
              "problem+json",
              org.apache.pekko.http.javadsl.model.HttpCharsets.UTF_8,
              java.util.Map.of(),
              true)
          .toContentType();

  private static final HttpHeader REPLAYED = RawHeader.create("Idempotency-Replayed", "true");

  private Responses() {}

  /** The answer to a request, with the headers that every answer has. */
  public static HttpResponse of(Reply reply, HttpRequest request) {
    return of(reply, Head.of(request));
  }

  static HttpResponse of(Reply reply, Head head) {
    List<HttpHeader> headers = headers(head);
    if (reply.replayed()) {
      headers.add(REPLAYED);
    }
    if (reply.etag() != null) {
      headers.add(RawHeader.create("ETag", reply.etag()));
    }
    LedgerQueries.Freshness freshness = reply.freshness();
    if (freshness != null) {
      headers.add(RawHeader.create("X-As-Of", freshness.asOf().toString()));
      headers.add(RawHeader.create("X-Lag-Ms", Long.toString(freshness.lagMs())));
    }
    if (reply.sidecars() != null) {
      headers.add(RawHeader.create("Bursar-Sidecars", reply.sidecars()));
    }
    HttpResponse response = HttpResponse.create().withStatus(reply.status()).withHeaders(headers);
    if (reply.rows() != null) {
      return response.withEntity(HttpEntities.create(reply.type(), reply.rows()));
    }
    // A Protobuf message without fields has no bytes, and is a message.
    return reply.type().equals(ContentTypes.NO_CONTENT_TYPE)
        ? response
        : response.withEntity(HttpEntities.create(reply.type(), reply.body()));
  }

  static HttpResponse of(Problem problem, Head head, ProblemForm form, HttpRequest request) {
    List<HttpHeader> headers = headers(head);
    headers.addAll(problem.headers());
    ProblemForm.Told told = form.tell(problem, head.requestId(), request);
    return HttpResponse.create()
        .withStatus(problem.status())
        .withHeaders(headers)
        .withEntity(HttpEntities.create(told.type(), told.body()));
  }

  private static List<HttpHeader> headers(Head head) {
    List<HttpHeader> headers = new ArrayList<>(4);
    headers.add(RawHeader.create("X-Request-Id", head.requestId()));
    if (head.traceparent() != null) {
      headers.add(RawHeader.create("traceparent", head.traceparent()));
    }
    return headers;
  }
}
