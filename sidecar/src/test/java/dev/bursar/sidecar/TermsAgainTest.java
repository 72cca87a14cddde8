package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.TermsSource.Tagged;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often terms are asked for, by a clock that is set here. */
final class TermsAgainTest {

  private static final long TICK = Duration.ofMillis(100).toNanos();
  private static final int ORGS = 100;
  private static final Duration WAIT = Duration.ofSeconds(30);

  private final Clockwork host = new Clockwork();
  private final ModelServer server = new ModelServer(1_000);
  private final List<CompletableFuture<@Nullable Tagged>> asked = new ArrayList<>();
  private final Desks desks =
      new Desks(
          SidecarSettings.USUAL,
          server,
          (org, known) -> ask(org),
          host,
          new SidecarMeters(host),
          new ToldOrgs());

  private CompletionStage<@Nullable Tagged> ask(String org) {
    if (org.startsWith("bad")) {
      throw new IllegalStateException(org);
    }
    return ask();
  }

  private CompletionStage<@Nullable Tagged> ask() {
    CompletableFuture<@Nullable Tagged> answer = new CompletableFuture<>();
    asked.add(answer);
    return answer;
  }

  /** Time goes on, and whoever is asked meanwhile fails. */
  private int askedWithin(Duration time, RuntimeException error) {
    int all = 0;
    for (long end = host.nanos + time.toNanos(); host.nanos < end; host.nanos += TICK) {
      desks.tick();
      host.soon();
      all += asked.size();
      asked.forEach(each -> each.completeExceptionally(error));
      asked.clear();
      host.soon();
    }
    return all;
  }

  @Test
  void termsThatCanNotBeHadAreAskedForAfterPausesThatGrow() {
    desks.asked("acme");
    assertThat(askedWithin(Duration.ofSeconds(65), new ServerAway("it is")))
        .as("every five seconds, as those that can, but for the first times")
        .isBetween(12, 17);
  }

  @Test
  void termsThatCanNotBeReadAreAskedForAfterPausesThatGrow() {
    desks.asked("acme");
    assertThat(askedWithin(Duration.ofSeconds(65), new IllegalArgumentException("unreadable")))
        .isBetween(12, 17);
  }

  @Test
  void ofManyOrgsThatAreDueTogetherSomeAreAskedForAtOnce() {
    for (int i = 0; i < ORGS; i++) {
      desks.asked("org-" + i);
    }
    host.nanos += Duration.ofSeconds(6).toNanos();
    Tagged terms = server.terms("any", null).toCompletableFuture().join();
    int all = 0;
    while (all < ORGS) {
      desks.tick();
      host.soon();
      assertThat(asked.size()).isBetween(1, 16);
      all += asked.size();
      List<CompletableFuture<@Nullable Tagged>> now = List.copyOf(asked);
      asked.clear();
      now.forEach(each -> each.complete(terms));
      host.soon();
    }
    assertThat(all).as("each once").isEqualTo(ORGS);
  }

  @Test
  void whatFailsForSomeOrgsAtOnceDoesNotKeepTheOthersFromBeingAskedFor() {
    for (int i = 0; i < 16; i++) {
      desks.asked("bad-" + i);
    }
    host.nanos += Duration.ofSeconds(6).toNanos();
    desks.tick();
    host.soon();
    desks.asked("acme");
    host.nanos += Duration.ofSeconds(6).toNanos();
    desks.tick();
    host.soon();
    desks.tick();
    assertThat(asked).hasSize(1);
  }

  @Test
  void anOrgOfWhichTheServerSaysNothingTakesOnePlace() {
    for (int i = 0; i < 5; i++) {
      desks.asked("hung-" + i);
    }
    host.nanos += Duration.ofSeconds(6).toNanos();
    for (int i = 0; i < 20; i++) {
      desks.tick();
      host.soon();
      host.nanos += TICK;
    }
    assertThat(asked).hasSize(5);
    for (int i = 0; i < 11; i++) {
      desks.asked("org-" + i);
    }
    host.nanos += Duration.ofSeconds(6).toNanos();
    desks.tick();
    host.soon();
    assertThat(asked).hasSize(16);
  }

  @Test
  void aCommitDoesNotHaveThemAskedForAgainAtOnceWhereThatHasFailed(@TempDir Path directory)
      throws IOException {
    UsageFile.Settings settings = new UsageFile.Settings(1 << 24, 1 << 20);
    String id = Sidecar.RESERVATION + "acme_before.";
    try (UsageFile before = UsageFile.open(directory, settings)) {
      before.start(List::of, () -> {});
      for (int i = 1; i <= 2; i++) {
        before
            .keep(
                new Entry.Opened(
                    id + i,
                    "L1",
                    1,
                    ModelServer.request("1", false),
                    "platform",
                    1_000_000,
                    host.now(),
                    host.now().plusSeconds(300),
                    null))
            .join();
      }
    }
    UsageFile file = UsageFile.open(directory, settings);
    try (Sidecar sidecar =
        new Sidecar(SidecarSettings.USUAL, server, (org, known) -> ask(), file, host)) {
      CompletableFuture<Ended> first =
          sidecar.end(id + 1, null, Map.of("tokens", 1L)).toCompletableFuture();
      assertThat(asked).hasSize(1);
      asked.getFirst().completeExceptionally(new ServerAway("it is"));
      assertThat(first).succeedsWithin(WAIT);
      assertThat(sidecar.end(id + 2, null, Map.of("tokens", 1L)).toCompletableFuture())
          .succeedsWithin(WAIT);
      assertThat(asked).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRequestDoesNotHaveThemAskedForAgainAtOnceWhereThatHasFailed(
      boolean away, @TempDir Path directory) throws IOException {
    UsageFile file = UsageFile.open(directory, new UsageFile.Settings(1 << 24, 1 << 20));
    try (Sidecar sidecar =
        new Sidecar(SidecarSettings.USUAL, server, (org, known) -> ask(), file, host)) {
      CompletableFuture<Decision> first =
          sidecar.decide(ModelServer.request("1", true)).toCompletableFuture();
      assertThat(asked).hasSize(1);
      RuntimeException error = away ? new ServerAway("it is") : new IllegalStateException();
      asked.getFirst().completeExceptionally(error);
      assertThat(first).isCompletedWithValueMatching(it -> it instanceof Decision.Elsewhere);
      assertThat(sidecar.decide(ModelServer.request("1", true)).toCompletableFuture())
          .isCompletedWithValueMatching(it -> it instanceof Decision.Elsewhere);
      assertThat(asked).hasSize(1);
      host.nanos += Duration.ofMillis(500).toNanos();
      sidecar.decide(ModelServer.request("1", true));
      assertThat(asked).hasSize(2);
    }
  }

  /** What is run does not run by itself. */
  private static final class Clockwork implements Host {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private long nanos;

    void soon() {
      for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
        next.run();
      }
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public String newLife() {
      return "life";
    }

    @Override
    public void soon(Runnable what) {
      waiting.add(what);
    }

    @Override
    public CompletableFuture<Void> after(long pause) {
      return new CompletableFuture<>();
    }

    @Override
    public void completeAfter(CompletableFuture<Void> what, long pause) {}

    @Override
    public Running run(String name, Steps steps) {
      return new Running() {
        @Override
        public void wake() {}

        @Override
        public void close() {}
      };
    }
  }
}
