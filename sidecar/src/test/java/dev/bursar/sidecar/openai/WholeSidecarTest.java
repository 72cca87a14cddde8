package dev.bursar.sidecar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.http.Gateways;
import dev.bursar.sidecar.http.SidecarProcess;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole sidecar between a server and models, over HTTP. */
@Timeout(60)
final class WholeSidecarTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HELLO = "event: hello\n\n";
  private static final int EVENTS_BYTES_MAX = 4 << 20;
  private static final Map<String, String> ANSWERS =
      Map.of(
          "/v1/orgs/acme/entitlements",
          "{'status':'none','features':[]}",
          "/v1/orgs/acme/prices",
          "{'credit_types':['platform'],'overage_policy':'record','rates':[{'model':'gpt',"
              + "'credit_type':'platform','rates':{'input_tokens':'0.001','output_tokens':'0.01'}}]}",
          "/v1/leases",
          "{'decision':'deny'}",
          "/v1/events",
          "{'results':[{'status':'recorded'}]}");

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private HttpServer server;
  private FakeModels models;
  private SidecarProcess sidecar;
  private @Nullable CompletableFuture<Void> stopped;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    models = new FakeModels();
    start("secret");
  }

  private void start(String key) throws IOException {
    stopped = null;
    sidecar =
        SidecarProcess.start(
            new SidecarProcess.Options(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                key,
                "one",
                "127.0.0.1",
                0,
                directory,
                new UsageFile.Settings(1 << 24, 1 << 20),
                SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()),
                new Gateways(
                    OpenAiSettings.of(URI.create("http://127.0.0.1:" + models.port() + "/v1")),
                    false,
                    -1,
                    Map.of("org", "acme", "feature", "chat"))));
  }

  @AfterEach
  void stop() throws Exception {
    stopping().get();
    models.close();
    server.stop(0);
  }

  /** By a thread of the pool by which answers of the server come in. */
  private CompletableFuture<Void> stopping() {
    if (stopped == null) {
      stopped = CompletableFuture.runAsync(sidecar::close);
    }
    return stopped;
  }

  /** A server that grants no leases, and takes what was used. */
  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/v1/streams")) {
      exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(HELLO.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      // It never ends.
      return;
    }
    try (exchange) {
      String told = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String text = ANSWERS.get(path);
      if (text == null) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      if (path.equals("/v1/events")) {
        events.add(told);
      }
      int status = told.length() > EVENTS_BYTES_MAX ? 413 : 200;
      byte[] body = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private void untilNobodyGetsIn() throws IOException {
    while (true) {
      try (Socket another = new Socket(InetAddress.getLoopbackAddress(), sidecar.port())) {
        LockSupport.parkNanos(1_000_000);
      } catch (ConnectException e) {
        return;
      } catch (SocketException e) {
        // The system had taken it in, and nobody came for it: the next is refused.
        continue;
      }
    }
  }

  @Test
  void aStreamThatEndsSoonIsChargedByWhatItSays() throws Exception {
    CountDownLatch stopping = new CountDownLatch(1);
    String first = "data: {\"choices\":[{\"delta\":{\"content\":\"Be\"}}]}\n\n";
    String rest =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7}}\n\n"
            + "data: [DONE]\n\n";
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(first);
          stopping.await();
          wire.chunk(rest);
          wire.end();
        });
    HttpResponse<InputStream> answer =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:" + sidecar.port() + "/openai/v1/chat/completions"))
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"gpt\",\"stream\":true,"
                            + "\"stream_options\":{\"include_usage\":true},\"messages\":[]}"))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    InputStream in = answer.body();
    assertThat(in.readNBytes(first.length())).asString().isEqualTo(first);
    CompletableFuture<Void> end = stopping();
    untilNobodyGetsIn();
    assertThat(end).isNotDone();
    stopping.countDown();
    assertThat(in.readAllBytes()).asString().isEqualTo(rest);
    end.get();
    assertThat(sidecar.sidecar().file().unsent()).as("what was reported is known to be").isZero();
    JsonNode used = JSON.readTree(events.take()).path(0).path("data");
    assertThat(used.at("/usage/output_tokens").asLong()).as(used.toString()).isEqualTo(7);
    assertThat(used.at("/metadata/bursar.unchecked").isMissingNode()).isFalse();
    assertThat(used.at("/metadata/bursar.estimated").isMissingNode()).isTrue();
  }

  @Test
  void aStreamOfEventsThatIsPassedOnEndsInGoodOrder() throws Exception {
    InputStream in =
        client
            .send(
                HttpRequest.newBuilder(at("/v1/streams")).build(),
                HttpResponse.BodyHandlers.ofInputStream())
            .body();
    assertThat(in.readNBytes(HELLO.length())).asString().isEqualTo(HELLO);
    CompletableFuture<Void> end = stopping();
    assertThat(in.readAllBytes()).as("it is not cut off").isEmpty();
    end.get();
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + sidecar.port() + path);
  }

  private String asked(String key, HttpRequest.Builder request) throws Exception {
    return client
        .send(
            request.header("Authorization", "Bearer " + key).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private String reserved(String key) throws Exception {
    String body =
        """
        {"subject": {"org": "acme"}, "feature": "chat", "amount": "1", "credit_type": "platform"}
        """;
    return asked(
        key,
        HttpRequest.newBuilder(at("/v1/reservations"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void whomALifeWasToldOfPassesInTheNextByTheSameKeyAlone() throws Exception {
    assertThat(asked("secret", HttpRequest.newBuilder(at("/v1/orgs/acme/entitlements"))))
        .contains("features");
    stopping().get();
    server.stop(0);
    start("secret");
    assertThat(reserved("secret")).contains("\"decision\":\"allow\"", "unchecked");
    stopping().get();
    start("another");
    assertThat(reserved("another")).contains("server_away");
  }

  private HttpResponse<String> report(int bytes) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sidecar.port() + "/v1/events"))
            .expectContinue(bytes > 16 << 20)
            .POST(HttpRequest.BodyPublishers.ofString("x".repeat(bytes)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void howLargeABodyMayBeTheServerSays() throws Exception {
    assertThat(report(EVENTS_BYTES_MAX).statusCode()).isEqualTo(200);
    assertThat(events.take()).hasSize(EVENTS_BYTES_MAX);
    assertThat(report(EVENTS_BYTES_MAX + 1).statusCode()).isEqualTo(413);
    assertThat(events.take()).hasSize(EVENTS_BYTES_MAX + 1);
    HttpResponse<String> refused = report((16 << 20) + 1);
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(JSON.readTree(refused.body()).path("code").asText()).isEqualTo("too_large");
    assertThat(events).as("it is not passed on").isEmpty();
  }
}
