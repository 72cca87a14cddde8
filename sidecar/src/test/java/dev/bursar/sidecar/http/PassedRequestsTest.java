package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.server.DecisionTurns;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed on to a server that does not answer, where the fail mode lets pass. */
@Timeout(60)
final class PassedRequestsTest {

  private static final String BODY =
      "{'subject':{'org':'%s'},'feature':'chat','amount':'2','credit_type':'platform','commit':%s}";

  /** None of them may have all turns; together they can. */
  private static final List<String> ORGS = List.of("acme", "beta", "gamma", "delta");

  /** What is said of each of them. */
  private static final String EVERYBODY = "subject";

  /** One that waits for a turn as any other. */
  private static final String ANOTHER = "omega";

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private final ModelServer model = new ModelServer(1_000);
  private LocalRoutes routes;

  @BeforeEach
  void start() throws IOException {
    routes =
        new LocalRoutes(SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()), model, directory);
    for (String org : ORGS) {
      routes.sidecar.terms(org).toCompletableFuture().join();
    }
    routes.sidecar.terms(ANOTHER).toCompletableFuture().join();
    model.away(true);
  }

  @AfterEach
  void stop() {
    routes.close();
  }

  private HttpResponse answer(int port, boolean commit) throws Exception {
    return LocalRoutes.come(
        routes
            .passing(port)
            .answer(
                reservation("acme", commit).addHeader(RawHeader.create("X-Request-Id", "r-1"))));
  }

  private static HttpRequest reservation(String org, boolean commit) {
    return LocalRoutes.post("/v1/reservations", BODY.formatted(org, commit).replace('\'', '"'));
  }

  @Test
  void whatWasSentMayHaveBeenChargedWhereTheConnectionBreaks() throws Exception {
    try (ServerSocket breaking = new ServerSocket(0, 8, LOOPBACK)) {
      CompletableFuture<Void> broke = CompletableFuture.runAsync(() -> readAndBreak(breaking));
      HttpResponse answer = answer(breaking.getLocalPort(), true);
      broke.join();
      assertThat(answer.status().intValue()).as(LocalRoutes.text(answer)).isEqualTo(503);
      assertThat(LocalRoutes.text(answer)).contains("\"request_id\":\"r-1\"");
      CompletableFuture<Void> again = CompletableFuture.runAsync(() -> readAndBreak(breaking));
      assertThat(LocalRoutes.text(answer(breaking.getLocalPort(), false)))
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

  /** Where nobody listens. */
  private static int nobody() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
      return free.getLocalPort();
    }
  }

  @Test
  void whatCouldNotBeSentIsDecidedHere() throws Exception {
    HttpResponse answer = answer(nobody(), true);
    assertThat(LocalRoutes.text(answer))
        .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
    assertThat(answer.getHeader("X-Request-Id").map(HttpHeader::value)).contains("r-1");
  }

  @Test
  void whatTheTermsDenyWasDecidedByWhatTheServerHasToldOf() throws Exception {
    // given
    model.away(false);
    model.freezeOrg("frozen by ops");
    routes.sidecar.terms("frosty").toCompletableFuture().join();
    model.away(true);
    // when
    HttpResponse answer =
        LocalRoutes.come(routes.passing(nobody()).answer(reservation("frosty", true)));
    // then
    assertThat(LocalRoutes.text(answer)).contains("\"code\":\"frozen\"", "\"source\":\"lease\"");
  }

  @Test
  void whatTheFailModeLetsPassAndCanNotBeKeptIsNotTheServersFault() throws Exception {
    // given
    routes.sidecar.file().close();
    // when
    HttpResponse answer = answer(nobody(), true);
    // then
    assertThat(answer.status().intValue()).isEqualTo(503);
    assertThat(LocalRoutes.text(answer)).contains("\"code\":\"usage_file_away\"");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void aServerThatDecidesNothingNowIsAway(int status) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            byte[] body = "{\"code\":\"stopping\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    try {
      assertThat(LocalRoutes.text(answer(server.getAddress().getPort(), false)))
          .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
      assertThat(answer(server.getAddress().getPort(), true).status().intValue())
          .as("a one-shot may have been charged")
          .isEqualTo(status);
    } finally {
      server.stop(0);
    }
  }

  /** No route of the sidecar's own: it reaches the server as it came, and so does the answer. */
  @Test
  void aTeamsWalletIsPutThroughASidecar(@TempDir Path other) throws Exception {
    // given
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(exchange.getRequestMethod() + ' ' + exchange.getRequestURI() + ' ' + body);
            for (String name : List.of("Authorization", "Idempotency-Key")) {
              asked.add(exchange.getRequestHeaders().getFirst(name));
            }
            byte[] answer = "{\"id\":\"lab\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    // when
    String wallet = "{\"owner\":{\"type\":\"team\",\"id\":\"research\"}}";
    try (LocalRoutes before =
        new LocalRoutes(SidecarSettings.USUAL, model, other, server.getAddress().getPort())) {
      HttpResponse answer =
          before.answer(
              LocalRoutes.post("/v1/orgs/acme/wallets/lab", wallet)
                  .withMethod(HttpMethods.PUT)
                  .addHeader(RawHeader.create("Idempotency-Key", "k-1")));
      // then
      assertThat(asked)
          .containsExactly("PUT /v1/orgs/acme/wallets/lab " + wallet, "Bearer secret", "k-1");
      assertThat(answer.status().intValue()).isEqualTo(200);
      assertThat(LocalRoutes.text(answer)).isEqualTo("{\"id\":\"lab\"}");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aBodyThatTurnsOutTooLargeIsSaidToBeThat() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    try {
      ByteString part = ByteString.fromString("x".repeat(1 << 20));
      HttpRequest chunked =
          HttpRequest.POST("/v1/events")
              .withEntity(
                  HttpEntities.createChunked(
                      ContentTypes.APPLICATION_JSON, Source.repeat(part).take(17)));
      HttpResponse answer =
          LocalRoutes.come(routes.passing(server.getAddress().getPort()).answer(chunked));
      assertThat(answer.status().intValue()).as(LocalRoutes.text(answer)).isEqualTo(413);
      assertThat(LocalRoutes.text(answer)).contains("\"code\":\"too_large\"");
    } finally {
      server.stop(0);
    }
  }

  /** What a server is asked for, and when it answers. */
  private static final class Holding implements AutoCloseable {

    private static final String DENIAL = "{\"decision\":\"deny\",\"status\":\"denied\"}";

    private final HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** So many decisions may be answered. */
    final Semaphore answering = new Semaphore(0);

    final AtomicInteger decisions = new AtomicInteger();

    /** What it says to those. */
    volatile int status = 200;

    /** Whether streams are not answered. */
    volatile boolean isMute;

    /** Of whom it can't decide anything, and says so. */
    volatile String lost = "nobody";

    /** So many commits may be answered. */
    final Semaphore ending = new Semaphore(0);

    final AtomicInteger endings = new AtomicInteger();
    final AtomicInteger downloads = new AtomicInteger();

    /** What it says to commits and events. */
    volatile int settledAs = 200;

    private final CountDownLatch ended = new CountDownLatch(1);

    private void settle(HttpExchange exchange) throws IOException {
      endings.incrementAndGet();
      ending.acquireUninterruptibly();
      answer(exchange, settledAs, "{\"status\":\"committed\"}");
    }

    Holding() throws IOException {
      server.setExecutor(threads);
      server.createContext("/", exchange -> answer(exchange, 200, DENIAL));
      server.createContext(
          "/v1/reservations",
          exchange -> {
            String asked =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            decisions.incrementAndGet();
            answering.acquireUninterruptibly();
            if (asked.contains(lost)) {
              answer(exchange, 503, "{\"code\":\"unreachable\"}");
            } else {
              answer(exchange, status, DENIAL);
            }
          });
      server.createContext("/v1/reservations/", this::settle);
      server.createContext("/v1/events", this::settle);
      server.createContext(
          "/v1/exports",
          exchange -> {
            try (exchange) {
              downloads.incrementAndGet();
              ended.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      server.createContext(
          "/v1/leases/stream",
          exchange -> {
            try (exchange) {
              if (isMute) {
                ended.await();
              }
              exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write("event: hello\n\n".getBytes(StandardCharsets.UTF_8));
              exchange.getResponseBody().flush();
              ended.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
      try (exchange) {
        exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
      }
    }

    @Override
    public void close() {
      answering.release(Integer.MAX_VALUE / 4);
      ending.release(Integer.MAX_VALUE / 4);
      ended.countDown();
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private static CompletionStage<HttpResponse> ask(
      PassedRequests passing, String org, boolean commit) {
    return passing.answer(reservation(org, commit));
  }

  private static CompletionStage<HttpResponse> ask(PassedRequests passing, boolean commit) {
    return ask(passing, "acme", commit);
  }

  private static void isBusy(HttpResponse answer) {
    assertThat(answer.status().intValue()).as(answer.toString()).isEqualTo(503);
    assertThat(LocalRoutes.text(answer)).contains("\"code\":\"busy\"");
    assertThat(answer.getHeader("Retry-After")).isPresent();
  }

  private static HttpResponse stream(PassedRequests passing) {
    return passing
        .answer(HttpRequest.GET("/v1/leases/stream?sidecar=x"))
        .toCompletableFuture()
        .join();
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void streamsHaveAFewPlacesOfTheirOwnAndTakeNoneOfOthers() throws Exception {
    try (Holding server = new Holding()) {
      server.answering.release(1);
      PassedRequests passing = routes.passing(server.port());
      List<HttpResponse> streams = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        HttpResponse stream = stream(passing);
        assertThat(stream.status().intValue()).isEqualTo(200);
        streams.add(stream);
      }
      for (int i = 0; i < 100; i++) {
        isBusy(stream(passing));
      }
      isDecidedThere(LocalRoutes.come(ask(passing, true)));
      assertThat(LocalRoutes.come(passing.answer(HttpRequest.GET("/v1/orgs"))).status().intValue())
          .isEqualTo(200);
      routes.hangUp(streams.getFirst());
      until(() -> stream(passing).status().intValue() == 200);
    }
  }

  @Test
  void nobodyWaitsForAServerThatIsKnownToBeSilent() throws Exception {
    try (Holding server = new Holding()) {
      PassedRequests passing = routes.passing(server.port());
      routes.model.silent(true);
      HttpResponse refused = LocalRoutes.come(passing.answer(HttpRequest.GET("/v1/orgs")));
      assertThat(refused.status().intValue()).isEqualTo(503);
      assertThat(LocalRoutes.text(refused)).contains("\"code\":\"server_away\"");
      routes.model.silent(false);
      assertThat(LocalRoutes.come(passing.answer(HttpRequest.GET("/v1/orgs"))).status().intValue())
          .isEqualTo(200);
    }
  }

  @Test
  void streamsOfAServerThatIsGoneKeepNoPlaces() throws Exception {
    try (Holding server = new Holding()) {
      PassedRequests passing = routes.passing(server.port(), Duration.ofSeconds(1), LONG);
      server.isMute = true;
      for (int i = 0; i < 16; i++) {
        passing.answer(HttpRequest.GET("/v1/leases/stream?sidecar=x"));
      }
      isBusy(stream(passing));
      server.isMute = false;
      until(() -> stream(passing).status().intValue() == 200);
    }
  }

  private static List<CompletionStage<HttpResponse>> ask(PassedRequests passing, int times) {
    return IntStream.range(0, times)
        .mapToObj(i -> ask(passing, ORGS.get(i % ORGS.size()), i / ORGS.size() % 2 == 0))
        .toList();
  }

  private static List<CompletionStage<HttpResponse>> askForAnother(PassedRequests passing) {
    return IntStream.range(0, 5).mapToObj(i -> ask(passing, ANOTHER, i % 2 == 0)).toList();
  }

  /** As many as may be asked for at once, none of which is answered yet. */
  private static List<CompletionStage<HttpResponse>> askAll(
      PassedRequests passing, Holding server) {
    List<CompletionStage<HttpResponse>> all = ask(passing, DecisionTurns.AT_ONCE);
    until(() -> server.decisions.get() == DecisionTurns.AT_ONCE);
    return all;
  }

  /** What has waited in vain has not reached it since, when another does. */
  private static void hasOnlyHeardOf(int decisions, PassedRequests passing, Holding server)
      throws Exception {
    server.answering.release(Integer.MAX_VALUE / 2);
    isDecidedThere(LocalRoutes.come(ask(passing, true)));
    assertThat(server.decisions.get()).isEqualTo(decisions + 1);
  }

  private static void isDecidedThere(HttpResponse answer) {
    assertThat(LocalRoutes.text(answer))
        .contains("\"decision\":\"deny\"")
        .doesNotContain("\"source\"");
  }

  @Test
  void whatTooManyWaitForIsNotDecidedHereWhileTheServerIsThere() throws Exception {
    try (Holding server = new Holding()) {
      PassedRequests passing = routes.passing(server.port(), LONG, LONG);
      askAll(passing, server);
      ask(passing, DecisionTurns.WAITING_MAX);
      isBusy(LocalRoutes.come(ask(passing, true)));
      isBusy(LocalRoutes.come(ask(passing, false)));
      assertThat(routes.sidecar.meters().uncheckedAllowed()).isZero();
    }
  }

  @Test
  void whatWaitsInVainForAServerThatDecidesIsNotDecidedHereAndNeverSent() throws Exception {
    try (Holding server = new Holding()) {
      PassedRequests passing = routes.passing(server.port(), LONG, Duration.ofSeconds(3));
      List<CompletionStage<HttpResponse>> first = askAll(passing, server);
      List<CompletionStage<HttpResponse>> waiting = askForAnother(passing);
      server.answering.release();
      until(() -> server.decisions.get() == DecisionTurns.AT_ONCE + 1);
      for (CompletionStage<HttpResponse> each : waiting.subList(1, 5)) {
        isBusy(LocalRoutes.come(each));
      }
      assertThat(routes.sidecar.meters().uncheckedAllowed()).isZero();
      hasOnlyHeardOf(DecisionTurns.AT_ONCE + 1, passing, server);
      for (CompletionStage<HttpResponse> each : first) {
        isDecidedThere(LocalRoutes.come(each));
      }
    }
  }

  @Test
  void whatTheServerCantDecideForOneOrgKeepsNoOtherFromItsTurn() throws Exception {
    try (Holding server = new Holding()) {
      // given
      server.lost = "beta";
      PassedRequests passing = routes.passing(server.port(), LONG, LONG);
      List<CompletionStage<HttpResponse>> lost =
          IntStream.range(0, 100).mapToObj(i -> ask(passing, "beta", false)).toList();
      int atOnce = DecisionTurns.AT_ONCE / 4;
      until(() -> server.decisions.get() >= atOnce);
      server.answering.release();
      assertThat(
              LocalRoutes.text(
                  CompletableFuture.anyOf(
                          lost.stream()
                              .map(CompletionStage::toCompletableFuture)
                              .toArray(CompletableFuture[]::new))
                      .thenApply(HttpResponse.class::cast)
                      .get(30, TimeUnit.SECONDS)))
          .as("its own fail mode decides of what the server can't decide")
          .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
      // when
      CompletionStage<HttpResponse> other = ask(passing, "acme", false);
      // then: an org that is not answered is not asked for as much as before.
      until(() -> server.decisions.get() == atOnce + 1);
      server.lost = "nobody";
      server.answering.release(Integer.MAX_VALUE / 2);
      isDecidedThere(LocalRoutes.come(other));
    }
  }

  @Test
  void whoWaitsInVainIsNotDecidedHereSinceTheServerCantDecideForAnother() throws Exception {
    try (Holding server = new Holding()) {
      // given
      server.lost = EVERYBODY;
      PassedRequests passing = routes.passing(server.port(), LONG, Duration.ofSeconds(3));
      askAll(passing, server);
      List<CompletionStage<HttpResponse>> waiting = askForAnother(passing);
      // when
      server.answering.release();
      until(() -> server.decisions.get() == DecisionTurns.AT_ONCE + 1);
      // then
      for (CompletionStage<HttpResponse> each : waiting.subList(1, 5)) {
        isBusy(LocalRoutes.come(each));
      }
    }
  }

  private static CompletionStage<HttpResponse> commit(PassedRequests passing) {
    return passing.answer(
        LocalRoutes.post("/v1/reservations/rsv_acme_main_1/commit", "{\"amount\":\"1\"}"));
  }

  @Test
  void commitsOfTheServersReservationsWaitForNobodysDownloads() throws Exception {
    try (Holding server = new Holding()) {
      // given
      PassedRequests passing = routes.passing(server.port());
      for (int i = 0; i < 64; i++) {
        passing.answer(HttpRequest.GET("/v1/exports"));
      }
      until(() -> server.downloads.get() == 64);
      // when
      server.ending.release();
      HttpResponse answer = LocalRoutes.come(commit(passing));
      // then
      assertThat(LocalRoutes.text(answer)).contains("committed");
    }
  }

  @Test
  void aCommitThatHasWaitedForItsTurnInVainIsBusyAndNeverSent() throws Exception {
    try (Holding server = new Holding()) {
      // given
      PassedRequests passing = routes.passing(server.port(), LONG, Duration.ofSeconds(1));
      List<CompletionStage<HttpResponse>> first =
          IntStream.range(0, 16).mapToObj(i -> commit(passing)).toList();
      until(() -> server.endings.get() == 16);
      // when
      isBusy(LocalRoutes.come(commit(passing)));
      // then
      server.ending.release(Integer.MAX_VALUE / 2);
      for (CompletionStage<HttpResponse> each : first) {
        assertThat(LocalRoutes.text(LocalRoutes.come(each))).contains("committed");
      }
      assertThat(LocalRoutes.text(LocalRoutes.come(commit(passing)))).contains("committed");
      assertThat(server.endings.get()).isEqualTo(17);
    }
  }

  /** They may be of many orgs: that the server can't record those of one says nothing of others. */
  @Test
  void eventsThatAreNotRecordedTakeNoTurnsFromOthers() throws Exception {
    try (Holding server = new Holding()) {
      // given
      PassedRequests passing = routes.passing(server.port());
      HttpRequest events = LocalRoutes.post("/v1/events", "[]");
      server.settledAs = 503;
      server.ending.release();
      assertThat(LocalRoutes.come(passing.answer(events)).status().intValue()).isEqualTo(503);
      // when
      List<CompletionStage<HttpResponse>> all =
          Stream.generate(() -> passing.answer(events)).limit(16).toList();
      // then
      until(() -> server.endings.get() == 17);
      server.ending.release(16);
      for (CompletionStage<HttpResponse> each : all) {
        LocalRoutes.come(each);
      }
    }
  }

  @Test
  void whoIsRefusedIsAnsweredOnceItsBodyHasCome() throws Exception {
    // given
    CompletableFuture<ByteString> rest = new CompletableFuture<>();
    HttpRequest request =
        LocalRoutes.post("/v1/events", "")
            .withEntity(
                HttpEntities.createChunked(
                    ContentTypes.APPLICATION_JSON, Source.completionStage(rest)));
    routes.model.silent(true);
    // when
    CompletableFuture<HttpResponse> answer =
        routes.passing(nobody()).answer(request).toCompletableFuture();
    // then
    assertThat(answer).isNotDone();
    rest.complete(ByteString.fromString("[]"));
    assertThat(LocalRoutes.text(LocalRoutes.come(answer))).contains("\"code\":\"server_away\"");
  }

  @Test
  void whatWaitsForAServerOfWhichAGatewaySaysThatItIsAwayIsDecidedHere() throws Exception {
    try (Holding server = new Holding()) {
      server.status = 504;
      PassedRequests passing = routes.passing(server.port(), LONG, Duration.ofSeconds(3));
      askAll(passing, server);
      List<CompletionStage<HttpResponse>> waiting = askForAnother(passing);
      server.answering.release();
      until(() -> server.decisions.get() == DecisionTurns.AT_ONCE + 1);
      for (CompletionStage<HttpResponse> each : waiting.subList(1, 5)) {
        assertThat(LocalRoutes.text(LocalRoutes.come(each)))
            .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
      }
    }
  }

  @Test
  void whatWaitsForAServerThatDecidesNothingIsDecidedHereAndNeverSent() throws Exception {
    try (Holding server = new Holding()) {
      PassedRequests passing = routes.passing(server.port(), LONG, Duration.ofSeconds(2));
      askAll(passing, server);
      for (CompletionStage<HttpResponse> each : ask(passing, 5)) {
        assertThat(LocalRoutes.text(LocalRoutes.come(each)))
            .as("none that was sent was answered")
            .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
      }
      hasOnlyHeardOf(DecisionTurns.AT_ONCE, passing, server);
    }
  }

  @Test
  void whatTheServerHasAndDoesNotAnswerHoldsUpNoOtherForLong() throws Exception {
    try (Holding server = new Holding()) {
      PassedRequests passing = routes.passing(server.port(), Duration.ofSeconds(2), LONG);
      List<CompletionStage<HttpResponse>> all = askAll(passing, server);
      HttpResponse charging = LocalRoutes.come(all.get(0));
      assertThat(LocalRoutes.text(charging))
          .as("it may have been charged")
          .contains("\"code\":\"server_away\"");
      assertThat(LocalRoutes.text(LocalRoutes.come(all.get(ORGS.size()))))
          .contains("\"decision\":\"allow\"", "\"source\":\"unchecked\"");
      hasOnlyHeardOf(DecisionTurns.AT_ONCE, passing, server);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatTheTermsSayCantBeChargedIsRefusedAsTheServerDoes(boolean commit) throws Exception {
    String unknown = BODY.replace("platform", "bogus").formatted("acme", commit);
    HttpResponse answer =
        LocalRoutes.come(
            routes
                .passing(nobody())
                .answer(LocalRoutes.post("/v1/reservations", unknown.replace('\'', '"'))));
    assertThat(answer.status().intValue()).as(LocalRoutes.text(answer)).isEqualTo(400);
    assertThat(LocalRoutes.text(answer))
        .contains("\"code\":\"unknown_credit_type\"", "\"field\":\"credit_type\"");
  }
}
