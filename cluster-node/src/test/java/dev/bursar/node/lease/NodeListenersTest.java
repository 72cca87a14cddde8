package dev.bursar.node.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Listeners.Reached;
import dev.bursar.domain.lease.Notice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes of one cluster, and who listens at which. */
class NodeListenersTest {

  private static final Listener WHO = new Listener("key_1", "gateway-1");
  private static final Duration LEASE = Duration.ofMinutes(5);

  private final AtomicInteger notices = new AtomicInteger();
  private Node first;
  private Node second;

  private static final class Node {
    final ActorSystem<Void> system;
    final NodeListeners listeners;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    Node(@Nullable Node other) {
      Config config =
          ConfigFactory.parseString("pekko.loglevel = WARNING, pekko.cluster.jmx.enabled = off")
              .withFallback(ConfigFactory.parseResources("quick-cluster.conf"))
              .withFallback(ConfigFactory.parseResources("node.conf"))
              .withFallback(ConfigFactory.defaultReference())
              .resolve();
      system = ActorSystem.create(Behaviors.empty(), "bursar", config);
      Cluster cluster = Cluster.get(system);
      cluster
          .manager()
          .tell(
              Join.create(
                  other == null
                      ? cluster.selfMember().address()
                      : Cluster.get(other.system).selfMember().address()));
      listeners = new NodeListeners(system, Duration.ofSeconds(5), meters);
    }

    void stop() {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  /** Reads, and acknowledges at a node, or at none. */
  private static final class Ear implements Listeners.Reader {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final @Nullable Node acknowledgesAt;

    Ear(@Nullable Node acknowledgesAt) {
      this.acknowledgesAt = acknowledgesAt;
    }

    @Override
    public void begun() {
      heard.add("begun");
    }

    @Override
    public boolean take(Notice notice, boolean awaited) {
      heard.add(notice.kind().name());
      if (acknowledgesAt != null) {
        acknowledgesAt.listeners.acknowledge(WHO, notice.id());
      }
      return true;
    }

    @Override
    public void ended(Listeners.End why) {
      heard.add(why.name());
    }

    void hears(String what) throws InterruptedException {
      String next;
      do {
        next = heard.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("not heard: " + what).isNotNull();
      } while (!what.equals(next));
    }
  }

  @BeforeEach
  void start() {
    first = new Node(null);
    second = new Node(first);
  }

  @AfterEach
  void stop() {
    second.stop();
    first.stop();
  }

  private Reached told(Node from) {
    Notice notice =
        new Notice("n" + notices.incrementAndGet(), Notice.Kind.ENTITLEMENTS_CHANGED, "acme", null);
    return from.listeners.tell(notice, Map.of(WHO, LEASE)).toCompletableFuture().join().get(WHO);
  }

  private void untilTold(Node from, Reached how) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (told(from) != how) {
      assertThat(System.nanoTime()).as("nodes don't know each other").isLessThan(deadline);
    }
  }

  @Test
  void whoListensAtOneNodeIsToldByAnotherAndMayAcknowledgeAtAny() throws Exception {
    Ear ear = new Ear(first);
    second.listeners.listen(WHO, null, ear);
    ear.hears("begun");
    untilTold(first, Reached.ACKNOWLEDGED);
    ear.hears("ENTITLEMENTS_CHANGED");
    assertThat(told(second)).isEqualTo(Reached.ACKNOWLEDGED);
    assertThat(second.meters.get("bursar.lease.streams").gauge().value()).isEqualTo(1);
    assertThat(
            first
                .meters
                .get("bursar.lease.notices")
                .tag("reached", "acknowledged")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void whoListensAnewAtAnotherNodeIsToldThereAlone() throws Exception {
    Ear before = new Ear(null);
    first.listeners.listen(WHO, null, before);
    before.hears("begun");
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (before.heard.stream().noneMatch("REPLACED"::equals)) {
      assertThat(System.nanoTime()).as("nodes don't know each other").isLessThan(deadline);
      second.listeners.listen(WHO, null, new Ear(second));
      told(second);
    }
    untilTold(first, Reached.ACKNOWLEDGED);
  }

  @Test
  void aNodeThatStopsEndsItsStreamsAndIsNotWaitedFor() throws Exception {
    Ear ear = new Ear(first);
    second.listeners.listen(WHO, null, ear);
    untilTold(first, Reached.ACKNOWLEDGED);
    second.listeners.stop().toCompletableFuture().join();
    ear.hears("STOPPED");
    assertThat(told(first)).isEqualTo(Reached.AWAY);
    second.stop();
    untilTold(first, Reached.AWAY);
    Ear again = new Ear(first);
    first.listeners.listen(WHO, null, again);
    untilTold(first, Reached.ACKNOWLEDGED);
  }

  @Test
  void whoIsSilentIsCutOffAtItsNode() throws Exception {
    Ear ear = new Ear(null);
    first.listeners.listen(WHO, null, ear);
    ear.hears("begun");
    assertThat(told(first)).isEqualTo(Reached.SILENT);
    ear.hears("SILENT");
    assertThat(told(first)).isEqualTo(Reached.AWAY);
  }
}
