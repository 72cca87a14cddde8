package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import dev.bursar.sidecar.usage.Use;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that answers about some orgs and not about another. */
final class UnreachableOrgTest {

  private static final UsageFile.Settings LARGE = new UsageFile.Settings(1 << 26, 1 << 24);
  private static final String UNREACHABLE = "x";
  private static final int LEASES = 300;

  @TempDir private Path directory;

  private final Set<String> onRecord = ConcurrentHashMap.newKeySet();
  private final Set<String> closed = ConcurrentHashMap.newKeySet();
  private final AtomicInteger reportsInVain = new AtomicInteger();

  /** What it does not answer is looked at and reported on; leases are named by their org. */
  private final class OneOrgAway implements Server {
    private final boolean isLookedAt;
    private final @Nullable Duration failsAfter;

    /**
     * @param isLookedAt whether it still tells of the org that it is not reachable for how its
     *     leases stand
     * @param failsAfter after what time it fails else; null for never
     */
    private OneOrgAway(boolean isLookedAt, @Nullable Duration failsAfter) {
      this.isLookedAt = isLookedAt;
      this.failsAfter = failsAfter;
    }

    @Override
    public CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses) {
      String lease =
          switch (ask) {
            case Ask.Acquire it -> throw new IllegalArgumentException(it.toString());
            case Ask.Settle it -> it.lease();
            case Ask.Look it -> it.lease();
            case Ask.Close it -> it.lease();
          };
      boolean isAnswered =
          !lease.startsWith(UNREACHABLE) || (isLookedAt && ask instanceof Ask.Look);
      if (!isAnswered) {
        return unanswered();
      }
      uses.forEach(each -> onRecord.add(each.id()));
      if (ask instanceof Ask.Close) {
        closed.add(lease);
      }
      Told told =
          new Told.Lease(
              lease, true, 1, 1_000_000, 0, false, Map.of(), 0, 1L << 40, 1L << 40, 1, false);
      return CompletableFuture.supplyAsync(() -> new Reported(told, List.of()));
    }

    private CompletionStage<Reported> unanswered() {
      reportsInVain.incrementAndGet();
      CompletableFuture<Reported> answer = new CompletableFuture<>();
      if (failsAfter != null) {
        Executor later =
            CompletableFuture.delayedExecutor(failsAfter.toMillis(), TimeUnit.MILLISECONDS);
        later.execute(() -> answer.completeExceptionally(new ServerAway("no answer")));
      }
      return answer;
    }

    @Override
    public CompletionStage<Reported> report(List<Entry.Stored> uses) {
      throw new IllegalStateException("all is of leases");
    }

    @Override
    public CompletionStage<Decision> reserve(ReserveRequest request, String callId) {
      throw new IllegalStateException("nothing is decided");
    }

    @Override
    public CompletionStage<Ended> end(
        String reservation,
        @Nullable Credits amount,
        @Nullable Map<String, Long> usage,
        String callId) {
      throw new IllegalStateException("nothing was reserved");
    }
  }

  private static Entry.Used used(String org, int lease, int use) {
    ReserveRequest request =
        new ReserveRequest(
            Subject.ofOrg(org),
            "chat",
            null,
            null,
            null,
            null,
            Credits.parse("0.001"),
            "platform",
            300,
            null,
            true,
            false,
            Map.of());
    String id = "%s-%d-%d".formatted(org, lease, use);
    return new Entry.Used(
        new Use(
            id,
            org + lease,
            Instant.parse("2026-03-02T12:00:00Z"),
            request,
            null,
            request.amount(),
            "platform",
            1_000),
        null);
  }

  /** A life that ends with so much that is not reported: first that of the one org. */
  private void left(int usesOfEach) throws IOException {
    try (UsageFile file = UsageFile.open(directory, LARGE)) {
      file.start(List::of, () -> {});
      List<CompletableFuture<Void>> kept = new ArrayList<>();
      for (int use = 0; use < usesOfEach; use++) {
        for (int lease = 0; lease < LEASES; lease++) {
          kept.add(file.keep(used(UNREACHABLE, lease, use)));
        }
      }
      for (int lease = 0; lease < 3; lease++) {
        kept.add(file.keep(used("y", lease, 0)));
      }
      kept.forEach(CompletableFuture::join);
    }
  }

  private Sidecar sidecar(Server server) throws IOException {
    return new Sidecar(
        SidecarSettings.USUAL,
        server,
        new ModelServer(1),
        UsageFile.open(directory, LARGE),
        InstantSource.system());
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void whatIsNeverAnsweredOfOneOrgHoldsUpNoOther() throws IOException {
    left(1);
    try (Sidecar sidecar = sidecar(new OneOrgAway(false, null))) {
      until(() -> onRecord.containsAll(Set.of("y-0-0", "y-1-0", "y-2-0")));
      until(() -> closed.containsAll(Set.of("y0", "y1", "y2")));
      assertThat(sidecar.file().unsent()).isEqualTo(LEASES);
    }
  }

  /** There are more uses of it than are in memory at once. */
  @Test
  void whatCanNotBeReportedOfOneOrgStepsAsideWithoutBeingTriedOneByOne() throws IOException {
    left(60);
    try (Sidecar sidecar = sidecar(new OneOrgAway(true, Duration.ofSeconds(2)))) {
      until(() -> onRecord.containsAll(Set.of("y-0-0", "y-1-0", "y-2-0")));
      assertThat(reportsInVain).hasValueLessThan(LEASES / 2);
      assertThat(sidecar.file().unsentAside()).isPositive();
    }
  }

  /** What can neither be sent nor set aside yet is waited for, and not looked at all the time. */
  @Test
  void whoWaitsForTheTurnOfOneOrgIsWokenNowAndThen() throws IOException {
    left(1);
    CountingSteps host = new CountingSteps("sidecar-reporter");
    SidecarSettings settings = SidecarSettings.USUAL.patientFor(Duration.ofSeconds(4));
    UsageFile file = UsageFile.open(directory, LARGE);
    Server server = new OneOrgAway(true, Duration.ofMillis(300));
    try (Sidecar sidecar = new Sidecar(settings, server, new ModelServer(1), file, host)) {
      until(() -> sidecar.file().unsentAside() > 0);
      assertThat(host.steps).hasValueLessThan(10 * LEASES);
    }
  }

  /** Threads, of which one kind of steps is counted. */
  private static final class CountingSteps implements Host {
    private final Host threads = new Threads(InstantSource.system());
    private final String counted;
    private final AtomicInteger steps = new AtomicInteger();

    private CountingSteps(String counted) {
      this.counted = counted;
    }

    @Override
    public Running run(String name, Steps all) {
      if (!name.equals(counted)) {
        return threads.run(name, all);
      }
      return threads.run(
          name,
          () -> {
            steps.incrementAndGet();
            return all.step();
          });
    }

    @Override
    public long nanos() {
      return threads.nanos();
    }

    @Override
    public Instant now() {
      return threads.now();
    }

    @Override
    public String newLife() {
      return threads.newLife();
    }

    @Override
    public void soon(Runnable what) {
      threads.soon(what);
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      return threads.after(nanos);
    }

    @Override
    public void completeAfter(CompletableFuture<Void> what, long nanos) {
      threads.completeAfter(what, nanos);
    }
  }
}
