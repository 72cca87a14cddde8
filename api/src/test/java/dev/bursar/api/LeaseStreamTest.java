package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.RunningApi.Answer;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.lease.Notice;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes that take something away, and those who hold leases and listen. */
class LeaseStreamTest {

  private static final String ENDS =
      "@" + RunningApi.START.plus(Duration.ofMinutes(5)).getEpochSecond();

  private RunningApi api;

  @BeforeEach
  void start() {
    api = new RunningApi().withAcme();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Answer lease(String key, String org, String sidecar) {
    return api.send(
        "POST",
        "/v1/leases",
        key,
        RunningApi.json(
            "{'sidecar':'%s','subject':{'org':'%s'},'credit_type':'platform','amount':'10'}"
                .formatted(sidecar, org)));
  }

  private CompletableFuture<Answer> freezing(String... headers) {
    return CompletableFuture.supplyAsync(
        () -> api.post("/v1/orgs/acme/freeze", "{'reason':'audit'}", headers));
  }

  private void acknowledge(String key, String sidecar, String notice) {
    assertThat(
            api.send(
                    "POST",
                    "/v1/leases/stream/acknowledge",
                    key,
                    RunningApi.json("{'sidecar':'%s','notice':'%s'}".formatted(sidecar, notice)))
                .status())
        .isEqualTo(204);
  }

  private static String told(Answer answer) {
    assertThat(answer.isProblem()).as(answer.body()).isFalse();
    return answer.header("Bursar-Sidecars");
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aFreezeAnswersOnceTheSidecarHasIt() {
    String key = api.key(Role.SERVICE, null);
    lease(key, "acme", "gateway-1");
    try (EventStream stream = EventStream.open(api, key, "gateway-1")) {
      CompletableFuture<Answer> frozen = freezing();
      EventStream.Event event = stream.next();
      assertThat(event.name()).isEqualTo("entitlements_changed");
      assertThat(event.at("org")).isEqualTo("acme");
      assertThat(event.at("awaited")).isEqualTo("true");
      assertThat(event.id()).isEqualTo(event.at("notice")).isNotEmpty();
      assertThat(frozen).isNotDone();
      acknowledge(api.key(Role.SERVICE, null), "gateway-1", event.id());
      acknowledge(key, "gateway-2", event.id());
      assertThat(frozen).as("of nobody else").isNotDone();
      acknowledge(key, "gateway-1", event.id());
      assertThat(told(frozen.join())).isEqualTo("\"gateway-1\";acknowledged");
      until(() -> stream.heartbeats.get() > 1);
    }
  }

  @Test
  void oneThatSaysNothingIsCutOffAndNamed() {
    String key = api.key(Role.SERVICE, "acme");
    lease(key, "acme", "gateway-1");
    try (EventStream stream = EventStream.open(api, key, "gateway-1")) {
      Answer frozen = freezing().join();
      assertThat(told(frozen)).isEqualTo("\"gateway-1\";silent;until=" + ENDS);
      assertThat(stream.next().name()).isEqualTo("entitlements_changed");
      stream.ends();
    }
    assertThat(told(freezing().join())).isEqualTo("\"gateway-1\";away;until=" + ENDS);
  }

  @Test
  void thoseThatAreNotConnectedAreNamedAndManyAreCounted() {
    String name = "gate\\\\way";
    lease(api.operator, "acme", name);
    assertThat(told(freezing().join())).isEqualTo("\"gate\\\\way\";away;until=" + ENDS);
    api.post("/v1/orgs/acme/unfreeze", "{}");
    lease(api.operator, "acme", "höhe%");
    for (int i = 0; i < 25; i++) {
      lease(api.operator, "acme", "s-%02d".formatted(i));
    }
    String list = told(freezing().join());
    assertThat(list)
        .startsWith("\"gate\\\\way\";away;until=%s, %%\"h%%c3%%b6he%%25\";away;".formatted(ENDS))
        .contains("\"s-00\";away;until=" + ENDS)
        .doesNotContain("s-19")
        .endsWith(", 7;more;until=" + ENDS);
    assertThat(told(api.put("/v1/orgs/acme/budgets/b", SMALL))).isEqualTo(list);
  }

  private static final String SMALL =
      "{'scope':{'type':'org'},'measure':'platform','window':'day','limit':'5'}";

  @Test
  void withoutALeaseNobodyIsWaitedForAndTheyAreToldAllTheSame() {
    String key = api.key(Role.SERVICE, null);
    try (EventStream stream = EventStream.open(api, key, "gateway-1")) {
      assertThat(freezing().join().headers().firstValue("Bursar-Sidecars")).isEmpty();
      EventStream.Event event = stream.next();
      assertThat(event.name()).isEqualTo("entitlements_changed");
      assertThat(event.at("awaited")).isEqualTo("false");
    }
  }

  @Test
  void aLeaseThatIsClosedIsNotWaitedFor() {
    Answer lease = lease(api.operator, "acme", "gateway-1");
    api.post("/v1/leases/" + lease.at("/lease_id") + "/close", "{'epoch':1}");
    assertThat(told(freezing().join())).isEmpty();
    assertThat(told(api.post("/v1/orgs/acme/unfreeze", "{}"))).isEmpty();
    lease = lease(api.operator, "acme", "gateway-1");
    api.node.moveTo(Instant.parse(lease.at("/expires_at"))).toCompletableFuture().join();
    assertThat(told(freezing().join())).as("it is over, though still held").isEmpty();
  }

  @Test
  void aKeyOfAnotherOrgHearsNothing() {
    api.put("/v1/orgs/beta", "{'name':'Beta'}");
    String beta = api.key(Role.SERVICE, "beta");
    String all = api.key(Role.SERVICE, null);
    lease(all, "acme", "gateway-1");
    try (EventStream theirs = EventStream.open(api, beta, "gateway-1");
        EventStream own = EventStream.open(api, all, "gateway-1")) {
      CompletableFuture<Answer> frozen = freezing();
      EventStream.Event event = own.next();
      acknowledge(beta, "gateway-1", event.id());
      assertThat(frozen).as("nor can it speak for another").isNotDone();
      acknowledge(all, "gateway-1", event.id());
      assertThat(told(frozen.join())).isEqualTo("\"gateway-1\";acknowledged");
      assertThat(told(api.put("/v1/orgs/beta", "{'name':'Better'}"))).isEmpty();
      assertThat(theirs.next().at("org")).isEqualTo("beta");
    }
  }

  @Test
  void aRevocationIsToldToItsHolderAlone() {
    Answer lease = lease(api.operator, "acme", "gateway-1");
    lease(api.operator, "acme", "gateway-2");
    String path = "/v1/leases/" + lease.at("/lease_id") + "/revoke";
    try (EventStream one = EventStream.open(api, api.operator, "gateway-1");
        EventStream two = EventStream.open(api, api.operator, "gateway-2")) {
      CompletableFuture<Answer> revoked = CompletableFuture.supplyAsync(() -> api.post(path, "{}"));
      EventStream.Event event = one.next();
      assertThat(event.name()).isEqualTo("revoke");
      assertThat(event.at("org")).isEqualTo("acme");
      assertThat(event.at("lease")).isEqualTo(lease.at("/lease_id"));
      acknowledge(api.operator, "gateway-1", event.id());
      assertThat(told(revoked.join())).isEqualTo("\"gateway-1\";acknowledged");
      CompletableFuture<Answer> frozen = freezing();
      assertThat(two.next().name()).as("nothing of that").isEqualTo("entitlements_changed");
      two.close();
      acknowledge(api.operator, "gateway-1", one.next().id());
      assertThat(told(frozen.join()))
          .isEqualTo("\"gateway-2\";away;until=%s, \"gateway-1\";acknowledged".formatted(ENDS));
    }
  }

  @Test
  void theSameCallAgainTellsAndWaitsAgain() {
    lease(api.operator, "acme", "gateway-1");
    try (EventStream stream = EventStream.open(api, api.operator, "gateway-1")) {
      for (String replayed : new String[] {"", "true"}) {
        CompletableFuture<Answer> frozen = freezing("Idempotency-Key", "F1");
        EventStream.Event event = stream.next();
        assertThat(frozen).isNotDone();
        acknowledge(api.operator, "gateway-1", event.id());
        assertThat(told(frozen.join())).isEqualTo("\"gateway-1\";acknowledged");
        assertThat(frozen.join().header("Idempotency-Replayed")).isEqualTo(replayed);
      }
    }
  }

  @Test
  void aStreamEndsWithItsKey() {
    var revoked = api.keys.create(Role.SERVICE, "acme", "sidecar", null);
    try (EventStream stream = EventStream.open(api, revoked.secret(), "gateway-1")) {
      api.delete("/v1/orgs/acme/keys/" + revoked.key().id());
      stream.ends();
    }
    Instant end = RunningApi.START.plusSeconds(60);
    String expiring = api.keys.create(Role.SERVICE, "acme", "sidecar", end).secret();
    try (EventStream stream = EventStream.open(api, expiring, "gateway-1")) {
      api.node.moveTo(end).toCompletableFuture().join();
      stream.ends();
    }
    until(() -> api.listeners.listening() == 0);
  }

  @Test
  void aSecondStreamTakesThePlaceOfTheFirst() {
    try (EventStream first = EventStream.open(api, api.operator, "gateway-1");
        EventStream second = EventStream.open(api, api.operator, "gateway-1")) {
      first.ends();
      freezing().join();
      assertThat(second.next().name()).isEqualTo("entitlements_changed");
      assertThat(api.listeners.listening()).isEqualTo(1);
    }
  }

  @Test
  void aCatalogReachesAllThatAreConnected() {
    api.put("/v1/orgs/beta", "{'name':'Beta'}");
    String beta = api.key(Role.SERVICE, "beta");
    api.send(
        api.request(
            "POST",
            "/v1/catalog/versions",
            api.operator,
            "pages",
            "Content-Type",
            "application/yaml"));
    try (EventStream one = EventStream.open(api, api.operator, "gateway-1");
        EventStream two = EventStream.open(api, beta, "gateway-2")) {
      for (String[] change :
          new String[][] {
            {"/v1/catalog/versions/2/stage", "{'percent':10}"},
            {"/v1/catalog/versions/2/publish", "{}"},
            {"/v1/catalog/rollback", "{'to':1}"}
          }) {
        CompletableFuture<Answer> made =
            CompletableFuture.supplyAsync(() -> api.post(change[0], change[1]));
        EventStream.Event event = one.next();
        assertThat(event.name()).isEqualTo("catalog_changed");
        assertThat(event.data().has("org")).isFalse();
        assertThat(two.next().id()).isEqualTo(event.id());
        acknowledge(api.operator, "gateway-1", event.id());
        assertThat(made).isNotDone();
        acknowledge(beta, "gateway-2", event.id());
        assertThat(made.join().status()).as(change[0]).isEqualTo(200);
        assertThat(told(made.join()))
            .isEqualTo("\"gateway-1\";acknowledged, \"gateway-2\";acknowledged");
      }
    }
  }

  @Test
  void aReaderThatIsTooSlowIsCutOff() throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4_096);
      socket.connect(new InetSocketAddress("127.0.0.1", api.port()));
      socket
          .getOutputStream()
          .write(
              ("GET /v1/leases/stream?sidecar=slow HTTP/1.1\r\nHost: localhost\r\n"
                      + "Authorization: Bearer "
                      + api.operator
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      until(() -> api.listeners.listening() == 1);
      String org = "o".repeat(200);
      for (int i = 0; api.listeners.listening() == 1; i++) {
        assertThat(i).as("it reads nothing").isLessThan(100_000);
        api.listeners
            .tell(new Notice("n" + i, Notice.Kind.ENTITLEMENTS_CHANGED, org, null), Map.of())
            .toCompletableFuture()
            .join();
      }
    }
  }

  @Test
  void whatIsAskedWronglyIsRefused() {
    Answer nameless = api.get("/v1/leases/stream");
    assertThat(nameless.status()).isEqualTo(400);
    assertThat(nameless.at("/field")).isEqualTo("sidecar");
    assertThat(api.post("/v1/leases/stream/acknowledge", "{'sidecar':'s'}").at("/field"))
        .isEqualTo("notice");
  }
}
