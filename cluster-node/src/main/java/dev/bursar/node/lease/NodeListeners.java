package dev.bursar.node.lease;

import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/**
 * Those who listen, at any node of the cluster. Each node has a hub for those who are connected to
 * it; who has something to tell asks all hubs. Nothing of it is stored.
 */
public final class NodeListeners implements Listeners {

  /** How long a hub may take besides what it waits for itself. */
  private static final Duration HUB_WITHIN = Duration.ofSeconds(2);

  private final ActorSystem<?> system;
  private final Duration within;
  private final ActorRef<HubMessage> hub;
  private final Hubs hubs = new Hubs();
  private final Timer waits;
  private final MeterRegistry meters;

  /**
   * Starts this node's hub.
   *
   * @param within how long a notice may go without being acknowledged before who does not is cut
   *     off
   */
  public NodeListeners(ActorSystem<?> system, Duration within, MeterRegistry meters) {
    this.system = system;
    this.within = within;
    this.meters = meters;
    this.hub =
        system.systemActorOf(HubActor.create(within, hubs), "lease-listeners", Props.empty());
    Gauge.builder("bursar.lease.streams", hubs, Hubs::listening)
        .description("Sidecars that listen at this node for what changes")
        .register(meters);
    this.waits =
        Timer.builder("bursar.lease.waits")
            .description("How long changes waited for the sidecars that hold leases")
            .register(meters);
  }

  @Override
  public Listening listen(Listener who, @Nullable String org, Reader reader) {
    hub.tell(new HubMessage.Listen(who, org, reader));
    return () -> hub.tell(new HubMessage.Leave(who, reader));
  }

  @Override
  public CompletionStage<Map<Listener, Reached>> tell(
      Notice notice, Map<Listener, Duration> awaited) {
    long began = System.nanoTime();
    Map<Listener, Long> ms = new HashMap<>();
    awaited.forEach((who, left) -> ms.put(who, Math.max(1, left.toMillis())));
    List<CompletableFuture<Map<Listener, Reached>>> answers =
        all().stream().map(each -> ask(each, notice, Map.copyOf(ms))).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              Map<Listener, Reached> how = new HashMap<>();
              awaited.keySet().forEach(who -> how.put(who, Reached.AWAY));
              answers.forEach(
                  each ->
                      each.join()
                          .forEach((who, one) -> how.merge(who, one, NodeListeners::further)));
              if (!how.isEmpty()) {
                waits.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
                how.values().forEach(one -> counter(one).increment());
              }
              return how;
            });
  }

  /** The own hub is there before it has heard of any. */
  private Set<ActorRef<HubMessage>> all() {
    Set<ActorRef<HubMessage>> known = hubs.known();
    return known.isEmpty() ? Set.of(hub) : known;
  }

  private Counter counter(Reached how) {
    return Counter.builder("bursar.lease.notices")
        .description("Sidecars that changes waited for, by how far the notice came")
        .tag("reached", how.name().toLowerCase(Locale.ROOT))
        .register(meters);
  }

  private CompletableFuture<Map<Listener, Reached>> ask(
      ActorRef<HubMessage> each, Notice notice, Map<Listener, Long> awaited) {
    return AskPattern.<HubMessage, HubMessage.Reached>ask(
            each,
            replyTo -> new HubMessage.Tell(notice, awaited, replyTo),
            within.plus(HUB_WITHIN),
            system.scheduler())
        // Of a node that can't be asked nobody was reached.
        .handle((it, late) -> it == null ? Map.<Listener, Reached>of() : it.how())
        .toCompletableFuture();
  }

  /** Who was connected to two nodes for a moment has it as soon as one of them knows. */
  private static Reached further(Reached one, Reached other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  @Override
  public void acknowledge(Listener who, String notice) {
    all().forEach(each -> each.tell(new HubMessage.Acknowledge(who, notice)));
  }

  /** Ends all streams of this node, so that whoever listens goes to another. */
  public CompletionStage<Done> stop() {
    return AskPattern.ask(hub, HubMessage.Stop::new, HUB_WITHIN, system.scheduler());
  }
}
