package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

/** What is passed on to a server that does not answer, where the fail mode lets pass. */
@Timeout(60)
final class PassedRequestsTest {

  private static final String BODY =
      "{'subject':{'org':'acme'},'feature':'chat','amount':'2','credit_type':'platform','commit':%s}";

  @TempDir private Path directory;
  private final ModelServer model = new ModelServer(1_000);
  private final ActorSystem system = ActorSystem.create("passed", SidecarProcess.config());
  private Sidecar sidecar;

  @BeforeEach
  void start() throws IOException {
    model.away(true);
    sidecar =
        new Sidecar(
            SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()),
            model,
            model,
            UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20)),
            InstantSource.system());
  }

  @AfterEach
  void stop() {
    sidecar.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private HttpResponse answer(int port, boolean commit) throws Exception {
    PassedRequests passed =
        new PassedRequests(
            system,
            URI.create("http://127.0.0.1:" + port),
            model,
            new OwnKey("secret"),
            sidecar,
            new KnownAnswers(sidecar::passedOn),
            InstantSource.system());
    String body = BODY.formatted(commit).replace('\'', '"');
    return passed
        .answer(
            HttpRequest.POST("/v1/reservations")
                .addHeader(RawHeader.create("Authorization", "Bearer secret"))
                .withEntity(
                    HttpEntities.create(
                        ContentTypes.APPLICATION_JSON, body.getBytes(StandardCharsets.UTF_8))))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private static String text(HttpResponse answer) {
    return ((HttpEntity.Strict) answer.entity()).getData().utf8String();
  }

  @Test
  void whatWasSentMayHaveBeenChargedWhereTheConnectionBreaks() throws Exception {
    try (ServerSocket breaking = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> broke = CompletableFuture.runAsync(() -> readAndBreak(breaking));
      HttpResponse answer = answer(breaking.getLocalPort(), true);
      broke.join();
      assertThat(answer.status().intValue()).as(text(answer)).isEqualTo(503);
      CompletableFuture<Void> again = CompletableFuture.runAsync(() -> readAndBreak(breaking));
      assertThat(text(answer(breaking.getLocalPort(), false)))
          .as("what sets nothing down for good is decided here")
          .contains("\"decision\":\"allow\"");
      again.join();
    }
  }

  /** Takes a request, and resets the connection. */
  private static void readAndBreak(ServerSocket server) {
    try (Socket socket = server.accept()) {
      StringBuilder asked = new StringBuilder();
      while (asked.indexOf("\"commit\":") < 0) {
        asked.append((char) socket.getInputStream().read());
      }
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatCouldNotBeSentIsDecidedHere() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    HttpResponse answer = answer(nobody, true);
    assertThat(text(answer)).contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
  }
}
