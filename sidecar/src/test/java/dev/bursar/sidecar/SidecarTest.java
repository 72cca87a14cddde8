package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.decision.Unchargeable;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Wanted;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import dev.bursar.sidecar.usage.UsageLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Decisions by many threads, the file, and reports, with a server that may be away. */
final class SidecarTest {

  private static final UsageFile.Settings LARGE = new UsageFile.Settings(1 << 24, 1 << 20);

  private static final int FEATURES = 80;

  @TempDir private Path directory;
  private final ModelServer server = new ModelServer(1_000);

  private Sidecar sidecar(SidecarSettings settings, UsageFile.Settings file) throws IOException {
    return new Sidecar(
        settings, server, server, UsageFile.open(directory, file), InstantSource.system());
  }

  private Sidecar sidecar() throws IOException {
    return sidecar(SidecarSettings.USUAL, LARGE);
  }

  private static Decision reserve(Sidecar sidecar, String amount, boolean commit) {
    return sidecar.decide(request(amount, commit)).toCompletableFuture().join();
  }

  private static ReserveRequest request(String amount, boolean commit) {
    return ModelServer.request(amount, commit);
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static String id(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return String.valueOf(((Decision.Allowed) decision).reservation());
  }

  @Test
  void manyAtOnceSpendNoMoreThanThereIsAndAllOfItIsReported() throws Exception {
    Sidecar sidecar = sidecar();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Long>> all =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              IntStream.range(0, 300)
                                  .filter(
                                      n -> reserve(sidecar, "1", true) instanceof Decision.Allowed)
                                  .count()))
              .toList();
      long allowed = 0;
      for (Future<Long> each : all) {
        allowed += each.get();
      }
      assertThat(allowed).isBetween(900L, 1_000L);
      sidecar.stop(Duration.ofSeconds(20));
      assertThat(server.charged()).isEqualTo(allowed);
      assertThat(server.held()).isZero();
      assertThat(server.debt()).isZero();
    }
  }

  /** One waits for terms and for a lease, one is passed on. */
  @Test
  void whatHadToWaitOrWasPassedOnIsMissedOnce() throws Exception {
    Sidecar sidecar = sidecar();
    id(reserve(sidecar, "2", true));
    assertThat(sidecar.meters().hitRatio()).isZero();
    id(reserve(sidecar, "2", true));
    assertThat(sidecar.meters().hitRatio()).isEqualTo(0.5);
    assertThat(reserve(sidecar, "5000", true)).isInstanceOf(Decision.Elsewhere.class);
    assertThat(sidecar.meters().hitRatio()).isCloseTo(1 / 3.0, within(1e-9));
    sidecar.stop(Duration.ofSeconds(20));
  }

  @Test
  void whatWasWantedIsLeasedBeforeItIsAskedForAgain() throws Exception {
    server.credit(1_000_000);
    Sidecar first = sidecar();
    id(reserve(first, "20", true));
    id(reserve(first, "2", true));
    List<Wanted> wanted = first.wanted();
    assertThat(wanted).hasSize(1);
    first.stop(Duration.ofSeconds(20));
    try (Sidecar second = sidecar()) {
      // It makes sure that those of before are closed.
      until(() -> second.leases() == 0);
      second.expect(wanted);
      until(() -> second.leases() == 1);
      id(reserve(second, "20", true));
      assertThat(second.meters().hitRatio()).isOne();
    }
  }

  /** Not a microsecond later. */
  @Test
  void whenAReservationExpiresIsAfterACrashAsItWasAnswered() throws Exception {
    Instant expiresAt;
    try (Sidecar first = sidecar()) {
      Decision decision =
          first
              .decide(request("2", false), new CallKey("reserve k", 1))
              .toCompletableFuture()
              .join();
      OpenReservation open = first.find(id(decision));
      assertThat(open).isNotNull();
      expiresAt = open.madeAt().plusNanos(((Decision.Allowed) decision).lastsNanos());
    }
    try (Sidecar second = sidecar()) {
      assertThat(second.answered())
          .singleElement()
          .satisfies(each -> assertThat(each.expiresAt()).isEqualTo(expiresAt));
    }
  }

  @Test
  void whatWasAnsweredSurvivesAndIsReportedOnce() throws Exception {
    Sidecar first = sidecar();
    String open = id(reserve(first, "2", false));
    server.away(true);
    id(reserve(first, "2", true));
    first.close();
    Sidecar second = sidecar();
    assertThat(reserve(second, "1", true))
        .as("nothing is leased")
        .isInstanceOf(Decision.Elsewhere.class);
    server.away(false);
    Ended ended = second.end(open, Credits.of(1), null).toCompletableFuture().join();
    assertThat(ended).isInstanceOf(Ended.Done.class);
    until(() -> server.charged() == 3);
    second.stop(Duration.ofSeconds(20));
    assertThat(server.charged()).isEqualTo(3);
    assertThat(server.held()).isZero();
  }

  @Test
  void whoIsNotAnsweredIsDeniedOrAllowedAsTheFeatureSays() throws Exception {
    SidecarSettings settings =
        SidecarSettings.USUAL.failing(FailMode.DENY, Map.of("chat", FailMode.ALLOW));
    Sidecar sidecar = sidecar(settings, LARGE);
    sidecar.terms("acme").toCompletableFuture().join();
    server.away(true);
    ReserveRequest chat = request("2", false);
    assertThat(sidecar.reserve(ModelServer.of(chat, null)).toCompletableFuture().join())
        .isEqualTo(
            new Decision.Denied(
                "server_away", "nobody can be asked, and nothing is leased for it"));
    String id = id(sidecar.reserve(chat).toCompletableFuture().join());
    assertThat(sidecar.settle(id, Credits.of(3), null).toCompletableFuture().join())
        .isInstanceOf(Ended.Done.class);
    assertThat(sidecar.file().unsent()).isEqualTo(1);
    server.away(false);
    until(() -> server.unchecked() == 3);
    sidecar.close();
  }

  /** What is known to be denied needs nobody to be asked. */
  @Test
  void nobodyIsLetPassWhoIsFrozenOrNotEntitledThoughNobodyCanBeAsked() throws Exception {
    SidecarSettings allowing = SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of());
    ReserveRequest chat = request("2", false);
    server.freezeOrg("frozen by ops");
    try (Sidecar sidecar = sidecar(allowing, LARGE)) {
      sidecar.terms("acme").toCompletableFuture().join();
      server.away(true);
      assertThat(sidecar.reserve(chat).toCompletableFuture().join())
          .isEqualTo(new Decision.Denied("frozen", "frozen by ops"));
      assertThat(sidecar.meters().uncheckedDenied()).isEqualTo(1);
    }
    server.away(false);
    server.planWithoutFeatures("free");
    try (Sidecar sidecar = sidecar(allowing, LARGE)) {
      sidecar.terms("acme").toCompletableFuture().join();
      server.away(true);
      for (ReserveRequest each :
          List.of(chat, longer(chat, 601), chat.withDefault(OveragePolicy.CAP))) {
        assertThat(sidecar.reserve(each).toCompletableFuture().join())
            .isInstanceOfSatisfying(
                Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("not_entitled"));
        assertThat(sidecar.unasked(each).toCompletableFuture().join())
            .isInstanceOfSatisfying(
                Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("not_entitled"));
      }
    }
  }

  /** What can't be charged afterwards would be free. */
  @Test
  void nobodyIsLetPassForWhatTheTermsHaveNoPriceOfThoughNobodyCanBeAsked() throws Exception {
    SidecarSettings allowing = SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of());
    try (Sidecar sidecar = sidecar(allowing, LARGE)) {
      sidecar.terms("acme").toCompletableFuture().join();
      server.away(true);
      for (ReserveRequest each :
          List.of(
              used("nosuch", "input_tokens", 5),
              used(ModelServer.PRICED_MODEL, "pictures", 5),
              used(null, "input_tokens", 5))) {
        assertThat(sidecar.unasked(each).toCompletableFuture().join())
            .as("%s", each)
            .isInstanceOfSatisfying(
                Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("no_rate"));
      }
      assertThat(
              sidecar
                  .unasked(used(ModelServer.PRICED_MODEL, "output_tokens", Long.MAX_VALUE))
                  .toCompletableFuture())
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableThat()
          .withCauseInstanceOf(Unchargeable.class);
      assertThat(sidecar.meters().uncheckedDenied()).isEqualTo(4);
      assertThat(sidecar.file().unsent()).isZero();
      assertThat(
              sidecar
                  .unasked(used(ModelServer.PRICED_MODEL, "input_tokens", 5))
                  .toCompletableFuture()
                  .join())
          .isInstanceOf(Decision.Allowed.class);
    }
  }

  private static ReserveRequest used(@Nullable String model, String meter, long units) {
    return new ReserveRequest(
        Subject.ofOrg("acme"),
        "chat",
        model,
        null,
        null,
        Map.of(meter, units),
        null,
        null,
        300,
        null,
        true,
        false,
        Map.of());
  }

  /** It has run, whatever this machine's clock says of when. */
  @Test
  void whatIsAheadOfTheServersClockIsReportedOnceThatHasComeSoFar() throws Exception {
    SidecarSettings allowing = SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of());
    server.behind(true);
    try (Sidecar first = sidecar(allowing, LARGE)) {
      first.terms("acme").toCompletableFuture().join();
      server.away(true);
      id(first.unasked(request("3", true)).toCompletableFuture().join());
      server.away(false);
      until(() -> first.file().unsentAside() == 1 && first.file().unsent() == 1);
      assertThat(first.meters().rejectedUses()).isZero();
    }
    try (Sidecar second = sidecar(allowing, LARGE)) {
      // Twice in the file where it was cut off between keeping it again and giving up the former.
      assertThat(second.file().unsentAside()).as("a crash does not lose it").isBetween(1L, 2L);
      server.behind(false);
      until(() -> server.unchecked() == 3 && second.file().unsent() == 0);
      assertThat(second.meters().rejectedUses()).isZero();
    }
    assertThat(server.unchecked()).as("once").isEqualTo(3);
  }

  private static ReserveRequest longer(ReserveRequest it, long seconds) {
    return new ReserveRequest(
        it.subject(),
        it.feature(),
        it.model(),
        it.session(),
        it.wallet(),
        it.usage(),
        it.amount(),
        it.creditType(),
        seconds,
        it.overagePolicy(),
        it.commit(),
        it.dryRun(),
        it.metadata());
  }

  @Test
  void whatTheFileHasNoRoomForIsDeniedOrPassedOn() throws Exception {
    UsageFile.Settings small = new UsageFile.Settings(1, 1 << 20);
    Sidecar sidecar = sidecar(SidecarSettings.USUAL.denyingWhenFull(true), small);
    id(reserve(sidecar, "1", false));
    server.away(true);
    id(reserve(sidecar, "1", true));
    assertThat(reserve(sidecar, "1", true))
        .isInstanceOfSatisfying(
            Decision.Denied.class,
            it -> {
              assertThat(it.code()).isEqualTo("usage_file_full");
              assertThat(it.detail()).contains("the usage file is full", "--file-mb");
            });
    assertThat(sidecar.meters().undecided()).isEqualTo(1);
    assertThat(sidecar.meters().denied()).as("by what is known").isZero();
    server.away(false);
    until(() -> reserve(sidecar, "1", true) instanceof Decision.Allowed);
    sidecar.stop(Duration.ofSeconds(20));
    assertThat(server.charged()).isEqualTo(2);
  }

  /** There is a lease for it: that is not what it lacks. */
  @ParameterizedTest
  @EnumSource(FailMode.class)
  void whoIsDeniedForWantOfRoomIsToldSo(FailMode mode) throws Exception {
    UsageFile.Settings small = new UsageFile.Settings(1, 1 << 20);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.failing(mode, Map.of()), small)) {
      id(reserve(sidecar, "1", false));
      server.away(true);
      id(reserve(sidecar, "1", true));
      assertThat(sidecar.reserve(request("1", false)).toCompletableFuture().join())
          .isInstanceOfSatisfying(
              Decision.Denied.class,
              it -> {
                assertThat(it.code()).isEqualTo("server_away");
                assertThat(it.detail()).contains("the usage file is full", "--file-mb");
              });
    }
  }

  @Test
  void whatIsDamagedOfTheFileIsCountedByTheLifeThatFindsIt() throws Exception {
    // given
    Sidecar first = sidecar();
    id(reserve(first, "1", false));
    server.away(true);
    for (int i = 0; i < 5; i++) {
      id(reserve(first, "1", true));
    }
    first.close();
    Path part = directory.resolve("%019d.usage".formatted(1));
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 1;
    Files.write(part, bytes);
    for (boolean isNew : List.of(true, false)) {
      // when
      try (Sidecar next = sidecar()) {
        // then
        assertThat(next.meters().damagedBytes() > 0).isEqualTo(isNew);
      }
    }
  }

  /** Whoever is told that the server is away looks for the fault at the network. */
  @ParameterizedTest
  @EnumSource(FailMode.class)
  void whereTheFileCanNotBeWrittenThatIsWhyNothingIsDecided(FailMode mode) throws Exception {
    // given
    UsageFile file = UsageFile.open(directory, LARGE);
    AtomicBoolean isAway = new AtomicBoolean();
    UsageLog failing =
        (UsageLog)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {UsageLog.class},
                (self, method, args) ->
                    isAway.get() && List.of("isAway", "isFull").contains(method.getName())
                        ? true
                        : method.invoke(file, args));
    SidecarSettings settings = SidecarSettings.USUAL.failing(mode, Map.of());
    try (Sidecar sidecar = new Sidecar(settings, server, server, failing, InstantSource.system())) {
      id(reserve(sidecar, "1", false));
      server.away(true);
      // when
      isAway.set(true);
      // then
      assertThat(sidecar.reserve(request("1", false)).toCompletableFuture().join())
          .isInstanceOfSatisfying(
              Decision.Denied.class,
              it -> {
                assertThat(it.code()).isEqualTo("usage_file_away");
                assertThat(it.isPassing()).isTrue();
              });
      isAway.set(false);
      id(reserve(sidecar, "1", false));
    }
  }

  @Test
  void whatIsOpenIsProlongedThoughTheFileHasNoRoomForThat() throws Exception {
    UsageFile.Settings small = new UsageFile.Settings(20_000, 10_000);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.denyingWhenFull(true), small)) {
      String open = id(reserve(sidecar, "1", false));
      server.away(true);
      id(reserve(sidecar, "1", true));
      CallKey key = new CallKey("extend k", 1);
      until(
          () -> {
            if (reserve(sidecar, "0.01", false) instanceof Decision.Allowed it) {
              sidecar.end(String.valueOf(it.reservation()), null, null);
            }
            // There is no room for what is not an end; that much waits is another thing.
            return sidecar.file().write(new Entry.Passed(key)).isCompletedExceptionally();
          });
      assertThat(sidecar.extend(open, 500, key).toCompletableFuture().join())
          .isInstanceOf(Ended.Prolonged.class);
      assertThat(sidecar.end(open, null, null).toCompletableFuture().join())
          .isInstanceOf(Ended.Done.class);
    }
  }

  @Test
  void aLeaseThatIsForgottenHoldsUpNothingAndWhatWasUsedOfItIsReported() throws Exception {
    Sidecar first = sidecar();
    id(reserve(first, "2", false));
    server.away(true);
    id(reserve(first, "2", true));
    first.close();
    server.forget();
    server.away(false);
    try (Sidecar second = sidecar()) {
      id(second.decide(ModelServer.of(request("3", true), null)).toCompletableFuture().join());
      until(() -> server.unchecked() == 2 && server.charged() == 3);
      until(() -> second.file().unsent() == 0);
      assertThat(second.file().unsentAside()).isZero();
    }
  }

  @Test
  void whatIsNotTakenOfOneLeaseStepsAsideAndIsTriedAgain() throws Exception {
    server.countByFeature();
    Sidecar first = sidecar(SidecarSettings.USUAL.patientFor(Duration.ofMillis(50)), LARGE);
    server.refuse("L1");
    id(reserve(first, "2", true));
    until(() -> first.file().unsentAside() == 1);
    id(first.decide(ModelServer.of(request("3", true), null)).toCompletableFuture().join());
    until(() -> server.charged() == 3 && first.file().unsent() == 1);
    first.close();
    server.refuse("");
    Sidecar second = sidecar();
    until(() -> server.charged() == 5);
    second.stop(Duration.ofSeconds(20));
    assertThat(second.file().unsent()).isZero();
  }

  /** A file is where a directory is to be. */
  @Test
  void whatCanNotBeSetAsideStaysWhereItIsUntilItCan() throws Exception {
    server.countByFeature();
    Path aside = Files.createFile(directory.resolve("aside"));
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.patientFor(Duration.ofMillis(50)), LARGE);
        LogSeen log = new LogSeen(Reporter.class)) {
      server.refuse("L1");
      id(reserve(sidecar, "2", true));
      until(() -> !log.all(ILoggingEvent::getLevel).isEmpty());
      assertThat(sidecar.file().unsent()).isEqualTo(1);
      assertThat(sidecar.file().unsentAside()).isZero();
      Files.delete(aside);
      until(() -> sidecar.file().unsentAside() == 1);
      until(() -> log.all(ILoggingEvent::getLevel).size() > 1);
      assertThat(log.all(ILoggingEvent::getFormattedMessage))
          .startsWith(
              "usage can't be set aside; it is tried again", "usage can be set aside again");
      server.refuse("");
      until(() -> server.charged() == 2 && sidecar.file().unsent() == 0);
    }
  }

  private static void cutAllOf(Path usage) {
    try (Stream<Path> files = Files.list(usage)) {
      for (Path each : files.filter(it -> it.toString().endsWith(".usage")).toList()) {
        Files.write(each, new byte[1]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Somebody has cut off its file. */
  @Test
  void whatIsSetAsideAndCanNotBeReadHoldsUpNothing() throws Exception {
    server.countByFeature();
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.patientFor(Duration.ofMillis(50)), LARGE);
        LogSeen log = new LogSeen(Reporter.class)) {
      server.refuse("L1");
      id(reserve(sidecar, "2", true));
      until(() -> sidecar.file().unsentAside() == 1);
      // It is put there again and again.
      until(
          () -> {
            cutAllOf(directory.resolve("aside"));
            return log.all(ILoggingEvent::getFormattedMessage)
                .contains("what was set aside can't be read");
          });
      id(sidecar.decide(ModelServer.of(request("3", true), null)).toCompletableFuture().join());
      until(() -> server.charged() == 3);
    }
  }

  @Test
  void whatIsSetAsideForGoodIsTriedOnceMoreAndDoesNotHoldUpTheEnd() throws Exception {
    server.countByFeature();
    Sidecar sidecar = sidecar(SidecarSettings.USUAL.patientFor(Duration.ofMillis(50)), LARGE);
    server.refuse("L1");
    id(reserve(sidecar, "2", true));
    until(() -> sidecar.file().unsentAside() == 1);
    id(sidecar.decide(ModelServer.of(request("3", true), null)).toCompletableFuture().join());
    long began = System.nanoTime();
    sidecar.stop(Duration.ofMinutes(10));
    assertThat(System.nanoTime() - began).isLessThan(Duration.ofMinutes(1).toNanos());
    assertThat(server.charged()).as("the rest is reported").isEqualTo(3);
    Sidecar second = sidecar(SidecarSettings.USUAL.patientFor(Duration.ofMillis(50)), LARGE);
    until(() -> second.file().unsentAside() == 1);
    server.refuse("");
    second.stop(Duration.ofSeconds(20));
    assertThat(server.charged()).as("and what is set aside, if it can be").isEqualTo(5);
    assertThat(server.held()).isZero();
  }

  @Test
  void whatIsNotTakenOfSomeLeasesDoesNotHoldUpAnotherForLong() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.patientFor(Duration.ofHours(1)), LARGE)) {
      server.countByFeature();
      server.refuseUsesOf("chat");
      for (int i = 1; i <= 4; i++) {
        until(() -> reserve(sidecar, "1", true) instanceof Decision.Allowed);
        int refused = i;
        until(() -> server.refusedUses() == refused);
      }
      id(sidecar.decide(ModelServer.of(request("3", true), null)).toCompletableFuture().join());
      until(() -> server.charged() == 3);
      assertThat(sidecar.file().unsentAside()).isPositive();
    }
  }

  @Test
  void theLongerTheServerTakesTheMoreIsInOneReport() throws Exception {
    server.countByFeature();
    Sidecar sidecar = sidecar();
    server.credit(10_000);
    CompletableFuture<Void> taken = new CompletableFuture<>();
    server.taking(taken);
    useAll(sidecar);
    until(() -> server.reportsUnderWay() == 32);
    for (int again = 0; again < 3; again++) {
      useAll(sidecar);
    }
    assertThat(server.reportsUnderWay()).isEqualTo(32);
    taken.complete(null);
    sidecar.stop(Duration.ofSeconds(20));
    assertThat(server.charged()).isEqualTo(4 * FEATURES);
    assertThat(server.reports()).isLessThan(3 * FEATURES);
  }

  /** Every feature once. */
  private static void useAll(Sidecar sidecar) {
    for (int i = 0; i < FEATURES; i++) {
      ReserveRequest request = ModelServer.of(request("1", true), "feature-" + i);
      id(sidecar.decide(request).toCompletableFuture().join());
    }
  }

  @Test
  void aLeaseThatIsGrantedWhileItStopsIsClosed() throws Exception {
    CompletableFuture<Void> granting = new CompletableFuture<>();
    server.granting(granting);
    Sidecar sidecar = sidecar();
    CompletableFuture<Decision> asking = sidecar.decide(request("1", true)).toCompletableFuture();
    until(() -> server.held() > 0);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<?> stopped =
          thread.submit(
              () -> {
                sidecar.stop(Duration.ofSeconds(20));
                return null;
              });
      assertThat(asking.join()).isInstanceOf(Decision.Elsewhere.class);
      granting.complete(null);
      stopped.get();
    }
    assertThat(server.held()).isZero();
  }

  @Test
  void aCallWithAKeyIsAnsweredOnceItsAnswerIsKept() throws Exception {
    try (Sidecar sidecar = sidecar()) {
      String open = id(reserve(sidecar, "1", false));
      long taken = sidecar.rooms().open().taken();
      sidecar.file().close();
      assertThat(
              sidecar
                  .decide(request("1", false), new CallKey("reserve a", 1))
                  .toCompletableFuture())
          .failsWithin(Duration.ofSeconds(30));
      assertThat(sidecar.rooms().open().taken()).as("it was not made").isEqualTo(taken);
      assertThat(
              sidecar
                  .end(open, null, null, new CallKey("release " + open + " b", 2))
                  .toCompletableFuture())
          .failsWithin(Duration.ofSeconds(30));
      OpenReservation before = sidecar.find(open);
      assertThat(before).as("it is still open").isNotNull();
      assertThat(
              sidecar
                  .extend(open, 500, new CallKey("extend " + open + " c", 3))
                  .toCompletableFuture())
          .failsWithin(Duration.ofSeconds(30));
      assertThat(sidecar.find(open)).as("it is not prolonged").isEqualTo(before);
    }
  }

  @Test
  void oneThatIsMalformedDoesNotTakeOthersWithIt() throws Exception {
    Sidecar sidecar = sidecar();
    id(reserve(sidecar, "4", false));
    server.away(true);
    id(reserve(sidecar, "1", true));
    id(reserve(sidecar, "" + ModelServer.UNFIT, true));
    id(reserve(sidecar, "0.5", true));
    id(reserve(sidecar, "0.5", true));
    server.away(false);
    until(() -> sidecar.file().unsent() == 0);
    assertThat(server.charged()).isEqualTo(2);
    assertThat(sidecar.meters().rejectedUses()).isEqualTo(1);
    sidecar.close();
  }

  @Test
  void termsThatAreRefusedAreNotUsedAnyMore() throws Exception {
    SidecarSettings usual = SidecarSettings.USUAL;
    SidecarSettings quick =
        new SidecarSettings(
            usual.leases(),
            usual.waitMax(),
            Duration.ofMillis(20),
            usual.reportEvery(),
            usual.patience(),
            FailMode.ALLOW,
            Map.of(),
            false);
    try (Sidecar sidecar = sidecar(quick, LARGE)) {
      id(reserve(sidecar, "2", true));
      server.refuseTerms(true);
      until(() -> reserve(sidecar, "0.001", true) instanceof Decision.Denied);
      assertThat(((Decision.Denied) reserve(sidecar, "0.001", true)).code())
          .isEqualTo("key_refused");
      until(() -> server.held() == 0);
      server.away(true);
      assertThat(sidecar.reserve(request("1", false)).toCompletableFuture().join())
          .as("whatever the fail mode is")
          .isInstanceOf(Decision.Denied.class);
      server.away(false);
      server.refuseTerms(false);
      until(() -> reserve(sidecar, "0.001", true) instanceof Decision.Allowed);
    }
  }

  @Test
  void manyRequestsOfManyOrgsFitALittleMemory() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx40m",
                "-Xmn6m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                ManyOrgs.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).endsWith("done\n");
  }

  @Test
  void theLargerPartOfADayIsDecidedAtOnce() throws Exception {
    server.credit(1_000_000);
    try (Sidecar sidecar = sidecar()) {
      for (int i = 0; i < 3_000; i++) {
        id(reserve(sidecar, "0.01", false));
      }
      assertThat(sidecar.meters().hitRatio()).isGreaterThan(0.99);
    }
  }

  @Test
  void aWishThatIsTooLargeIsTheServersToDecide() throws Exception {
    try (Sidecar sidecar = sidecar()) {
      @Nullable Decision decision =
          sidecar.reserve(request("5000", true)).toCompletableFuture().join();
      assertThat(decision).isInstanceOf(Decision.Denied.class);
      assertThat(server.asked()).isEqualTo(1);
    }
  }
}
