package dev.bursar.sidecar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.json.Body;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.gateway.Wishes.Mode;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions for gateways: once for a key, also after a crash, and by the fail mode. */
final class GateTest {

  @TempDir private Path directory;
  private final ModelServer server = new ModelServer(1_000);

  private Sidecar sidecar(SidecarSettings settings) throws IOException {
    return new Sidecar(
        settings,
        server,
        server,
        UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20)),
        InstantSource.system());
  }

  private Gate gate(Sidecar sidecar) {
    return new Gate(sidecar, server, sidecar.answered());
  }

  private static ReserveRequest wish(String amount, Mode mode) {
    return Wishes.of(
        Said.of(Map.of("org", "acme", "feature", "chat", "amount", amount)), mode, 60, null);
  }

  private static Decision decide(Gate gate, String amount, Mode mode, String key) {
    return gate.decide(wish(amount, mode), key).toCompletableFuture().join();
  }

  private static String id(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Allowed.class);
    return String.valueOf(((Decision.Allowed) decision).reservation());
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aCallIsChargedOnceForItsKeyAndContentAlsoAfterACrash() throws Exception {
    Sidecar first = sidecar(SidecarSettings.USUAL);
    Gate gate = gate(first);
    String charged = id(decide(gate, "2", Mode.CHARGE, "k"));
    String held = id(decide(gate, "3", Mode.RESERVE, "k"));
    assertThat(id(decide(gate, "2", Mode.CHARGE, "k"))).isEqualTo(charged);
    assertThat(id(decide(gate, "4", Mode.CHARGE, "k"))).as("other content").isNotEqualTo(charged);
    assertThat(id(decide(gate, "2", Mode.CHARGE, null))).isNotEqualTo(charged);
    first.close();
    Sidecar second = sidecar(SidecarSettings.USUAL);
    Gate later = gate(second);
    assertThat(id(decide(later, "2", Mode.CHARGE, "k"))).isEqualTo(charged);
    assertThat(id(decide(later, "3", Mode.RESERVE, "k"))).isEqualTo(held);
    later.settle(held, wish("3", Mode.RESERVE), null, null).toCompletableFuture().join();
    second.stop(Duration.ofSeconds(20));
    until(() -> server.charged() == 8);
    assertThat(server.held()).isZero();
  }

  /** A server that reserves, and charges what it reserved once for its key. */
  private final class Charging implements Server {

    /** How often it was asked to end one, and how: by the key of the call. */
    final Queue<String> asked = new ConcurrentLinkedQueue<>();

    /** What it has charged, by the key of the call. */
    final Map<String, String> charged = new ConcurrentHashMap<>();

    final Queue<Entry.Stored> events = new ConcurrentLinkedQueue<>();

    /** What of it can't be told. */
    final Set<String> lost = ConcurrentHashMap.newKeySet();

    /** What is set aside. */
    final Set<String> open = ConcurrentHashMap.newKeySet();

    /** For how long it was to be. */
    final Queue<Long> ttls = new ConcurrentLinkedQueue<>();

    /** What it was to do with what comes to more; what the plan says where nothing was named. */
    final Queue<String> policies = new ConcurrentLinkedQueue<>();

    volatile int openMax = Integer.MAX_VALUE;
    volatile boolean unconnected;
    volatile boolean eventsLost;
    volatile boolean away;
    volatile Ended.@Nullable Fault fault;
    private int reservations;

    @Override
    public CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses) {
      return server.ask(ask, uses);
    }

    @Override
    public CompletionStage<Reported> report(List<Entry.Stored> uses) {
      events.addAll(uses);
      if (new String(uses.getFirst().work(), StandardCharsets.UTF_8).contains("unpriced")) {
        return CompletableFuture.completedFuture(
            new Reported(new Told.Denied(), List.of("no_rate")));
      }
      return eventsLost
          ? CompletableFuture.completedFuture(new Reported(new Told.Lost(), List.of()))
          : server.report(uses);
    }

    @Override
    public CompletionStage<Decision> reserve(ReserveRequest request, String callId) {
      ttls.add(request.ttlSeconds());
      policies.add(request.namesOveragePolicy() ? request.overagePolicy().word() : "plan");
      if (open.size() >= openMax) {
        return CompletableFuture.completedFuture(new Decision.Denied("concurrency_exceeded", ""));
      }
      open.add("rsv_" + (reservations + 1));
      return CompletableFuture.completedFuture(
          new Decision.Allowed("rsv_" + ++reservations, 2_000_000_000, "platform", 60, null));
    }

    @Override
    public CompletionStage<Ended> end(
        String reservation,
        @Nullable Credits amount,
        @Nullable Map<String, Long> usage,
        String callId) {
      asked.add(callId);
      if (unconnected) {
        return CompletableFuture.failedFuture(new ServerAway("it is", true));
      }
      if (away || lost.contains(reservation)) {
        return CompletableFuture.failedFuture(new ServerAway("it is"));
      }
      Ended.Fault why = usage != null && usage.containsKey("odd") ? Ended.Fault.INVALID : fault;
      if (why != null) {
        return CompletableFuture.completedFuture(new Ended.Refused(why, "it is so"));
      }
      open.remove(reservation);
      charged.put(callId, reservation + " " + amount + " " + usage);
      return CompletableFuture.completedFuture(
          new Ended.Done(reservation, "committed", 0, 0, "platform", false, null, null));
    }
  }

  private final Charging charging = new Charging();

  private Sidecar sidecar(SidecarSettings settings, long bytesMax) throws IOException {
    return new Sidecar(
        settings,
        charging,
        server,
        UsageFile.open(directory, new UsageFile.Settings(bytesMax, 1 << 20)),
        InstantSource.system());
  }

  private Gate chargingGate(Sidecar sidecar) {
    return new Gate(sidecar, charging, sidecar.answered());
  }

  @Test
  void whatTheServerIsToChargeArrivesOnceThoughItIsAwayAndTheSidecarEnds() throws Exception {
    charging.away = true;
    String id;
    try (Sidecar first = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      id = id(decide(chargingGate(first), "2000", Mode.CHARGE, "k"));
      assertThat(id).as("by the server").isEqualTo("rsv_1");
      until(() -> !charging.asked.isEmpty());
    }
    int before = charging.asked.size();
    try (Sidecar second = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      assertThat(second.file().unsent()).isEqualTo(1);
      until(() -> charging.asked.size() > before);
      assertThat(id(decide(chargingGate(second), "2000", Mode.CHARGE, "k"))).isEqualTo(id);
      charging.away = false;
      until(() -> second.file().unsent() == 0);
    }
    assertThat(charging.asked.stream().distinct()).as("by one key").hasSize(1);
    assertThat(charging.charged.values()).containsExactly("rsv_1 2000 null");
    int all = charging.asked.size();
    try (Sidecar third = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      assertThat(third.file().unsent()).isZero();
      assertThat(id(decide(chargingGate(third), "2000", Mode.CHARGE, "k"))).isEqualTo(id);
      id(decide(chargingGate(third), "2000", Mode.CHARGE, "other"));
      until(() -> charging.charged.size() == 2);
    }
    assertThat(charging.asked).as("what has arrived is not sent again").hasSize(all + 1);
    assertThat(charging.events).isEmpty();
  }

  @Test
  void whereTheFileIsFullTheServerIsToldAtOnceAndWhatItCanNotBeToldIsKeptAllTheSame()
      throws Exception {
    SidecarSettings passing = SidecarSettings.USUAL;
    charging.lost.addAll(List.of("rsv_1", "rsv_3"));
    try (Sidecar first = sidecar(passing, 1)) {
      Gate gate = chargingGate(first);
      id(decide(gate, "2000", Mode.CHARGE, null));
      assertThat(first.file().isFull()).isTrue();
      id(decide(gate, "2001", Mode.CHARGE, null));
      assertThat(charging.charged.values())
          .as("before the answer")
          .containsExactly("rsv_2 2001 null");
      assertThat(first.file().unsent()).isEqualTo(1);
      id(decide(gate, "2002", Mode.CHARGE, null));
      assertThat(first.file().unsent()).isEqualTo(2);
      charging.lost.clear();
      until(() -> first.file().unsent() == 0);
      assertThat(charging.charged.values()).hasSize(3);
    }
    charging.away = true;
    try (Sidecar denying = sidecar(passing.denyingWhenFull(true), 1)) {
      Gate gate = chargingGate(denying);
      id(decide(gate, "2000", Mode.CHARGE, null));
      assertThat(decide(gate, "2000", Mode.CHARGE, null))
          .isInstanceOfSatisfying(
              Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("usage_file_full"));
      charging.away = false;
      until(() -> denying.file().unsent() == 0);
    }
    assertThat(charging.charged.values()).hasSize(4);
  }

  @Test
  void whatHasExpiredForGoodIsAnEventAndWhatIsRefusedIsNotSentAgain() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      charging.fault = Ended.Fault.EXPIRED;
      id(decide(gate, "2000", Mode.CHARGE, null));
      until(() -> charging.events.size() == 1);
      Entry.Stored event = charging.events.element();
      assertThat(event.id()).isEqualTo("rsv_1");
      assertThat(event.request().amount()).isEqualTo(Credits.of(2_000));
      assertThat(event.request().metadata()).isEmpty();
      until(() -> sidecar.file().unsent() == 0);
      charging.fault = Ended.Fault.FINALIZED;
      id(decide(gate, "2000", Mode.CHARGE, null));
      until(() -> sidecar.meters().finalizedBeforeCommits() == 1);
      until(() -> sidecar.file().unsent() == 0);
      assertThat(sidecar.meters().rejectedUses()).as("it may be on record").isZero();
      assertThat(charging.events).hasSize(1);
      assertThat(charging.asked).hasSize(2);
    }
  }

  @Test
  void whatTheServerDoesNotKnowAndWasNeverSentIsAnEvent() throws Exception {
    charging.unconnected = true;
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      id(decide(chargingGate(sidecar), "2000", Mode.CHARGE, null));
      until(() -> charging.asked.size() > 1);
      charging.eventsLost = true;
      charging.fault = Ended.Fault.NOT_FOUND;
      charging.unconnected = false;
      until(() -> !charging.events.isEmpty());
      assertThat(sidecar.file().unsent()).isEqualTo(1);
      charging.eventsLost = false;
      until(() -> sidecar.file().unsent() == 0);
      assertThat(charging.events.stream().map(Entry.Stored::id).distinct())
          .containsExactly("rsv_1");
      assertThat(sidecar.meters().rejectedUses()).isZero();
    }
  }

  @Test
  void whatTheServerDoesNotKnowAndMayHaveChargedIsKeptAside() throws Exception {
    SidecarSettings usual = SidecarSettings.USUAL;
    SidecarSettings impatient =
        new SidecarSettings(
            usual.leases(),
            usual.waitMax(),
            usual.termsEvery(),
            usual.reportEvery(),
            Duration.ofMillis(50),
            null,
            Map.of(),
            false);
    charging.away = true;
    try (Sidecar first = sidecar(impatient, 1 << 24)) {
      id(decide(chargingGate(first), "2000", Mode.CHARGE, null));
    }
    charging.fault = Ended.Fault.NOT_FOUND;
    charging.away = false;
    try (Sidecar second = sidecar(impatient, 1 << 24)) {
      until(() -> second.file().unsentAside() == 1);
      assertThat(charging.events).as("it would be charged twice").isEmpty();
      assertThat(second.meters().rejectedUses()).isZero();
      charging.fault = null;
      until(() -> second.file().unsent() == 0);
      assertThat(charging.charged).hasSize(1);
    }
  }

  @Test
  void whatTheServerDoesNotKnowAndMayHaveChargedIsGivenUpAfterADay() throws Exception {
    charging.away = true;
    try (Sidecar first = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      id(decide(chargingGate(first), "2000", Mode.CHARGE, null));
    }
    charging.fault = Ended.Fault.NOT_FOUND;
    charging.away = false;
    UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20));
    InstantSource later = InstantSource.offset(InstantSource.system(), Duration.ofHours(25));
    try (Sidecar second = new Sidecar(SidecarSettings.USUAL, charging, server, file, later)) {
      until(() -> second.file().unsent() == 0);
      assertThat(second.meters().rejectedUses()).as("it is in the log").isEqualTo(1);
      assertThat(charging.events).isEmpty();
    }
  }

  @Test
  void whatHasExpiredAndHasNoPriceIsAnEventOfWhatHasOne() throws Exception {
    charging.fault = Ended.Fault.EXPIRED;
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      chargingGate(sidecar)
          .settleAsPriced(
              "rsv_1",
              wish("2", Mode.RESERVE),
              Map.of("unpriced", 1L),
              List.of(Map.of("usual", 2L)),
              Map.of())
          .toCompletableFuture()
          .join();
      until(() -> sidecar.file().unsent() == 0);
      assertThat(charging.events.stream().map(Entry.Stored::id)).containsExactly("rsv_1", "rsv_1");
      assertThat(charging.events.stream().map(each -> each.request().usage()))
          .containsExactly(Map.of("unpriced", 1L), Map.of("usual", 2L));
      assertThat(sidecar.meters().rejectedUses()).isZero();
    }
  }

  @Test
  void oneThatCanNotBeReadHoldsUpNoOther() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      id(decide(gate, "2000", Mode.CHARGE, null));
      gate.settleAsPriced(
              "rsv_poison",
              wish("2", Mode.RESERVE),
              Map.of("tokens", Body.UNITS_MAX + 1),
              List.of(),
              Map.of())
          .toCompletableFuture()
          .join();
      id(decide(gate, "2001", Mode.CHARGE, null));
      until(() -> sidecar.file().unsent() == 0);
      assertThat(charging.charged.values())
          .containsExactlyInAnyOrder("rsv_1 2000 null", "rsv_2 2001 null");
      assertThat(sidecar.meters().rejectedUses()).isEqualTo(1);
    }
  }

  @Test
  void oneAfterTheOtherIsChargedThoughOneMayBeOpenAtATime() throws Exception {
    charging.openMax = 1;
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      for (int i = 1; i <= 20; i++) {
        assertThat(id(decide(gate, "2000", Mode.CHARGE, null))).isEqualTo("rsv_" + i);
        String held = id(gate.hold(wish("2000", Mode.RESERVE)).toCompletableFuture().join());
        assertThat(held).isEqualTo("rsv_" + ++i);
        gate.settle(held, wish("2000", Mode.RESERVE), Credits.of(1), null)
            .toCompletableFuture()
            .join();
      }
      until(() -> sidecar.file().unsent() == 0);
      assertThat(charging.asked).as("each is told once").hasSize(20);
    }
  }

  @Test
  void whatIsEndedHereTheServerSetsAsideForAsLongAsALeaseCanBeSettled() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      id(decide(gate, "2000", Mode.CHARGE, null));
      id(gate.hold(wish("2000", Mode.RESERVE)).toCompletableFuture().join());
      id(decide(gate, "2000", Mode.RESERVE, null));
      assertThat(charging.ttls).containsExactly(1_200L, 1_200L, 60L);
    }
  }

  @Test
  void whatModelsUseIsNotRejectedWhenItIsMoreThanWasSetAside() throws Exception {
    server.plan(OveragePolicy.REJECT);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      id(gate.hold(wish("2", Mode.RESERVE)).toCompletableFuture().join());
      id(decide(gate, "2", Mode.CHARGE, null));
      id(decide(gate, "2", Mode.RESERVE, null));
      assertThat(charging.policies).containsExactly("record", "plan", "plan");
    }
    server.plan(OveragePolicy.CAP);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      id(chargingGate(sidecar).hold(wish("2", Mode.RESERVE)).toCompletableFuture().join());
      assertThat(charging.policies).as("what is not charged stays so").endsWith("plan");
    }
  }

  @Test
  void whatIsRejectedAsLongAsItIsOpenIsToldUntilItIsCharged() throws Exception {
    charging.fault = Ended.Fault.OVERAGE;
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      id(decide(chargingGate(sidecar), "2000", Mode.CHARGE, null));
      until(() -> charging.asked.size() > 1);
      assertThat(sidecar.file().unsent()).isEqualTo(1);
      assertThat(sidecar.meters().finalizedBeforeCommits()).isZero();
      charging.fault = null;
      until(() -> sidecar.file().unsent() == 0);
      assertThat(charging.charged.values()).containsExactly("rsv_1 2000 null");
    }
  }

  @Test
  void whatCanNeitherBeKeptNorToldIsNotLetPass() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      id(decide(gate, "2000", Mode.CHARGE, "first"));
      sidecar.file().close();
      charging.away = true;
      assertThat(decide(gate, "2000", Mode.CHARGE, "second"))
          .isInstanceOfSatisfying(
              Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("server_away"));
      charging.away = false;
      assertThat(decide(gate, "2000", Mode.CHARGE, "third")).isInstanceOf(Decision.Allowed.class);
      assertThat(charging.charged).as("told, since it could not be kept").hasSize(2);
    }
  }

  @Test
  void whatCouldNotBeKeptAndMayHaveBeenToldIsNoEventWhenItIsTriedAgain() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      String held = id(gate.hold(wish("2000", Mode.RESERVE)).toCompletableFuture().join());
      sidecar.file().close();
      charging.away = true;
      CompletableFuture<Void> first =
          gate.settle(held, wish("2000", Mode.RESERVE), Credits.of(1), null).toCompletableFuture();
      assertThat(first).failsWithin(Duration.ofSeconds(30));
      charging.fault = Ended.Fault.NOT_FOUND;
      charging.away = false;
      until(() -> charging.asked.size() > 2);
      assertThat(charging.events).as("it may have been charged").isEmpty();
      charging.fault = null;
      until(() -> charging.charged.size() == 1);
      gate.close();
    }
  }

  @Test
  void namesOfAnyLengthHaveKeysThatTheServerTakes() throws Exception {
    String id = "rsv_" + "x".repeat(300);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      Gate gate = chargingGate(sidecar);
      gate.settle(id, wish("2", Mode.RESERVE), Credits.of(1), null).toCompletableFuture().join();
      gate.settle(id, wish("2", Mode.RESERVE), null, null).toCompletableFuture().join();
      until(() -> charging.asked.size() == 2);
      assertThat(charging.asked).allMatch(key -> key.length() <= 255).doesNotHaveDuplicates();
    }
  }

  @Test
  void whatHasNoPriceIsChargedOtherwiseAlsoWhereThatTurnsOutLater() throws Exception {
    charging.away = true;
    try (Sidecar first = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      chargingGate(first)
          .settleAsPriced(
              "rsv_1",
              wish("2", Mode.RESERVE),
              Map.of("odd", 1L),
              List.of(Map.of("odd", 2L), Map.of("usual", 1L)),
              Map.of("bursar.estimated", "no_usage"))
          .toCompletableFuture()
          .join();
    }
    charging.away = false;
    try (Sidecar second = sidecar(SidecarSettings.USUAL, 1 << 24)) {
      until(() -> second.file().unsent() == 0);
      assertThat(charging.charged.values()).containsExactly("rsv_1 null {usual=1}");
    }
  }

  @Test
  void whatTheServerMayHaveChargedNobodyElseDecides() throws Exception {
    SidecarSettings allowing = SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of());
    Sidecar first = sidecar(allowing);
    // More than is ever leased: the server is asked.
    gate(first)
        .decide(wish("2000", Mode.CHARGE), "k")
        .toCompletableFuture()
        .handle((d, e) -> d)
        .join();
    first.close();
    try (Sidecar second = sidecar(allowing)) {
      second.terms("acme").toCompletableFuture().join();
      server.away(true);
      Gate gate = gate(second);
      assertThat(decide(gate, "2000", Mode.CHARGE, "k"))
          .isInstanceOfSatisfying(
              Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("server_away"));
      assertThat(decide(gate, "2000", Mode.CHARGE, "k"))
          .as("however often it is asked")
          .isInstanceOf(Decision.Denied.class);
      assertThat(decide(gate, "2000", Mode.CHARGE, "other")).isInstanceOf(Decision.Allowed.class);
    }
  }

  @Test
  void whatIsOnlyLookedAtChangesNothing() throws Exception {
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL)) {
      Gate gate = gate(sidecar);
      id(decide(gate, "2", Mode.CHARGE, null));
      Decision.Allowed looked = (Decision.Allowed) decide(gate, "2", Mode.CHECK, "k");
      assertThat(looked.reservation()).isNull();
      until(() -> server.charged() == 2);
      assertThat(sidecar.rooms().open().taken()).isZero();
    }
  }

  @Test
  void whoCanNotBeAskedAboutIsDeniedOrAllowedAsTheFailModeSays() throws Exception {
    server.away(true);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL)) {
      for (Mode mode : Mode.values()) {
        assertThat(decide(gate(sidecar), "2", mode, null))
            .isInstanceOfSatisfying(
                Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("server_away"));
      }
    }
    server.away(false);
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()))) {
      sidecar.terms("acme").toCompletableFuture().join();
      server.away(true);
      Gate gate = gate(sidecar);
      String charged = id(decide(gate, "2", Mode.CHARGE, "k"));
      assertThat(id(decide(gate, "2", Mode.CHARGE, "k"))).isEqualTo(charged);
      assertThat(((Decision.Allowed) decide(gate, "2", Mode.CHECK, null)).reservation()).isNull();
      assertThat(sidecar.rooms().open().taken()).isZero();
      server.away(false);
      until(() -> server.unchecked() == 2);
    }
  }
}
