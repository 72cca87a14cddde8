package dev.bursar.sidecar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import dev.bursar.api.HttpServer;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.gateway.Door;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.usage.UsageFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of models through the proxy, to an API that breaks wherever it is told to. */
@Timeout(60)
final class OpenAiProxyTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT = "/chat/completions";
  private static final String ASK =
      "{\"model\":\"gpt\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}";
  private static final String STREAM =
      "{\"model\":\"gpt\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]}";
  private static final String TOLD =
      "{\"id\":\"c1\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Because,"
          + " naturally.\"}}],"
          + "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7,\"total_tokens\":107,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":40}}}";
  private static final String USAGE =
      "data:"
          + " {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7}}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  @TempDir private Path directory;
  private final ModelServer server = new ModelServer(1_000);
  private final HttpClient client = HttpClient.newHttpClient();
  private FakeModels models;
  private Sidecar sidecar;
  private ActorSystem<Void> system;
  private HttpServer http;
  private OpenAiProxy proxy;

  private static String delta(String text) {
    return "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}],\"usage\":null}\n\n"
        .formatted(text);
  }

  @BeforeEach
  void start() throws Exception {
    models = new FakeModels();
    sidecar =
        new Sidecar(
            SidecarSettings.USUAL,
            server,
            server,
            UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20)),
            InstantSource.system());
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "proxy",
            ConfigFactory.parseResources("sidecar.conf")
                .withFallback(ConfigFactory.parseResources("http.conf"))
                .withFallback(ConfigFactory.load())
                .resolve());
    serve(settings());
  }

  private OpenAiSettings settings() {
    return OpenAiSettings.of(URI.create("http://127.0.0.1:" + models.port() + "/v1"));
  }

  private void serve(OpenAiSettings settings) {
    proxy =
        new OpenAiProxy(
            system,
            settings,
            new Gate(sidecar, server, List.of()),
            new Door("own-key"::equals),
            (request, meter) -> CompletableFuture.completedFuture(true),
            Said.of(Map.of("org", "acme", "feature", "chat")),
            new SimpleMeterRegistry());
    http =
        HttpServer.bind(system, "127.0.0.1", 0, proxy::answer, proxy).toCompletableFuture().join();
  }

  @AfterEach
  void stop() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    sidecar.close();
    models.close();
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + http.address().getPort() + OpenAiProxy.PATH + path))
        .header("Content-Type", "application/json")
        .header("Authorization", "Bearer sk-upstream");
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<InputStream> open(String body) throws Exception {
    return client.send(
        request(CHAT).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofInputStream());
  }

  /** What was charged, once it is on record; nothing is set aside any more. */
  private JsonNode charged() throws IOException {
    until(() -> server.reported().size() == 1);
    assertThat(isNothingSetAside()).isTrue();
    return JSON.readTree(server.reported().getFirst());
  }

  private boolean isNothingSetAside() {
    return sidecar.rooms().open().taken() == 0;
  }

  private void assertCharged(
      @Nullable Long input, @Nullable Long output, @Nullable String estimated) throws IOException {
    JsonNode work = charged();
    assertThat(work.path("usage").get("input_tokens"))
        .as(work.toString())
        .isEqualTo(input == null ? null : JSON.getNodeFactory().numberNode(input.intValue()));
    assertThat(work.path("usage").path("output_tokens").asLong())
        .as(work.toString())
        .isEqualTo(output == null ? 0 : output);
    assertThat(work.at("/metadata/bursar.estimated").asText(null)).isEqualTo(estimated);
  }

  private static JsonNode error(HttpResponse<String> answer) throws IOException {
    JsonNode error = JSON.readTree(answer.body()).path("error");
    assertThat(error.path("message").asText()).as(answer.body()).isNotEmpty();
    return error;
  }

  private static String next(InputStream in) throws IOException {
    StringBuilder event = new StringBuilder();
    while (event.indexOf("\n\n") < 0) {
      int each = in.read();
      assertThat(each).as(event.toString()).isNotNegative();
      event.append((char) each);
    }
    return event.toString();
  }

  @Test
  void aCallIsChargedByWhatItsAnswerSays() throws Exception {
    models.next((asked, wire) -> wire.json(200, TOLD));
    HttpResponse<String> answer =
        client.send(
            request(CHAT + "?x=1")
                .header("x-bursar-team", "red")
                .header("x-bursar-user", "ann")
                .header("Accept-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString(ASK))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(TOLD);
    assertThat(answer.headers().firstValue("x-request-id")).contains("up-1");
    assertThat(answer.headers().firstValue("x-bursar-reservation").orElse(""))
        .startsWith(Sidecar.RESERVATION);
    FakeModels.Asked asked = models.asked.getFirst();
    assertThat(asked.path()).isEqualTo("/v1/chat/completions?x=1");
    assertThat(asked.body()).isEqualTo(ASK);
    assertThat(asked.headers())
        .containsEntry("authorization", "Bearer sk-upstream")
        .containsEntry("accept-encoding", "identity")
        .doesNotContainKeys("x-bursar-team", "x-bursar-user");
    JsonNode work = charged();
    assertThat(work.path("usage"))
        .isEqualTo(
            JSON.readTree("{\"input_tokens\":60,\"cached_input_tokens\":40,\"output_tokens\":7}"));
    assertThat(work.at("/subject/team").asText()).isEqualTo("red");
    assertThat(work.at("/subject/user").asText()).isEqualTo("ann");
    assertThat(work.path("model").asText()).isEqualTo("gpt");
    assertThat(work.path("feature").asText()).isEqualTo("chat");
  }

  @Test
  void aStreamGoesOnEventByEventAndTellsTheProxyAloneWhatItUsed() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.bytewise(delta("Gr\u00fc\u00dfe, \ud83d\ude80"));
          seen.await();
          wire.bytewise(delta("!") + USAGE + DONE);
          wire.end();
        });
    HttpResponse<InputStream> answer = open(STREAM);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    InputStream in = answer.body();
    String first =
        new String(
            in.readNBytes(
                delta("Gr\u00fc\u00dfe, \ud83d\ude80").getBytes(StandardCharsets.UTF_8).length),
            StandardCharsets.UTF_8);
    assertThat(first)
        .as("before the rest was sent")
        .isEqualTo(delta("Gr\u00fc\u00dfe, \ud83d\ude80"));
    seen.countDown();
    assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(delta("!") + DONE);
    assertThat(models.asked.getFirst().body())
        .isEqualTo("{\"stream_options\":{\"include_usage\":true}," + STREAM.substring(1));
    assertCharged(100L, 7L, null);
  }

  @Test
  void whoAsksForUsageGetsIt() throws Exception {
    String body =
        STREAM.replace(
            "\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("Yes") + USAGE);
          wire.chunk(DONE);
          wire.end();
        });
    assertThat(post(CHAT, body).body()).isEqualTo(delta("Yes") + USAGE + DONE);
    assertThat(models.asked.getFirst().body()).isEqualTo(body);
    assertCharged(100L, 7L, null);
  }

  @Test
  void aClientThatGoesAwayIsChargedWhatHasCome() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("x".repeat(39)));
          wire.chunk(delta("!"));
          wire.chunksUntilGone(delta(""));
          gone.countDown();
        });
    HttpResponse<InputStream> answer = open(STREAM);
    next(answer.body());
    next(answer.body());
    answer.body().close();
    gone.await();
    assertCharged(5L, 10L, "disconnected");
  }

  @Test
  void aStreamThatBreaksOffIsChargedWhatHasCome() throws Exception {
    // The client of the test drops what it has not handed over when the line breaks.
    CountDownLatch read = new CountDownLatch(1);
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("x".repeat(40)));
          read.await();
          wire.chunk("data: {\"choi");
          wire.cut();
        });
    HttpResponse<InputStream> answer = open(STREAM);
    next(answer.body());
    read.countDown();
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> answer.body().readAllBytes()))
        .as("the client is told")
        .isInstanceOf(IOException.class);
    assertCharged(5L, 10L, "cut_off");
  }

  @Test
  void whatFailsThereCostsNothing() throws Exception {
    models.next((asked, wire) -> wire.json(500, "{\"error\":{\"message\":\"down\"}}"));
    HttpResponse<String> answer = post(CHAT, ASK);
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(error(answer).path("message").asText()).isEqualTo("down");
    until(this::isNothingSetAside);
    models.next((asked, wire) -> wire.json(429, "{\"error\":{\"message\":\"slow down\"}}"));
    assertThat(post(CHAT, ASK).statusCode()).isEqualTo(429);
    until(this::isNothingSetAside);
    models.close();
    try (ServerSocket free = new ServerSocket(0)) {
      free.close();
      serve(OpenAiSettings.of(URI.create("http://127.0.0.1:" + free.getLocalPort())));
      answer = post(CHAT, ASK);
    }
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(error(answer).path("code").asText()).isEqualTo("upstream_away");
    until(this::isNothingSetAside);
    assertThat(server.charged()).isZero();
    assertThat(server.reported()).isEmpty();
  }

  @Test
  void whatIsNotAnsweredInTimeIsChargedItsInput() throws Exception {
    serve(new OpenAiSettings(settings().upstream(), 100, Duration.ofMillis(200), false, List.of()));
    models.next((asked, wire) -> wire.awaitGone());
    HttpResponse<String> answer = post(CHAT, ASK);
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(error(answer).path("code").asText()).isEqualTo("upstream_timeout");
    assertCharged(5L, null, "timed_out");
  }

  @Test
  void aStreamThatTakesTooLongIsCutOff() throws Exception {
    serve(new OpenAiSettings(settings().upstream(), 100, Duration.ofMillis(500), false, List.of()));
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("x".repeat(40)));
          wire.awaitGone();
        });
    HttpResponse<InputStream> answer = open(STREAM);
    next(answer.body());
    assertCharged(5L, 10L, "timed_out");
  }

  @Test
  void whatModelsAreRunningWhenItStopsIsChargedAndNothingElseIsBegun() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    models.next(
        (asked, wire) -> {
          running.countDown();
          wire.awaitGone();
        });
    CompletableFuture<HttpResponse<String>> call =
        client.sendAsync(
            request(CHAT).POST(HttpRequest.BodyPublishers.ofString(ASK)).build(),
            HttpResponse.BodyHandlers.ofString());
    running.await();
    proxy.stop();
    assertThat(isNothingSetAside()).as("when it has stopped").isTrue();
    assertCharged(5L, null, "cut_off");
    HttpResponse<String> refused = post(CHAT, ASK);
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(error(refused).path("code").asText()).isEqualTo("stopping");
    assertThat(models.asked).hasSize(1);
    until(this::isNothingSetAside);
    http.stop(Duration.ofMillis(10)).toCompletableFuture().join();
    HttpResponse<String> cut = call.get();
    assertThat(cut.statusCode()).as(cut.body()).isEqualTo(503);
    assertThat(error(cut).path("code").asText()).isEqualTo("stopping");
    assertThat(cut.headers().firstValue("Retry-After")).contains("1");
  }

  @Test
  void anAnswerThatIsComingWhenItStopsIsChargedWhatHasComeOfIt() throws Exception {
    models.next(
        (asked, wire) -> {
          wire.raw(
              "HTTP/1.1 200 OK\r\n"
                  + "Content-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n");
          wire.chunk("{\"choices\":[{\"message\":{\"content\":\"%s\"},".formatted("x".repeat(40)));
          wire.awaitGone();
        });
    HttpResponse<InputStream> answer = open(ASK);
    answer.body().readNBytes(70);
    proxy.stop();
    assertThat(isNothingSetAside()).as("when it has stopped").isTrue();
    assertCharged(5L, 10L, "cut_off");
  }

  @Test
  void whatIsDeniedDoesNotReachTheModel() throws Exception {
    HttpResponse<String> answer = post(CHAT, ASK.replace("50", "900000"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(402);
    assertThat(error(answer).path("code").asText()).isEqualTo("insufficient_credits");
    assertThat(error(answer).path("type").asText()).isEqualTo("insufficient_quota");
    assertThat(models.asked).isEmpty();
    server.away(true);
    answer = post(CHAT, ASK.replace("50", "900000"));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(error(answer).path("code").asText()).isEqualTo("server_away");
    assertThat(models.asked).isEmpty();
  }

  @Test
  void anAnswerWithoutUsageIsEstimatedAndSaysSo() throws Exception {
    models.next(
        (asked, wire) ->
            wire.json(
                200,
                "{\"choices\":[{\"message\":{\"content\":\"%s\"}}]}".formatted("y".repeat(80))));
    assertThat(post(CHAT, ASK).statusCode()).isEqualTo(200);
    assertCharged(5L, 20L, "no_usage");
  }

  @Test
  void whatComesCompressedAllTheSameIsTakenForAllOfIt() throws Exception {
    models.next(
        (asked, wire) ->
            wire.raw(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: br\r\n"
                    + "Content-Length: 2\r\n\r\nxx"));
    assertThat(post(CHAT, ASK).statusCode()).isEqualTo(200);
    assertCharged(5L, 50L, "no_usage");
  }

  @Test
  void aStreamEndsOnceItIsSpentIfItIsToldTo() throws Exception {
    serve(new OpenAiSettings(settings().upstream(), 5, Duration.ofSeconds(30), true, List.of()));
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("x".repeat(20)));
          wire.chunk(delta("x".repeat(20)));
          wire.awaitGone();
        });
    String all = post(CHAT, STREAM).body();
    assertThat(all).startsWith(delta("x".repeat(20))).contains("reservation_spent");
    assertCharged(5L, 10L, "stopped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", ""})
  void aStreamThatTellsAllAlongWhatItUsesEndsOnceThatIsSpentWhateverItShows(String shown)
      throws Exception {
    serve(new OpenAiSettings(settings().upstream(), 50, Duration.ofSeconds(30), true, List.of()));
    String chunk = delta(shown).replace("null", "{\"prompt_tokens\":100,\"completion_tokens\":%d}");
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(chunk.formatted(50));
          wire.chunk(chunk.formatted(51));
          wire.awaitGone();
        });
    String all = post(CHAT, STREAM).body();
    assertThat(all).startsWith(chunk.formatted(50) + chunk.formatted(51));
    assertThat(all).contains("reservation_spent");
    assertCharged(100L, 51L, null);
  }

  @Test
  void aStreamThatIsOverIsNotStoppedThoughItsTextIsTakenForMoreThanItSays() throws Exception {
    serve(new OpenAiSettings(settings().upstream(), 8, Duration.ofSeconds(30), true, List.of()));
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("x".repeat(400)) + USAGE + DONE);
          wire.end();
        });
    assertThat(post(CHAT, STREAM).body()).isEqualTo(delta("x".repeat(400)) + DONE);
    assertCharged(100L, 7L, null);
  }

  @Test
  void whatIsToldEarlyAndEstimatedFromThereOnSaysSo() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(USAGE + delta("x".repeat(40)));
          read.await();
          wire.chunk("data: {\"choi");
          wire.cut();
        });
    HttpResponse<InputStream> answer = open(STREAM);
    next(answer.body());
    read.countDown();
    assertCharged(100L, 17L, "cut_off");
  }

  @Test
  void aStreamThatIsOverIsNotStopped() throws Exception {
    serve(new OpenAiSettings(settings().upstream(), 5, Duration.ofSeconds(30), true, List.of()));
    models.next(
        (asked, wire) -> {
          wire.stream();
          wire.chunk(delta("x") + USAGE);
          wire.chunk(DONE);
          wire.end();
        });
    assertThat(post(CHAT, STREAM).body()).isEqualTo(delta("x") + DONE);
    assertCharged(100L, 7L, null);
  }

  @Test
  void aClientThatIsGoneBeforeTheAnswerIsChargedAllTheSame() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    models.next(
        (request, wire) -> {
          asked.countDown();
          gone.await();
          wire.json(200, TOLD);
        });
    try (Socket socket = new Socket("127.0.0.1", http.address().getPort())) {
      socket.setSoLinger(true, 0);
      socket
          .getOutputStream()
          .write(
              "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(OpenAiProxy.PATH + CHAT, ASK.length(), ASK)
                  .getBytes(StandardCharsets.UTF_8));
      asked.await();
    }
    gone.countDown();
    JsonNode work = charged();
    assertThat(work.path("usage").path("output_tokens").asLong()).isEqualTo(7);
    assertThat(work.at("/metadata/bursar.estimated").isMissingNode()).isTrue();
  }

  @Test
  void whatIsOfTheConnectionAloneGoesNoFurtherHoweverItIsNamed() throws Exception {
    models.next((asked, wire) -> wire.json(200, TOLD));
    try (Socket socket = new Socket("127.0.0.1", http.address().getPort())) {
      socket
          .getOutputStream()
          .write(
              """
              POST %s HTTP/1.1\r
              Host: x\r
              Connection: close, X-Hop, close\r
              X-Hop: of this connection\r
              Content-Type: application/json\r
              Content-Length: %d\r
              \r
              %s\
              """
                  .formatted(OpenAiProxy.PATH + CHAT, ASK.length(), ASK)
                  .getBytes(StandardCharsets.UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200 ");
    }
    assertThat(models.asked.getFirst().headers()).doesNotContainKeys("x-hop", "close");
    assertThat(charged().path("usage").path("output_tokens").asLong()).isEqualTo(7);
  }

  @Test
  void whatCanNotBeSentOnIsChargedNothing() throws Exception {
    serve(OpenAiSettings.of(URI.create("nothing://127.0.0.1:1/v1")));
    assertThat(post(CHAT, ASK).statusCode()).isEqualTo(503);
    until(this::isNothingSetAside);
    assertThat(server.reported()).isEmpty();
  }

  @Test
  void anAnswerThatIsOneObjectIsReadToItsEndThoughItsClientHasGone() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    String half = "{\"message\":{\"content\":\"%s\"}},".formatted("x".repeat(1 << 16)).repeat(64);
    models.next(
        (asked, wire) -> {
          wire.raw(
              "HTTP/1.1 200 OK\r\n"
                  + "Content-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n");
          wire.chunk("{\"choices\":[");
          gone.await();
          wire.chunk(half);
          wire.chunk(half);
          wire.chunk("{}]," + TOLD.substring(TOLD.indexOf("\"usage\"")));
          wire.end();
        });
    HttpResponse<InputStream> answer = open(ASK);
    assertThat(answer.body().read()).isEqualTo('{');
    answer.body().close();
    gone.countDown();
    JsonNode work = charged();
    assertThat(work.path("usage").path("output_tokens").asLong()).isEqualTo(7);
    assertThat(work.at("/metadata/bursar.estimated").isMissingNode()).isTrue();
  }

  @Test
  void whatRunsNoModelIsPassedOnAndWhatNobodyCouldCountIsNot() throws Exception {
    models.next((asked, wire) -> wire.json(200, "{\"data\":[]}"));
    HttpResponse<String> list =
        client.send(request("/models").GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(list.body()).isEqualTo("{\"data\":[]}");
    assertThat(models.asked.getFirst().path()).isEqualTo("/v1/models");
    models.next((asked, wire) -> wire.json(404, "{}"));
    client.send(
        request("/models/ft%3Agpt%2Fx?a=%20b").GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(models.asked.getLast().path()).isEqualTo("/v1/models/ft:gpt%2Fx?a=%20b");
    for (String path :
        List.of("/images/generations", "/chat/completions/", "/chat%2Fcompletions")) {
      HttpResponse<String> refused = post(path, ASK);
      assertThat(refused.statusCode()).as(path).isEqualTo(403);
      assertThat(error(refused).path("code").asText()).isEqualTo("not_metered");
    }
    assertThat(post("/models/../images/generations", ASK).statusCode()).isIn(400, 403);
    assertThat(models.asked).hasSize(2);
    serve(
        new OpenAiSettings(
            settings().upstream(), 5, Duration.ofSeconds(30), true, List.of("/images")));
    models.next((asked, wire) -> wire.json(200, "{}"));
    assertThat(post("/images/generations", "{}").statusCode()).isEqualTo(200);
    assertThat(server.reported()).isEmpty();
  }

  @Test
  void whatCanNotBeReadIsRefusedInTheFormOfTheApi() throws Exception {
    for (String body :
        List.of(
            "",
            "[]",
            "{",
            "{}",
            "{\"model\":5}",
            "{\"model\":\"\"}",
            "{\"model\":\"gpt\",\"max_tokens\":-1}",
            "{\"model\":\"gpt\",\"max_tokens\":1e3}",
            "{\"model\":\"gpt\",\"n\":999999999,\"max_tokens\":999999999}",
            "{\"model\":\"gpt\",\"model\":\"other\"}",
            "{\"model\":\"gpt\",\"stream\":true,\"stream_options\":[]}",
            "{\"model\":\"gpt\"} {}",
            "{\"model\":\"gpt\",\"messages\":" + "[".repeat(2_000))) {
      HttpResponse<String> answer = post(CHAT, body);
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
      assertThat(error(answer).path("type").asText()).isEqualTo("invalid_request_error");
    }
    HttpResponse<String> unpriced = post(CHAT, ASK.replace("gpt", "unheard-of"));
    assertThat(unpriced.statusCode()).isEqualTo(402);
    // Whoever asks before it sends is told; others may find the connection closed while they send.
    HttpResponse<String> large =
        client.send(
            request(CHAT)
                .expectContinue(true)
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        ASK + " ".repeat(OpenAiProxy.BODY_BYTES_MAX)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(models.asked).isEmpty();
    assertThat(isNothingSetAside()).isTrue();
  }

  @Test
  void largeBodiesThatAreRefusedLeaveRoomForOthers() throws Exception {
    String refused = "{\"model\":5,\"prompt\":\"%s\"}".formatted("x".repeat(4_000_000));
    for (int i = 0; i < 3; i++) {
      assertThat(post(CHAT, refused).statusCode()).isEqualTo(400);
    }
    models.next((asked, wire) -> wire.json(200, TOLD));
    assertThat(post(CHAT, ASK).statusCode()).isEqualTo(200);
  }

  @Test
  void theSidecarsKeyOpensItsDoorAndGoesNoFurther() throws Exception {
    HttpResponse<String> wrong =
        client.send(
            request(CHAT)
                .header("x-bursar-key", "guessed")
                .POST(HttpRequest.BodyPublishers.ofString(ASK))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(error(wrong).path("message").asText())
        .isEqualTo("x-bursar-key is not the sidecar's key");
    HttpResponse<String> leaking =
        client.send(
            request(CHAT)
                .setHeader("Authorization", "Bearer own-key")
                .POST(HttpRequest.BodyPublishers.ofString(ASK))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(leaking.statusCode()).isEqualTo(400);
    assertThat(models.asked).isEmpty();
    models.next((asked, wire) -> wire.json(200, TOLD));
    HttpResponse<String> right =
        client.send(
            request(CHAT)
                .header("x-bursar-key", "own-key")
                .POST(HttpRequest.BodyPublishers.ofString(ASK))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(right.statusCode()).isEqualTo(200);
    assertThat(models.asked.getFirst().headers()).doesNotContainKey("x-bursar-key");
  }
}
