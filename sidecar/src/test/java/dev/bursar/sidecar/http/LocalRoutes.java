package dev.bursar.sidecar.http;

import dev.bursar.api.access.Authentication;
import dev.bursar.api.http.RequestHandler;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.server.DecisionTurns;
import dev.bursar.sidecar.usage.UsageFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Sink;

/** A sidecar's routes before a model of a server, asked without a network. */
final class LocalRoutes implements AutoCloseable {

  private static final int NOBODY = 1;

  private final ActorSystem system = ActorSystem.create("routes", SidecarProcess.config());
  private final InstantSource clock = InstantSource.system();
  private final OwnKey key = new OwnKey("secret");
  final ModelServer model;
  final KnownAnswers known;
  private final RequestHandler routes;
  final Sidecar sidecar;

  LocalRoutes(SidecarSettings settings, ModelServer model, Path directory) throws IOException {
    this(settings, model, directory, NOBODY);
  }

  /** The same before a server at this port, which is passed what is not answered here. */
  LocalRoutes(SidecarSettings settings, ModelServer model, Path directory, int port)
      throws IOException {
    this.model = model;
    UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20));
    this.sidecar = new Sidecar(settings, model, model, file, clock);
    this.known = new KnownAnswers(sidecar::passedOn, clock, sidecar.forgotten());
    this.routes =
        new RequestHandler(
            system,
            new EnforcementRoutes(sidecar, known, clock, sidecar.answered()).endpoints(),
            new Authentication(key, clock),
            new SimpleMeterRegistry(),
            passing(port));
  }

  /** What passes requests on to a server at this port. */
  PassedRequests passing(int port) {
    return passing(port, PassedDecisions.WITHIN, DecisionTurns.WITHIN);
  }

  /** The same to a server that is to decide so soon, after a turn that is waited for so long. */
  PassedRequests passing(int port, Duration decidedWithin, Duration turnWithin) {
    Forwarder forwarder = new Forwarder(system, URI.create("http://127.0.0.1:" + port));
    return new PassedRequests(
        system,
        forwarder,
        new PassedDecisions(
            system,
            forwarder,
            new DecisionTurns(model::isSilent, system.dispatcher(), turnWithin),
            sidecar,
            known,
            clock,
            decidedWithin),
        model,
        key,
        decidedWithin,
        turnWithin);
  }

  /** Nobody reads what is left of an answer. */
  void hangUp(HttpResponse answer) {
    answer.entity().getDataBytes().runWith(Sink.cancelled(), system);
  }

  /** A request of whoever has the sidecar's key. */
  static HttpRequest post(String path, String body) {
    return HttpRequest.POST(path)
        .addHeader(RawHeader.create("Authorization", "Bearer secret"))
        .withEntity(
            HttpEntities.create(
                ContentTypes.APPLICATION_JSON, body.getBytes(StandardCharsets.UTF_8)));
  }

  /** The answer of the routes. */
  HttpResponse answer(HttpRequest request) throws Exception {
    return come(begin(request));
  }

  /** The same, to come. */
  CompletableFuture<HttpResponse> begin(HttpRequest request) {
    return routes.apply(request).toCompletableFuture();
  }

  /** An answer, once it has come. */
  static HttpResponse come(CompletionStage<HttpResponse> answer) throws Exception {
    return answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** What an answer says. */
  static String text(HttpResponse answer) {
    return ((HttpEntity.Strict) answer.entity()).getData().utf8String();
  }

  @Override
  public void close() {
    sidecar.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
