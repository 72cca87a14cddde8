package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** How an operation tells what went wrong. */
@FunctionalInterface
public interface ProblemForm {

  /** As RFC 9457 has it; so do all operations that no other protocol tells otherwise. */
  ProblemForm STANDARD =
      (problem, requestId, request) -> new Told(Responses.PROBLEM_JSON, problem.toJson(requestId));

  /** A body. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and written once
  record Told(ContentType type, byte[] body) {}

  /** The body that tells of a problem with a request. */
  Told tell(Problem problem, String requestId, HttpRequest request);
}
