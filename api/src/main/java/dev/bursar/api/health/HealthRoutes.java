package dev.bursar.api.health;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.jspecify.annotations.Nullable;

/** {@code /health/…}, {@code /metrics} and {@code /openapi.json}: open to all, for machines. */
public final class HealthRoutes {

  private static final String DOCUMENT = "/openapi.json";
  private static final ContentType PROMETHEUS =
      ContentTypes.parse("text/plain; version=0.0.4; charset=utf-8");

  private final Supplier<Readiness> readiness;
  private final Supplier<String> metrics;

  public HealthRoutes(Supplier<Readiness> readiness, Supplier<String> metrics) {
    this.readiness = readiness;
    this.metrics = metrics;
  }

  /**
   * Whether requests should be sent here.
   *
   * @param waitingFor what is missing, for people; null when the node is ready
   */
  public record Readiness(@Nullable String waitingFor) {

    /** Yes. */
    public static final Readiness READY = new Readiness(null);
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/health/live", Access.PUBLIC, call -> done(up())),
        Endpoint.get("/health/ready", Access.PUBLIC, call -> done(ready())),
        Endpoint.get("/metrics", Access.PUBLIC, call -> done(metrics())),
        Endpoint.get(DOCUMENT, Access.PUBLIC, call -> done(document())));
  }

  private static CompletionStage<Reply> done(Reply reply) {
    return CompletableFuture.completedStage(reply);
  }

  private static Reply up() {
    return Reply.ok(json -> json.field("status", "up"));
  }

  private Reply ready() {
    String waitingFor = readiness.get().waitingFor();
    if (waitingFor != null) {
      throw Problem.passing(503, "not_ready", "waiting for " + waitingFor).fault();
    }
    return up();
  }

  private Reply metrics() {
    return Reply.of(PROMETHEUS, metrics.get().getBytes(StandardCharsets.UTF_8));
  }

  /** Read whenever somebody asks, which is seldom: it is large. */
  private static Reply document() {
    try (InputStream in = HealthRoutes.class.getResourceAsStream(DOCUMENT)) {
      if (in == null) {
        throw new IllegalStateException(DOCUMENT + " is not on the class path");
      }
      return Reply.of(ContentTypes.APPLICATION_JSON, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
