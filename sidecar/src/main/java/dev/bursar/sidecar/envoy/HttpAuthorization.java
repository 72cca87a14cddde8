package dev.bursar.sidecar.envoy;

import dev.bursar.api.http.Refusing;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.gateway.Denials;
import dev.bursar.sidecar.gateway.Door;
import dev.bursar.sidecar.gateway.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;
import org.jspecify.annotations.Nullable;

/**
 * {@code /ext_authz}: a request as a proxy has it, without its body; answered by 200 if it may
 * pass, else by the denial. Never by 5xx, which Envoy takes for a failure that it may have to let
 * pass: what passes though nobody could be asked is for the fail mode to say.
 */
public final class HttpAuthorization implements Refusing {

  /** Where it is; the proxy puts it before the request's own path. */
  public static final String PATH = "/ext_authz";

  private static final int LATER = 429;

  /** So long a body may take to come; who is slower may lose the line. */
  private static final long BODY_MS_MAX = 10_000;

  private final Checks checks;
  private final Door door;
  private final Materializer materializer;

  /** Answers by these checks whoever the door lets in. */
  public HttpAuthorization(ClassicActorSystemProvider system, Checks checks, Door door) {
    this.checks = checks;
    this.door = door;
    this.materializer = SystemMaterializer.get(system).materializer();
  }

  /** Whether a path is for it. */
  public static boolean isAt(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  /** Answers a request. Never fails. */
  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    // Who is answered before all of the body has come may not read it, and the line is closed.
    CompletionStage<?> body =
        request.entity().isStrict()
            ? CompletableFuture.completedStage(null)
            : request
                .discardEntityBytes(materializer)
                .completionStage()
                .toCompletableFuture()
                .completeOnTimeout(Done.getInstance(), BODY_MS_MAX, TimeUnit.MILLISECONDS);
    String id = header(request, "x-request-id");
    CompletionStage<Verdict> verdict;
    try {
      door.demand(
          request
              .getAttribute(AttributeKeys.remoteAddress)
              .flatMap(RemoteAddress::getAddress)
              .orElse(null),
          header(request, Door.KEY));
      verdict =
          checks.check(
              "http",
              new Checks.Passing(
                  Said.headers(name -> header(request, name)),
                  id,
                  request.method().value()
                      + ' '
                      + request.getUri().path()
                      + '?'
                      + request.getUri().rawQueryString().orElse(""),
                  header(request, "traceparent")));
    } catch (RuntimeException e) {
      verdict = CompletableFuture.completedFuture(Verdict.of(e));
    }
    return verdict.thenCombine(
        body.handle((whole, error) -> true), (it, taken) -> response(it, id));
  }

  /** Denies a request that is not looked at. */
  @Override
  public HttpResponse refuse(HttpRequest request, Problem problem) {
    return response(new Verdict(problem, null), header(request, "x-request-id"));
  }

  private static HttpResponse response(Verdict verdict, @Nullable String id) {
    List<HttpHeader> headers = new ArrayList<>();
    verdict.headers().forEach((name, value) -> headers.add(RawHeader.create(name, value)));
    Problem denial = verdict.denial();
    if (denial == null) {
      if (!verdict.headers().containsKey(Verdict.RESERVATION)) {
        // It takes the place of what a client made up.
        headers.add(RawHeader.create(Verdict.RESERVATION, ""));
      }
      return HttpResponse.create().withHeaders(headers);
    }
    int status = denial.status() == Denials.AWAY ? LATER : denial.status();
    if (status == LATER) {
      headers.add(RawHeader.create("Retry-After", "1"));
    }
    Problem told = Problem.of(status, denial.code(), denial.detail()).at(denial.field());
    return HttpResponse.create()
        .withStatus(status)
        .withHeaders(headers)
        .withEntity(
            HttpEntities.create(
                ContentTypes.parse("application/problem+json"),
                told.toJson(id == null ? "sidecar" : id)));
  }

  private static @Nullable String header(HttpRequest request, String lowerCaseName) {
    for (HttpHeader each : request.getHeaders()) {
      if (each.lowercaseName().equals(lowerCaseName)) {
        return each.value();
      }
    }
    return null;
  }
}
