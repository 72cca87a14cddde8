package dev.bursar.sidecar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.gateway.Wishes.Mode;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    later.settle(held, null, null, Map.of()).toCompletableFuture().join();
    second.stop(Duration.ofSeconds(20));
    until(() -> server.charged() == 8);
    assertThat(server.held()).isZero();
  }

  @Test
  void whatHasNoPriceIsChargedOtherwiseAlsoWhereThatTurnsOutLater() throws Exception {
    Queue<String> asked = new ConcurrentLinkedQueue<>();
    Server unpriced =
        new Server() {
          @Override
          public CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses) {
            return server.ask(ask, uses);
          }

          @Override
          public CompletionStage<Reported> report(List<Entry.Stored> uses) {
            return server.report(uses);
          }

          @Override
          public CompletionStage<Decision> reserve(ReserveRequest request, String callId) {
            return server.reserve(request, callId);
          }

          @Override
          public CompletionStage<Ended> end(
              String reservation,
              @Nullable Credits amount,
              @Nullable Map<String, Long> usage,
              String callId) {
            boolean first = asked.isEmpty();
            asked.add(String.valueOf(usage));
            return first
                ? CompletableFuture.failedFuture(new ServerAway("it is"))
                : CompletableFuture.completedFuture(
                    usage != null && usage.containsKey("odd")
                        ? new Ended.Refused(Ended.Fault.INVALID, "no rate")
                        : new Ended.Refused(Ended.Fault.FINALIZED, "it is over"));
          }
        };
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL)) {
      CompletionStage<Ended> first =
          new Gate(sidecar, unpriced, List.of())
              .settleAsPriced("rsv_1", Map.of("odd", 1L), List.of(Map.of("usual", 1L)), Map.of());
      assertThat(first.toCompletableFuture()).isCompletedExceptionally();
      until(() -> asked.size() == 3);
      assertThat(asked).containsExactly("{odd=1}", "{odd=1}", "{usual=1}");
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
    server.away(true);
    try (Sidecar second = sidecar(allowing)) {
      Gate gate = gate(second);
      assertThat(decide(gate, "2000", Mode.CHARGE, "k"))
          .isInstanceOfSatisfying(
              Decision.Denied.class, it -> assertThat(it.code()).isEqualTo("server_away"));
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
    try (Sidecar sidecar = sidecar(SidecarSettings.USUAL.failing(FailMode.ALLOW, Map.of()))) {
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
