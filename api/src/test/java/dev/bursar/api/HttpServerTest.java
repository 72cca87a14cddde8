package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.bursar.api.http.Refusing;
import dev.bursar.api.http.UnderWay;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that stops while answers are on their way. */
@Timeout(60)
final class HttpServerTest {

  /** Longer than the test may take. */
  private static final Duration NEVER = Duration.ofMinutes(5);

  private static final long LENGTH = 10;

  /** More than goes out while nobody reads. */
  private static final int LARGE = 32 << 20;

  private final ActorSystem system =
      ActorSystem.create(
          "stopping",
          ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
              .withFallback(ConfigFactory.parseResources("http.conf"))
              .withFallback(ConfigFactory.load())
              .resolve());
  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CompletableFuture<HttpResponse> later = new CompletableFuture<>();
  private final CompletableFuture<BoundedSourceQueue<ByteString>> sending =
      new CompletableFuture<>();
  private HttpServer server;

  @BeforeEach
  void start() {
    server = HttpServer.bind(system, "127.0.0.1", 0, this::answer).toCompletableFuture().join();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request) {
    return switch (request.getUri().path()) {
      case "/chunks" -> CompletableFuture.completedStage(chunks());
      case "/length" ->
          CompletableFuture.completedStage(
              HttpResponse.create()
                  .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, LENGTH, bytes())));
      case "/large" ->
          CompletableFuture.completedStage(HttpResponse.create().withEntity("x".repeat(LARGE)));
      case "/later" -> {
        asked.countDown();
        yield later;
      }
      default -> CompletableFuture.completedStage(HttpResponse.create().withEntity("at once"));
    };
  }

  private HttpResponse chunks() {
    return HttpResponse.create()
        .withEntity(HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8, bytes()));
  }

  private Source<ByteString, NotUsed> bytes() {
    return Source.<ByteString>queue(16)
        .mapMaterializedValue(
            queue -> {
              sending.complete(queue);
              return NotUsed.getInstance();
            });
  }

  private java.net.http.HttpRequest request(String path) {
    return java.net.http.HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.address().getPort() + path))
        .POST(BodyPublishers.ofString("?"))
        .build();
  }

  private InputStream open(String path) throws Exception {
    java.net.http.HttpResponse<InputStream> answer =
        client.send(request(path), BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private Socket connected() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
  }

  private void untilNobodyGetsIn() throws IOException {
    while (true) {
      try (Socket another = connected()) {
        LockSupport.parkNanos(1_000_000);
      } catch (ConnectException e) {
        return;
      } catch (SocketException e) {
        // The system had taken it in, and nobody came for it: the next is refused.
        continue;
      }
    }
  }

  private static String exchange(Socket line) throws IOException {
    line.getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return answer(line);
  }

  private static String answer(Socket line) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("at once") && !answer.toString().endsWith("}")) {
      int each = line.getInputStream().read();
      assertThat(each).as(answer.toString()).isNotNegative();
      answer.append((char) each);
    }
    return answer.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/chunks", "/length"})
  void anAnswerWhoseHeadIsOutGoesOnToItsEndAndNothingElseIsBegun(String path) throws Exception {
    try (Socket kept = connected()) {
      assertThat(exchange(kept)).startsWith("HTTP/1.1 200");
      InputStream in = open(path);
      sending.get().offer(ByteString.fromString("Hello"));
      assertThat(in.readNBytes(5)).asString().isEqualTo("Hello");
      CompletableFuture<Done> stopped = server.stop(NEVER).toCompletableFuture();
      untilNobodyGetsIn();
      assertThat(exchange(kept))
          .startsWith("HTTP/1.1 503")
          .containsIgnoringCase("Connection: close")
          .contains("Retry-After: 1", "application/problem+json", "\"code\":\"stopping\"");
      assertThat(stopped).isNotDone();
      sending.get().offer(ByteString.fromString(", you"));
      sending.get().complete();
      assertThat(in.readAllBytes()).asString().isEqualTo(", you");
      stopped.get();
    }
  }

  @Test
  void anAnswerThatHasNotBegunIsWaitedForToItsEnd() throws Exception {
    CompletableFuture<java.net.http.HttpResponse<InputStream>> call =
        client.sendAsync(request("/later"), BodyHandlers.ofInputStream());
    asked.await();
    CompletableFuture<Done> stopped = server.stop(NEVER).toCompletableFuture();
    untilNobodyGetsIn();
    later.complete(chunks());
    sending.get().offer(ByteString.fromString("Hello"));
    assertThat(stopped).isNotDone();
    sending.get().complete();
    assertThat(call.get().body().readAllBytes()).asString().isEqualTo("Hello");
    stopped.get();
  }

  @Test
  void whatTakesTooLongIsCutOffAndWhoHasNoAnswerIsToldSo() throws Exception {
    InputStream in = open("/chunks");
    sending.get().offer(ByteString.fromString("Hello"));
    assertThat(in.readNBytes(5)).asString().isEqualTo("Hello");
    CompletableFuture<java.net.http.HttpResponse<String>> call =
        client.sendAsync(request("/later"), BodyHandlers.ofString());
    asked.await();
    server.stop(Duration.ofMillis(100)).toCompletableFuture().get();
    assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    assertThat(call.get().statusCode()).isEqualTo(503);
    assertThat(call.get().body()).contains("\"code\":\"stopping\"");
  }

  @Test
  void aLargeAnswerThatIsReadSlowlyIsWaitedForToItsEnd() throws Exception {
    InputStream in = open("/large");
    CompletableFuture<Done> stopped = server.stop(NEVER).toCompletableFuture();
    assertThatThrownBy(() -> stopped.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    assertThat(in.readAllBytes()).hasSize(LARGE);
    stopped.get();
  }

  @Test
  void whoSendsALargeBodyWhileItStopsReadsTheAnswer() throws Exception {
    try (Socket kept = connected()) {
      assertThat(exchange(kept)).startsWith("HTTP/1.1 200");
      CompletableFuture<java.net.http.HttpResponse<InputStream>> call =
          client.sendAsync(request("/later"), BodyHandlers.ofInputStream());
      asked.await();
      CompletableFuture<Done> stopped = server.stop(NEVER).toCompletableFuture();
      int bytes = 4 << 20;
      kept.getOutputStream()
          .write(
              "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
                  .formatted(bytes)
                  .getBytes(StandardCharsets.US_ASCII));
      kept.getOutputStream().write(new byte[bytes]);
      assertThat(answer(kept)).startsWith("HTTP/1.1 503");
      later.complete(HttpResponse.create().withEntity("at last"));
      assertThat(call.get().body().readAllBytes()).asString().isEqualTo("at last");
      stopped.get();
    }
  }

  @Test
  void whoIsRefusedIsWaitedForUntilAllOfItsBodyHasCome() throws Exception {
    // given
    UnderWay underWay =
        new UnderWay(
            request -> later, Refusing.STANDARD, SystemMaterializer.get(system).materializer());
    CompletionStage<HttpResponse> begun = underWay.answer(HttpRequest.create());
    CompletableFuture<Done> stopped = underWay.stop().toCompletableFuture();
    CompletableFuture<ByteString> rest = new CompletableFuture<>();
    CompletableFuture<HttpResponse> refused =
        underWay
            .answer(
                HttpRequest.POST("/")
                    .withEntity(
                        HttpEntities.createChunked(
                            ContentTypes.APPLICATION_JSON, Source.completionStage(rest))))
            .toCompletableFuture();
    // when
    later.complete(HttpResponse.create());
    begun.toCompletableFuture().get();
    // then
    assertThat(refused).isNotDone();
    assertThat(stopped).isNotDone();
    rest.complete(ByteString.fromString("{}"));
    assertThat(refused.get().status().intValue()).isEqualTo(503);
    stopped.get();
  }

  /** Whoever was to read it is gone, before it began. */
  @Test
  void nobodyWaitsForAnAnswerThatNobodyWillRead() throws Exception {
    UnderWay underWay =
        new UnderWay(
            request -> CompletableFuture.completedStage(chunks()),
            Refusing.STANDARD,
            SystemMaterializer.get(system).materializer());
    HttpResponse never = underWay.answer(HttpRequest.create()).toCompletableFuture().get();
    assertThat(never.status().intValue()).isEqualTo(200);
    CompletableFuture<Done> stopped = underWay.stop().toCompletableFuture();
    assertThat(stopped).as("it may be read yet").isNotDone();
    stopped.get();
  }
}
