package dev.bursar.sidecar.http;

import dev.bursar.api.http.RequestHandler.Elsewhere;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.envoy.HttpAuthorization;
import dev.bursar.sidecar.openai.OpenAiProxy;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/** What gateways call beside the server's own routes; all else goes on to the server. */
final class Edges implements Elsewhere {

  private final @Nullable OpenAiProxy proxy;
  private final @Nullable HttpAuthorization authorization;
  private final Elsewhere server;

  Edges(@Nullable OpenAiProxy proxy, @Nullable HttpAuthorization authorization, Elsewhere server) {
    this.proxy = proxy;
    this.authorization = authorization;
    this.server = server;
  }

  @Override
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    String path = request.getUri().path();
    if (proxy != null && OpenAiProxy.isAt(path)) {
      return proxy.answer(request);
    }
    return authorization != null && HttpAuthorization.isAt(path)
        ? authorization.answer(request)
        : server.answer(request);
  }

  @Override
  public HttpResponse refuse(HttpRequest request, Problem problem) {
    String path = request.getUri().path();
    if (proxy != null && OpenAiProxy.isAt(path)) {
      return proxy.refuse(request, problem);
    }
    return authorization != null && HttpAuthorization.isAt(path)
        ? authorization.refuse(request, problem)
        : server.refuse(request, problem);
  }
}
