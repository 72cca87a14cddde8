package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.api.http.Reply;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.usage.CallKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
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

/** The server's own routes, answered from leases. */
@Timeout(60)
final class EnforcementRoutesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LONGER = "{\"ttl_seconds\":500}";
  private static final String WORK = "{\"amount\":\"1\"}";

  @TempDir private Path directory;
  private final ModelServer model = new ModelServer(1_000);
  private LocalRoutes routes;

  @BeforeEach
  void start() throws IOException {
    routes = new LocalRoutes(SidecarSettings.USUAL, model, directory);
  }

  @AfterEach
  void stop() {
    routes.close();
  }

  private HttpResponse post(String path, String body, String key) throws Exception {
    return routes.answer(
        LocalRoutes.post(path, body).addHeader(RawHeader.create("Idempotency-Key", key)));
  }

  /** Its body is on its way: so much has come, and the rest is yet to. */
  private static HttpRequest sending(
      int bytes, AtomicInteger arrived, CompletableFuture<ByteString> rest) {
    return HttpRequest.POST("/v1/reservations")
        .withEntity(
            HttpEntities.createChunked(
                ContentTypes.APPLICATION_JSON,
                Source.single(ByteString.fromString("x".repeat(bytes)))
                    .concatLazy(
                        Source.lazySource(
                            () -> {
                              arrived.incrementAndGet();
                              return Source.completionStage(rest);
                            }))));
  }

  private static final RawHeader OWN = RawHeader.create("Authorization", "Bearer secret");

  @Test
  void nobodysBodyIsTakenIntoMemoryBeforeItsKeyIsKnown() throws Exception {
    // given
    HttpRequest large =
        sending(
            2 << 20,
            new AtomicInteger(),
            CompletableFuture.completedFuture(ByteString.emptyByteString()));
    // when
    HttpResponse answer = routes.answer(large);
    // then
    assertThat(answer.status().intValue()).as(LocalRoutes.text(answer)).isEqualTo(401);
  }

  @Test
  void bodiesThatAreOnTheirWayAreBoundedTogether() throws Exception {
    // given
    int bytes = 1_000_000;
    AtomicInteger arrived = new AtomicInteger();
    CompletableFuture<ByteString> rest = new CompletableFuture<>();
    List<CompletableFuture<HttpResponse>> all =
        IntStream.range(0, 12)
            .mapToObj(i -> routes.begin(sending(bytes, arrived, rest).addHeader(OWN)))
            .toList();
    while (arrived.get() < 12) {
      LockSupport.parkNanos(1_000_000);
    }
    // when
    rest.complete(ByteString.fromString("x"));
    // then
    List<Integer> statuses = new ArrayList<>();
    for (CompletableFuture<HttpResponse> each : all) {
      statuses.add(LocalRoutes.come(each).status().intValue());
    }
    assertThat(statuses).containsOnly(400, 429);
    assertThat(statuses).filteredOn(status -> status == 400).hasSize(10);
    HttpResponse again =
        routes.answer(
            sending(bytes, arrived, CompletableFuture.completedFuture(ByteString.emptyByteString()))
                .addHeader(OWN));
    assertThat(again.status().intValue()).as("there is room again").isEqualTo(400);
  }

  private static String body(String org) {
    return """
    {"subject": {"org": "%s"}, "feature": "chat", "amount": "2", "credit_type": "platform"}
    """
        .formatted(org);
  }

  /** There is no lease that it could come from. */
  @Test
  void whatIsDeniedSinceNothingCanBeDecidedComesFromNoLease() throws Exception {
    // given
    model.refuseTerms(true);
    // when
    JsonNode answer = JSON.readTree(LocalRoutes.text(post("/v1/reservations", body("acme"), "k")));
    // then
    assertThat(answer.at("/denials/0/code").asText()).isEqualTo("key_refused");
    assertThat(answer.path("source").asText()).isEqualTo("none");
  }

  private String reserve(String org, String key) throws Exception {
    return JSON.readTree(LocalRoutes.text(post("/v1/reservations", body(org), key)))
        .path("reservation_id")
        .asText();
  }

  @Test
  void theKeysOfOneOrgAreNotThoseOfAnother() throws Exception {
    String acme = reserve("acme", "k");
    String zeta = reserve("zeta", "k");
    assertThat(Sidecar.org(acme)).isEqualTo("acme");
    assertThat(Sidecar.org(zeta)).isEqualTo("zeta");
    stop();
    start();
    assertThat(reserve("acme", "k")).as("in another life, too").isEqualTo(acme);
    assertThat(reserve("zeta", "k")).isEqualTo(zeta);
  }

  @Test
  void whatIsProlongedOnceIsAnsweredAsItWasInAnotherLifeToo() throws Exception {
    String reservation = "/v1/reservations/" + reserve("acme", "a");
    HttpResponse first = post(reservation + "/extend", LONGER, "e");
    String answer = LocalRoutes.text(first);
    assertThat(JSON.readTree(answer).path("status").asText()).as(answer).isEqualTo("open");
    Instant until = Instant.parse(JSON.readTree(answer).path("expires_at").asText());
    assertThat(expiresAt(reservation)).isCloseTo(until, within(1, ChronoUnit.SECONDS));
    HttpResponse again = post(reservation + "/extend", LONGER, "e");
    assertThat(LocalRoutes.text(again)).isEqualTo(answer);
    assertThat(again.getHeader("Idempotency-Replayed")).isPresent();
    assertThat(post(reservation + "/extend", LONGER.replace('5', '4'), "e").status().intValue())
        .isEqualTo(422);
    stop();
    start();
    assertThat(expiresAt(reservation))
        .as("it lives as long as was answered")
        .isCloseTo(until, within(1, ChronoUnit.SECONDS));
    assertThat(LocalRoutes.text(post(reservation + "/extend", LONGER, "e"))).isEqualTo(answer);
  }

  private void forgetAll() {
    for (int i = 0; i < 6_000; i++) {
      Reply kilobyte = Reply.ok(json -> json.field("text", "x".repeat(1_000)));
      routes.known.recovered(new CallKey("reserve acme k" + i, i), kilobyte);
    }
  }

  /** A UUID of version 7. */
  private static String madeAt(Instant time) {
    long millis = time.toEpochMilli();
    return "%08x-%04x-7000-8000-000000000001".formatted(millis >> 16, millis & 0xffff);
  }

  @Test
  void aKeyThatTellsItsTimeIsNotTakenForNewOnceItIsForgotten() throws Exception {
    Instant now = Instant.now();
    String used = madeAt(now.minusSeconds(10));
    String first = reserve("acme", used);
    assertThat(reserve("acme", used)).isEqualTo(first);
    HttpResponse ahead = post("/v1/reservations", body("acme"), madeAt(now.plusSeconds(240)));
    assertThat(ahead.status().intValue()).as("as at the server").isEqualTo(400);
    assertThat(JSON.readTree(LocalRoutes.text(ahead)).path("field").asText())
        .isEqualTo("Idempotency-Key");
    forgetAll();
    HttpResponse again = post("/v1/reservations", body("acme"), used);
    assertThat(again.status().intValue()).isEqualTo(409);
    assertThat(JSON.readTree(LocalRoutes.text(again)).path("code").asText())
        .isEqualTo("idempotency_key_expired");
    assertThat(reserve("acme", madeAt(now))).as("it was made later").isNotEmpty();
    assertThat(reserve("zeta", used)).as("nothing of it is forgotten").isNotEmpty();
    assertThat(reserve("acme", "untimed")).isNotEmpty();
  }

  @Test
  void whatIsOpenIsEndedUnderAnyKey() throws Exception {
    String used = madeAt(Instant.now().minusSeconds(10));
    String committed = "/v1/reservations/" + reserve("acme", used);
    String released = "/v1/reservations/" + reserve("acme", "untimed");
    assertThat(post(released + "/release", "{}", used).status().intValue()).isEqualTo(200);
    forgetAll();
    assertThat(post("/v1/reservations", body("acme"), used).status().intValue())
        .as("it is forgotten")
        .isEqualTo(409);
    assertThat(post(committed + "/extend", LONGER, used).status().intValue()).isEqualTo(200);
    assertThat(post(committed + "/commit", WORK, used).status().intValue()).isEqualTo(200);
    HttpResponse again = post(released + "/release", "{}", used);
    assertThat(JSON.readTree(LocalRoutes.text(again)).path("code").asText())
        .as("a reservation ends once")
        .isEqualTo("reservation_finalized");
  }

  @Test
  void whatIsOpenIsEndedUnderAnyKeyInAnotherLifeToo() throws Exception {
    String used = madeAt(Instant.now().minusSeconds(10));
    String reservation = "/v1/reservations/" + reserve("acme", used);
    stop();
    Path first;
    try (Stream<Path> files = Files.list(directory)) {
      first = files.filter(it -> it.toString().endsWith(".usage")).findFirst().orElseThrow();
    }
    String second = first.getFileName().toString().replace("1.usage", "2.usage");
    Files.move(first, first.resolveSibling(second));
    start();
    String other = madeAt(Instant.now().minusSeconds(9));
    assertThat(post("/v1/reservations", body("acme"), other).status().intValue())
        .as("it may be in the part that is gone")
        .isEqualTo(409);
    assertThat(post(reservation + "/commit", WORK, used).status().intValue()).isEqualTo(200);
  }

  private JsonNode find(String reservation) throws Exception {
    HttpRequest request =
        HttpRequest.GET(reservation).addHeader(RawHeader.create("Authorization", "Bearer secret"));
    return JSON.readTree(LocalRoutes.text(routes.answer(request)));
  }

  private Instant expiresAt(String reservation) throws Exception {
    return Instant.parse(find(reservation).path("expires_at").asText());
  }

  @Test
  void whatHasExpiredIsFoundAsItWas() throws Exception {
    String shortly = body("acme").replace("\"feature\"", "\"ttl_seconds\": 1, \"feature\"");
    JsonNode made = JSON.readTree(LocalRoutes.text(post("/v1/reservations", shortly, "s")));
    String reservation = "/v1/reservations/" + made.path("reservation_id").asText();
    JsonNode found = find(reservation);
    while (found.path("status").asText().equals("open")) {
      found = find(reservation);
    }
    assertThat(found.path("status").asText()).as(found.toString()).isEqualTo("expired");
    assertThat(found.path("amount").asText()).isEqualTo("2");
    assertThat(found.at("/subject/org").asText()).isEqualTo("acme");
  }

  @Test
  void whatIsChargedAtOnceIsFoundAsLongAsItsAnswerIsKnown() throws Exception {
    // given
    String once = body("acme").replace("\"feature\"", "\"commit\": true, \"feature\"");
    JsonNode made = JSON.readTree(LocalRoutes.text(post("/v1/reservations", once, "o")));
    String reservation = "/v1/reservations/" + made.path("reservation_id").asText();
    reserve("acme", "another");
    // then
    assertThat(find(reservation)).isEqualTo(made);
    assertThat(made.path("status").asText()).isEqualTo("committed");
    stop();
    start();
    assertThat(find(reservation)).as("in another life, too").isEqualTo(made);
    assertThat(find(reservation + "1").path("code").asText()).isEqualTo("reservation_not_found");
    forgetAll();
    assertThat(find(reservation).path("code").asText()).isEqualTo("reservation_not_found");
  }

  @Test
  void whatHasEndedIsNotEndedOtherwiseInAnotherLifeEither() throws Exception {
    String committed = "/v1/reservations/" + reserve("acme", "a");
    String released = "/v1/reservations/" + reserve("acme", "b");
    assertThat(post(committed + "/commit", WORK, "c").status().intValue()).isEqualTo(200);
    assertThat(post(released + "/release", "{}", "r").status().intValue()).isEqualTo(200);
    assertThat(find(committed).path("status").asText()).isEqualTo("committed");
    assertThat(find(released).path("status").asText()).isEqualTo("released");
    stop();
    start();
    assertThat(find(committed).path("status").asText()).isEqualTo("committed");
    assertThat(find(released).path("status").asText()).isEqualTo("released");
    assertThat(find(released.replace(".", ".x")).path("code").asText())
        .isEqualTo("reservation_not_found");
    assertThat(post(committed + "/commit", WORK, "c").status().intValue())
        .as("as before")
        .isEqualTo(200);
    for (String[] again :
        new String[][] {
          {committed + "/commit", WORK},
          {committed + "/release", "{}"},
          {released + "/commit", WORK},
          {committed + "/extend", "{\"ttl_seconds\":60}"}
        }) {
      HttpResponse answer = post(again[0], again[1], "another");
      assertThat(answer.status().intValue()).as(again[0]).isEqualTo(409);
      JsonNode problem = JSON.readTree(LocalRoutes.text(answer));
      assertThat(problem.path("code").asText()).isEqualTo("reservation_finalized");
    }
    assertThat(
            post("/v1/reservations/" + Sidecar.RESERVATION + "acme_none.1/commit", WORK, "x")
                .status()
                .intValue())
        .isEqualTo(404);
  }
}
