package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.api.access.Authentication;
import dev.bursar.api.http.RequestHandler;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.usage.UsageFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server's own routes, answered from leases. */
@Timeout(60)
final class EnforcementRoutesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;
  private final ModelServer model = new ModelServer(1_000);
  private final ActorSystem system = ActorSystem.create("routes", SidecarProcess.config());
  private final InstantSource clock = InstantSource.system();
  private Sidecar sidecar;
  private RequestHandler handler;

  @BeforeEach
  void start() throws IOException {
    sidecar =
        new Sidecar(
            SidecarSettings.USUAL,
            model,
            model,
            UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20)),
            clock);
    serve();
  }

  private void serve() {
    OwnKey key = new OwnKey("secret");
    KnownAnswers known = new KnownAnswers(sidecar::passedOn);
    handler =
        new RequestHandler(
            system,
            new EnforcementRoutes(sidecar, known, clock, sidecar.answered()).endpoints(),
            new Authentication(key, clock),
            new SimpleMeterRegistry(),
            new PassedRequests(
                system, URI.create("http://127.0.0.1:1"), model, key, sidecar, known, clock));
  }

  @AfterEach
  void stop() {
    sidecar.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private JsonNode reserve(String org, String key) throws Exception {
    String body =
        """
        {"subject": {"org": "%s"}, "feature": "chat", "amount": "2", "credit_type": "platform"}
        """
            .formatted(org);
    HttpResponse answer =
        handler
            .apply(
                HttpRequest.POST("/v1/reservations")
                    .addHeader(RawHeader.create("Authorization", "Bearer secret"))
                    .addHeader(RawHeader.create("Idempotency-Key", key))
                    .withEntity(
                        HttpEntities.create(
                            ContentTypes.APPLICATION_JSON, body.getBytes(StandardCharsets.UTF_8))))
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    return JSON.readTree(((HttpEntity.Strict) answer.entity()).getData().toArray());
  }

  @Test
  void theKeysOfOneOrgAreNotThoseOfAnother() throws Exception {
    String acme = reserve("acme", "k").path("reservation_id").asText();
    String zeta = reserve("zeta", "k").path("reservation_id").asText();
    assertThat(Sidecar.org(acme)).isEqualTo("acme");
    assertThat(Sidecar.org(zeta)).isEqualTo("zeta");
    sidecar.close();
    start();
    assertThat(reserve("acme", "k").path("reservation_id").asText())
        .as("in another life, too")
        .isEqualTo(acme);
    assertThat(reserve("zeta", "k").path("reservation_id").asText()).isEqualTo(zeta);
  }
}
