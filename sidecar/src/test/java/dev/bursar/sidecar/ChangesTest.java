package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.TermsSource;
import dev.bursar.sidecar.usage.UsageFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody tells a sidecar of what the server has changed. */
final class ChangesTest {

  @TempDir private Path directory;
  private final ModelServer server = new ModelServer(1_000);
  private Sidecar sidecar;

  @BeforeEach
  void start() throws Exception {
    sidecar =
        new Sidecar(
            SidecarSettings.USUAL,
            server,
            server,
            UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20)),
            InstantSource.system());
  }

  @AfterEach
  void stop() {
    sidecar.close();
  }

  private boolean isAllowed() {
    return sidecar.decide(ModelServer.request("1", true)).toCompletableFuture().join()
        instanceof Decision.Allowed;
  }

  private static void done(CompletionStage<Void> taken) {
    taken.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Test
  void aFreezeThatWasTakenInIsKeptTo() {
    for (int round = 0; round < 20; round++) {
      assertThat(isAllowed()).isTrue();
      CompletableFuture<Boolean> meanwhile = CompletableFuture.supplyAsync(this::isAllowed);
      server.freeze(true);
      done(sidecar.changed("acme"));
      assertThat(isAllowed()).isFalse();
      meanwhile.join();
      assertThat(isAllowed()).isFalse();
      server.freeze(false);
      untilAllowed();
    }
  }

  private void untilAllowed() {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!isAllowed()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
    }
  }

  @Test
  void whatTheServerWasNotAskedAboutWasNotTakenIn() {
    assertThat(isAllowed()).isTrue();
    server.away(true);
    CompletableFuture<Void> one = sidecar.changed("acme").toCompletableFuture();
    CompletableFuture<Void> all = sidecar.changedAll().toCompletableFuture();
    assertThat(isAllowed()).as("by its lease").isTrue();
    assertThat(one).isNotDone();
    assertThat(all).isNotDone();
    server.away(false);
    done(one);
    done(all);
    assertThat(isAllowed()).isTrue();
  }

  @Test
  void howeverManyChangesWaitTheServerIsAskedOnceInAWhile() {
    AtomicInteger asked = new AtomicInteger();
    TermsSource failing =
        (org, known) -> {
          asked.incrementAndGet();
          return CompletableFuture.failedFuture(new ServerAway("it is"));
        };
    Host host = new Threads(InstantSource.system());
    Desks desks =
        new Desks(
            SidecarSettings.USUAL, server, failing, host, new SidecarMeters(host), new ToldOrgs());
    desks.desk("acme");
    List<CompletableFuture<Void>> waiting =
        IntStream.range(0, 50).mapToObj(i -> desks.changed("acme")).toList();
    int before = asked.get();
    long began = System.nanoTime();
    while (asked.get() < before + 3) {
      Thread.onSpinWait();
    }
    desks.end();
    assertThat(System.nanoTime() - began)
        .as("two pauses of half a second")
        .isGreaterThan(Duration.ofMillis(900).toNanos());
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void aRevokedLeaseIsDecidedFromNoMore() {
    assertThat(isAllowed()).isTrue();
    server.freeze(true);
    done(sidecar.revoke("acme", "L1"));
    assertThat(isAllowed()).isFalse();
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (server.held() > 0) {
      assertThat(System.nanoTime()).as("it is closed").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(server.charged()).isEqualTo(1);
  }

  @Test
  void ofAnOrgThatNobodyAsksAboutThereIsNothingToTakeIn() {
    assertThat(sidecar.changed("other").toCompletableFuture()).isCompleted();
    assertThat(sidecar.revoke("other", "L9").toCompletableFuture()).isCompleted();
  }
}
