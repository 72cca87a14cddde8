package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.gateway.Wishes;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import dev.bursar.sidecar.usage.Use;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server answers over HTTP, and what becomes of it. */
final class ServerOverHttpTest {

  private static final String PRICES =
      "{'credit_types':['platform'],'overage_policy':'%s','rates':[]}";

  @TempDir private Path directory;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
  private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private volatile CountDownLatch standsUntil = new CountDownLatch(0);
  private HttpServer http;
  private ServerOverHttp server;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
    server =
        new ServerOverHttp(
            URI.create("http://127.0.0.1:" + http.getAddress().getPort()), "secret", "one");
    answers.put("/v1/orgs/acme/entitlements", "{'status':'none','features':[]}");
    answers.put("/v1/orgs/acme/prices", PRICES.formatted("record"));
  }

  @AfterEach
  void stop() {
    http.stop(0);
    server.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      standsUntil.await();
      String text = answers.get(exchange.getRequestURI().getPath());
      asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      if (key != null) {
        keys.add(key);
      }
      if (text == null) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      byte[] body = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
      int status = statuses.getOrDefault(exchange.getRequestURI().getPath(), 200);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404})
  void anOrgThatIsRefusedOrWasNotAskedAboutIsNotLetPassWhileTheServerIsAway(int status)
      throws Exception {
    for (String path : List.of("/v1/orgs/zeta/entitlements", "/v1/orgs/zeta/prices")) {
      answers.put(path, "{'code':'no'}");
      statuses.put(path, status);
    }
    UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20));
    SidecarSettings allowing = SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of());
    try (Sidecar sidecar = new Sidecar(allowing, server, server, file, InstantSource.system())) {
      assertThat(sidecar.terms("zeta").toCompletableFuture().join()).isNull();
      assertThat(sidecar.terms("acme").toCompletableFuture().join()).isNotNull();
      answers.clear();
      for (String org : List.of("zeta", "another")) {
        assertThat(sidecar.reserve(of(org)).toCompletableFuture().join())
            .as(org)
            .isInstanceOf(Decision.Denied.class);
        assertThat(sidecar.unasked(of(org)).toCompletableFuture().join())
            .as(org)
            .isInstanceOfSatisfying(
                Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("server_away"));
      }
      assertThat(sidecar.reserve(of("acme")).toCompletableFuture().join())
          .isInstanceOf(Decision.Allowed.class);
      assertThat(sidecar.told()).containsExactly("acme");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404})
  void whoseOrgTheServerNoLongerTellsOfIsNotLetPassWhileItIsAway(int status) throws Exception {
    try (Sidecar sidecar = sidecar(FailMode.ALLOW)) {
      sidecar.toldBefore(List.of("zeta"));
      assertThat(sidecar.terms("acme").toCompletableFuture().join()).isNotNull();
      assertThat(sidecar.told()).containsExactly("zeta", "acme");
      for (String path : List.of("/v1/orgs/acme/entitlements", "/v1/orgs/acme/prices")) {
        answers.put(path, "{'code':'no'}");
        statuses.put(path, status);
      }
      until(() -> !sidecar.told().contains("acme"));
      answers.clear();
      assertThat(sidecar.unasked(of("acme")).toCompletableFuture().join())
          .isInstanceOf(Decision.Denied.class);
      // A key that is known no more is none's, also of orgs that nobody has asked about lately.
      assertThat(sidecar.told()).isEqualTo(status == 401 ? List.of() : List.of("zeta"));
    }
  }

  @Test
  void whomAnEarlierLifeWasToldOfIsLetPassWhileTheServerIsAway() throws Exception {
    answers.clear();
    UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20));
    SidecarSettings allowing = SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of());
    try (Sidecar sidecar = new Sidecar(allowing, server, server, file, InstantSource.system())) {
      sidecar.toldBefore(List.of("acme"));
      assertThat(sidecar.unasked(of("acme")).toCompletableFuture().join())
          .isInstanceOf(Decision.Allowed.class);
      assertThat(sidecar.unasked(of("zeta")).toCompletableFuture().join())
          .isInstanceOf(Decision.Denied.class);
      assertThat(sidecar.told()).containsExactly("acme");
    }
  }

  private static ReserveRequest of(String org) {
    return Wishes.of(
        Said.of(Map.of("org", org, "feature", "chat", "amount", "1")),
        Wishes.Mode.RESERVE,
        60,
        null);
  }

  @Test
  void whatGatewaysAskForHasTurnsAndNoOrgHasAllOfThem() throws Exception {
    // given
    standsUntil = new CountDownLatch(1);
    answers.put("/v1/reservations", "{'decision':'deny','denials':[{'code':'budget_exceeded'}]}");
    int most = (DecisionTurns.AT_ONCE + DecisionTurns.WAITING_MAX) / Turns.SHARE;
    List<CompletableFuture<Decision>> asked =
        Stream.generate(() -> server.reserve(of("acme"), "k").toCompletableFuture())
            .limit(most)
            .toList();
    // when
    Decision more = server.reserve(of("acme"), "k").toCompletableFuture().get(5, TimeUnit.SECONDS);
    CompletableFuture<Decision> other = server.reserve(of("beta"), "k").toCompletableFuture();
    // then
    assertThat(more)
        .isInstanceOfSatisfying(
            Decision.Denied.class,
            it -> {
              assertThat(it.code()).isEqualTo("busy");
              assertThat(it.isPassing()).isTrue();
            });
    standsUntil.countDown();
    for (CompletableFuture<Decision> each : asked) {
      assertThat(each.get(30, TimeUnit.SECONDS))
          .isEqualTo(new Decision.Denied("budget_exceeded", ""));
    }
    assertThat(other.get(30, TimeUnit.SECONDS))
        .isEqualTo(new Decision.Denied("budget_exceeded", ""));
  }

  @Test
  void twoOfOneNameAreTwoHolders() throws Exception {
    answers.put("/v1/leases", "{'decision':'deny'}");
    URI base = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    try (ServerOverHttp other = new ServerOverHttp(base, "secret", "one")) {
      LeaseKey acme =
          new LeaseKey(new Subject("acme", null, null, null, null, null), "chat", null, "platform");
      Ask ask = new Ask.Acquire("c1", acme, 1_000_000, Map.of(), 300, false, false);
      assertThat(server.ask(ask, List.of()).toCompletableFuture().join().told())
          .isEqualTo(new Told.Denied());
      assertThat(asked.take()).contains("\"sidecar\":\"" + server.instance() + "\"");
      other.ask(ask, List.of()).toCompletableFuture().join();
      assertThat(asked.take()).contains("\"sidecar\":\"" + other.instance() + "\"");
    }
    assertThat(server.instance()).startsWith("one#").doesNotContain(" ");
  }

  private Sidecar sidecar() throws IOException {
    return sidecar(null);
  }

  private Sidecar sidecar(@Nullable FailMode mode) throws IOException {
    SidecarSettings usual = SidecarSettings.USUAL;
    SidecarSettings quick =
        new SidecarSettings(
            usual.leases(),
            usual.waitMax(),
            Duration.ofMillis(20),
            usual.reportEvery(),
            usual.patience(),
            mode,
            Map.of(),
            false);
    UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20));
    return new Sidecar(quick, server, server, file, InstantSource.system());
  }

  private static Decision reserve(Sidecar sidecar) {
    ReserveRequest request = ModelServer.of(ModelServer.request("1", false), null);
    return sidecar.decide(request).toCompletableFuture().join();
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Ended end() {
    return server.end("rsv_1", Credits.of(1), null, "k").toCompletableFuture().join();
  }

  @Test
  void whatTheServerSaysOfACommitIsToldAndNothingElseIs() {
    String path = "/v1/reservations/rsv_1/commit";
    answers.put(path, "{'status':'committed','amount':'1','credit_type':'platform','late':true}");
    assertThat(end())
        .isInstanceOfSatisfying(
            Ended.Done.class,
            it -> {
              assertThat(it.amount()).isEqualTo(1_000_000);
              assertThat(it.late()).isTrue();
            });
    Map<Integer, Ended.Fault> faults =
        Map.of(
            400, Ended.Fault.INVALID,
            404, Ended.Fault.NOT_FOUND,
            410, Ended.Fault.EXPIRED,
            413, Ended.Fault.INVALID,
            422, Ended.Fault.INVALID);
    faults.forEach(
        (status, fault) -> {
          statuses.put(path, status);
          answers.put(path, "{'status':%d,'code':'c','detail':'so'}".formatted(status));
          assertThat(end()).as("%d", status).isEqualTo(new Ended.Refused(fault, "so"));
          answers.put(path, "{}");
          assertAway("somebody else answered " + status);
        });
    statuses.put(path, 409);
    answers.put(path, "{'status':409,'code':'reservation_finalized','detail':'so'}");
    assertThat(end()).isEqualTo(new Ended.Refused(Ended.Fault.FINALIZED, "so"));
    answers.put(path, "{'status':409,'code':'overage_rejected','detail':'so'}");
    assertThat(end()).isEqualTo(new Ended.Refused(Ended.Fault.OVERAGE, "so"));
    answers.put(path, "{'status':409,'code':'attempt_withdrawn'}");
    assertThatThrownBy(this::end)
        .satisfies(error -> assertThat(ServerAway.isUnsent(error)).isTrue())
        .cause()
        .hasMessage("the server does not end it now: attempt_withdrawn");
    for (int status : new int[] {401, 403, 429, 500, 503}) {
      statuses.put(path, status);
      answers.put(path, "{'status':%d,'code':'c'}".formatted(status));
      assertAway("the server answered " + status);
    }
    statuses.put(path, 400);
    answers.put(path, "{'status':400,'code':'invalid','field':'Idempotency-Key'}");
    assertAway("the server does not take the key k");
  }

  @Test
  void theServerIsAskedForTheOveragePolicyThatTheRequestNames() throws Exception {
    answers.put("/v1/reservations", "{'decision':'deny','denials':[{'code':'frozen'}]}");
    ReserveRequest none = ModelServer.request("2", false);
    for (ReserveRequest each : List.of(none, none.withDefault(OveragePolicy.CAP))) {
      server.reserve(each, "k").toCompletableFuture().join();
    }
    assertThat(asked.take()).doesNotContain("overage_policy");
    assertThat(asked.take()).contains("\"overage_policy\":\"cap\"");
  }

  @Test
  void aKeyThatIsRefusedIsNoFaultOfTheRequest() {
    answers.put("/v1/reservations", "{'code':'c','detail':'so'}");
    ReserveRequest request = ModelServer.request("2", false);
    for (int status : new int[] {401, 403}) {
      statuses.put("/v1/reservations", status);
      assertThat(server.reserve(request, "k").toCompletableFuture().join())
          .isEqualTo(new Decision.Denied("key_refused", "the server answered " + status));
    }
    statuses.put("/v1/reservations", 404);
    assertThat(server.reserve(request, "k").toCompletableFuture().join())
        .isEqualTo(new Decision.Denied("c", "so"));
    for (int status : new int[] {400, 409, 413, 422}) {
      statuses.put("/v1/reservations", status);
      assertThatThrownBy(() -> server.reserve(request, "k").toCompletableFuture().join())
          .cause()
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("so");
    }
    for (int status : new int[] {429, 503}) {
      statuses.put("/v1/reservations", status);
      assertThatThrownBy(() -> server.reserve(request, "k").toCompletableFuture().join())
          .cause()
          .isInstanceOf(ServerAway.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "", "<html>no such backend</html>"})
  void whatSomebodyElseAnswersDecidesNothing(String body) {
    ReserveRequest request = ModelServer.request("2", false);
    LeaseKey acme = new LeaseKey(request.subject(), "chat", null, "platform");
    Ask ask = new Ask.Acquire("c1", acme, 1_000_000, Map.of(), 300, false, false);
    List<String> paths =
        List.of(
            "/v1/reservations", "/v1/leases", "/v1/orgs/acme/prices", "/v1/orgs/acme/entitlements");
    for (int status : new int[] {302, 400, 401, 403, 404, 409, 413, 422}) {
      for (String path : paths) {
        answers.put(path, body);
        statuses.put(path, status);
      }
      assertThatThrownBy(() -> server.reserve(request, "k").toCompletableFuture().join())
          .as("%d", status)
          .cause()
          .isInstanceOf(ServerAway.class);
      assertThatThrownBy(() -> server.terms("acme", null).toCompletableFuture().join())
          .as("%d", status)
          .cause()
          .isInstanceOf(ServerAway.class);
      assertThat(server.ask(ask, List.of()).toCompletableFuture().join().told())
          .as("%d", status)
          .isEqualTo(new Told.Lost());
    }
  }

  /** Such as nginx, whose answer is a page: in halves it gets there. */
  @Test
  void aReportThatIsTooLargeForWhoeverIsOnTheWayIsTooLarge() {
    String page = "<html>413 Request Entity Too Large</html>";
    for (String path : List.of("/v1/leases/L1/report", "/v1/leases/L1/close", "/v1/events")) {
      answers.put(path, page);
      statuses.put(path, 413);
    }
    ReserveRequest work = ModelServer.request("2", true);
    Use use = new Use("u", null, Instant.EPOCH, work, null, work.amount(), "platform", 2_000_000);
    Entry.Stored one = Entry.Stored.owed(use, List.of(), null);
    List<Entry.Stored> uses = List.of(one, one);
    Told tooLarge = new Told.Refused("too_large", null);
    Ask report = new Ask.Settle("c1", "L1", 1, -1, Map.of(), 0, 300, 1);
    assertThat(server.ask(report, uses).toCompletableFuture().join().told()).isEqualTo(tooLarge);
    assertThat(server.report(uses).toCompletableFuture().join().told()).isEqualTo(tooLarge);
    assertThat(
            server
                .ask(new Ask.Close("c2", "L1", 1, true), List.of())
                .toCompletableFuture()
                .join()
                .told())
        .as("nothing is reported with it")
        .isEqualTo(new Told.Lost());
    assertThat(server.ask(report, List.of(one)).toCompletableFuture().join().told())
        .as("one use is not thrown away for it")
        .isEqualTo(new Told.Lost());
    assertThat(server.report(List.of(one)).toCompletableFuture().join().told())
        .isEqualTo(new Told.Lost());
    answers.put("/v1/events", "{'code':'too_large'}");
    assertThat(server.report(List.of(one)).toCompletableFuture().join().told())
        .as("unless the server says so")
        .isEqualTo(tooLarge);
  }

  @Test
  void aOneShotThatWasNeverSentIsLetPassAndOneThatMayHaveBeenChargedIsNot() throws Exception {
    try (Sidecar sidecar = sidecar(FailMode.ALLOW)) {
      assertThat(sidecar.terms("acme").toCompletableFuture().join()).isNotNull();
      answers.put("/v1/leases", "{'decision':'deny'}");
      ReserveRequest charging = ModelServer.of(ModelServer.request("1", true), null);
      assertThat(sidecar.reserve(charging).toCompletableFuture())
          .as("the server has answered 503 to it")
          .failsWithin(Duration.ofSeconds(30));
      http.stop(0);
      assertThat(server.isSilent()).isFalse();
      assertThat(sidecar.reserve(charging).toCompletableFuture().join())
          .isInstanceOf(Decision.Allowed.class);
    }
  }

  private void assertAway(String why) {
    assertThatThrownBy(this::end)
        .satisfies(error -> assertThat(ServerAway.isUnsent(error)).isFalse())
        .cause()
        .isInstanceOf(ServerAway.class)
        .hasMessage(why);
  }

  @Test
  void whatHadNoConnectionIsKnownNotToBeSent() {
    http.stop(0);
    assertThatThrownBy(this::end)
        .satisfies(error -> assertThat(ServerAway.isUnsent(error)).isTrue());
  }

  @Test
  void whatAReservationCameToIsAnEventWhoseNameDependsOnNothingElse() throws Exception {
    answers.put("/v1/events", "{'results':[{'status':'accepted'}]}");
    String id = "rsv_" + "x".repeat(300);
    ReserveRequest work = ModelServer.request("2", true);
    Use use = new Use(id, null, Instant.EPOCH, work, null, work.amount(), "platform", 2_000_000);
    Entry.Stored owed = Entry.Stored.owed(use, List.of(), null);
    URI base = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    try (ServerOverHttp renamed = new ServerOverHttp(base, "secret", "two")) {
      List<String> events = new ArrayList<>();
      for (ServerOverHttp each : List.of(server, renamed)) {
        each.report(List.of(owed)).toCompletableFuture().join();
        events.add(asked.take());
        assertThat(keys.take().length()).isBetween(1, 255);
      }
      assertThat(events.get(1)).isEqualTo(events.get(0));
      JsonNode event = JsonTree.read(events.getFirst().getBytes(StandardCharsets.UTF_8)).path(0);
      assertThat(event.path("id").asText().length()).isBetween(1, 255);
      assertThat(event.path("type").asText()).isEqualTo("dev.bursar.usage");
    }
  }

  /** What is to be reported of a use that was kept. */
  private List<Entry.Stored> kept(Use use) throws IOException {
    try (UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20))) {
      file.start(List::of, () -> {});
      file.keep(new Entry.Used(use, null)).join();
      UsageFile.Batch kept = file.next(1);
      assertThat(kept).isNotNull();
      return kept.uses();
    }
  }

  /** So it is charged once, if it is reported again by a life of another name. */
  @Test
  void whatWasLetPassUncheckedIsTheSameEventWhateverTheSidecarIsCalled() throws Exception {
    answers.put("/v1/events", "{'results':[{'status':'accepted'}]}");
    ReserveRequest work = ModelServer.request("2", true);
    Use use =
        new Use(
            Sidecar.RESERVATION + "acme_life.1",
            null,
            Instant.EPOCH,
            work,
            null,
            work.amount(),
            "platform",
            2_000_000);
    URI base = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    List<Entry.Stored> kept = kept(use);
    try (ServerOverHttp renamed = new ServerOverHttp(base, "secret", "two")) {
      List<String> events = new ArrayList<>();
      for (ServerOverHttp each : List.of(server, renamed)) {
        each.report(kept).toCompletableFuture().join();
        events.add(asked.take());
      }
      assertThat(events.get(1)).isEqualTo(events.get(0)).contains("dev.bursar.unchecked");
    }
  }

  /** So it is charged once, if the lease is forgotten meanwhile. */
  @Test
  void aUseHasTheSameNameInAReportAndAsAnEventHoweverLongItsOrgsIs() throws Exception {
    answers.put("/v1/leases/L1/report", "{'code':'lease_not_found'}");
    statuses.put("/v1/leases/L1/report", 404);
    answers.put("/v1/events", "{'results':[{'status':'accepted'}]}");
    String id = Sidecar.RESERVATION + EntityId.encoded("ж".repeat(80)) + "_life.1";
    ReserveRequest work = ModelServer.request("2", true);
    Use use = new Use(id, "L1", Instant.EPOCH, work, null, work.amount(), "platform", 2_000_000);
    List<Entry.Stored> kept = kept(use);
    Ask ask = new Ask.Settle("c1", "L1", 1, -1, Map.of(), 0, 300, 1);
    server.ask(ask, kept).toCompletableFuture().join();
    server.report(kept).toCompletableFuture().join();
    JsonNode reported = JsonTree.read(asked.take().getBytes(StandardCharsets.UTF_8));
    JsonNode event = JsonTree.read(asked.take().getBytes(StandardCharsets.UTF_8));
    String name = reported.at("/usage/0/id").asText();
    assertThat(name.length()).isBetween(1, 255);
    assertThat(event.at("/0/id").asText()).isEqualTo(name);
  }

  @Test
  void anEventIsRejectedOnlyForNowWhereItsTimeIsAhead() {
    answers.put(
        "/v1/events",
        """
        {'results':[{'status':'accepted'},
          {'status':'rejected','error':{'code':'invalid','field':'time','detail':'is in the future'}},
          {'status':'rejected','error':{'code':'no_rate','field':'data.usage','detail':'has no rate'}}]}
        """);
    ReserveRequest work = ModelServer.request("2", true);
    Use use = new Use("u", null, Instant.EPOCH, work, null, work.amount(), "platform", 2_000_000);
    Entry.Stored each = Entry.Stored.owed(use, List.of(), null);
    Server.Reported told = server.report(List.of(each, each, each)).toCompletableFuture().join();
    assertThat(told.notYet()).containsExactly(1);
    assertThat(told.rejected().get(2)).contains("no_rate");
  }

  @Test
  void termsThatCanNotBeReadAreCountedAndAskedForAgain() throws Exception {
    answers.put("/v1/orgs/acme/prices", PRICES.formatted("as you like"));
    answers.put(
        "/v1/leases",
        """
        {'decision':'allow','lease_id':'L1','status':'open','epoch':1,'credit_type':'platform','granted':'8',
         'reported':'0','revoked':false,'expires_at':'2026-03-02T12:05:00Z','settle_by':'2026-03-02T12:15:00Z',
         'expires_in_ms':300000,'remaining':'1000'}
        """);
    try (Sidecar sidecar = sidecar()) {
      assertThat(reserve(sidecar)).isInstanceOf(Decision.Elsewhere.class);
      until(() -> sidecar.meters().unreadable() > 1);
      answers.put("/v1/orgs/acme/prices", PRICES.formatted("record"));
      until(() -> reserve(sidecar) instanceof Decision.Allowed);
    }
  }

  /** Its client waits for the head only, and the line may break without a word. */
  @Test
  void anAnswerThatStopsOnItsWayIsNotWaitedForForever() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    HttpHandler stopping =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          try {
            ended.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    http.createContext("/v1/leases/slow", stopping);
    http.createContext("/v1/orgs/slow/", stopping);
    try (ServerOverHttp hasty =
        new ServerOverHttp(
            URI.create("http://127.0.0.1:" + http.getAddress().getPort()),
            "secret",
            "one",
            Duration.ofMillis(100))) {
      assertThat(
              hasty
                  .ask(new Ask.Look("call", "slow", true), List.of())
                  .toCompletableFuture()
                  .get(30, TimeUnit.SECONDS)
                  .told())
          .isInstanceOf(Told.Lost.class);
      assertThatThrownBy(
              () -> hasty.terms("slow", null).toCompletableFuture().get(30, TimeUnit.SECONDS))
          .as("terms that do not come are no terms that can't be read")
          .cause()
          .isInstanceOf(IOException.class);
    } finally {
      ended.countDown();
    }
  }

  @Test
  void aServerThatAnswersNothingIsNotWaitedForUntilItAnswersAgain() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    standsUntil = goesOn;
    try (Sidecar sidecar = sidecar()) {
      assertThat(reserve(sidecar)).isInstanceOf(Decision.Elsewhere.class);
      until(server::isSilent);
      ReserveRequest charging = ModelServer.of(ModelServer.request("1", true), null);
      assertThat(sidecar.reserve(charging).toCompletableFuture())
          .isCompletedWithValueMatching(
              decision -> decision instanceof Decision.Denied it && it.isPassing());
      goesOn.countDown();
      until(() -> !server.isSilent());
    } finally {
      goesOn.countDown();
    }
  }

  @Test
  void aServerThatIsAwayHasNoTermsThatCanNotBeRead() throws Exception {
    answers.remove("/v1/orgs/acme/prices");
    try (Sidecar sidecar = sidecar()) {
      assertThat(reserve(sidecar)).isInstanceOf(Decision.Elsewhere.class);
      assertThat(sidecar.meters().unreadable()).isZero();
    }
  }
}
