package dev.bursar.api.http;

import dev.bursar.api.problem.Problem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** How whoever asks is told that a request is not answered, such as when the server stops. */
@FunctionalInterface
public interface Refusing {

  /** As RFC 9457 has it. */
  Refusing STANDARD =
      (request, problem) -> Responses.of(problem, Head.of(request), ProblemForm.STANDARD, request);

  /** An answer to this request that tells of the problem. */
  HttpResponse refuse(HttpRequest request, Problem problem);
}
