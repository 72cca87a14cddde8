package dev.bursar.node.lease;

import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.ListenerHub;
import dev.bursar.domain.lease.Listeners;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Runs the hub of a node, and knows those of the others. */
final class HubActor extends AbstractBehavior<HubMessage> {

  private static final ServiceKey<HubMessage> KEY =
      ServiceKey.create(HubMessage.class, "lease-listeners");

  private final ListenerHub hub;
  private final TimerScheduler<HubMessage> timers;
  private final Hubs hubs;
  private boolean stopped;

  private HubActor(
      ActorContext<HubMessage> context,
      TimerScheduler<HubMessage> timers,
      Duration within,
      Hubs hubs) {
    super(context);
    this.hub = new ListenerHub(within);
    this.timers = timers;
    this.hubs = hubs;
  }

  /**
   * @param within how long a notice may go without being acknowledged
   * @param hubs what is known of all hubs; kept up to date
   */
  static Behavior<HubMessage> create(Duration within, Hubs hubs) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  var receptionist = context.getSystem().receptionist();
                  receptionist.tell(Receptionist.register(KEY, context.getSelf()));
                  receptionist.tell(
                      Receptionist.subscribe(
                          KEY,
                          context.messageAdapter(
                              Receptionist.Listing.class, HubMessage.Hubs::new)));
                  return new HubActor(context, timers, within, hubs);
                }));
  }

  @Override
  public Receive<HubMessage> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<HubMessage> onMessage(HubMessage message) {
    long now = System.nanoTime();
    switch (message) {
      case HubMessage.Listen it when stopped -> it.reader().ended(Listeners.End.STOPPED);
      case HubMessage.Listen it -> {
        hub.listen(it.who(), it.org(), it.reader());
        for (ActorRef<HubMessage> other : hubs.known()) {
          if (!other.equals(getContext().getSelf())) {
            other.tell(new HubMessage.Elsewhere(it.who()));
          }
        }
      }
      case HubMessage.Leave it -> hub.leave(it.who(), it.reader());
      case HubMessage.Tell it -> tell(it, now);
      case HubMessage.Acknowledge it -> hub.acknowledge(it.who(), it.notice());
      case HubMessage.Elsewhere it -> hub.replaced(it.who());
      case HubMessage.Hubs it -> {
        Set<ActorRef<HubMessage>> known = new HashSet<>(it.listing().getServiceInstances(KEY));
        known.add(getContext().getSelf());
        hubs.known(known);
      }
      case HubMessage.Tick it -> hub.tick(now);
      case HubMessage.Stop it -> {
        stopped = true;
        hub.stop();
        it.replyTo().tell(Done.getInstance());
      }
    }
    hubs.listening(hub.listening());
    long due = hub.dueIn(System.nanoTime());
    if (due < 0) {
      timers.cancel(HubMessage.Tick.class);
    } else {
      timers.startSingleTimer(
          HubMessage.Tick.class, new HubMessage.Tick(), Duration.ofNanos(Math.max(due, 1)));
    }
    return this;
  }

  private void tell(HubMessage.Tell it, long now) {
    Map<Listener, Long> nanos = new HashMap<>();
    it.awaited().forEach((who, ms) -> nanos.put(who, Duration.ofMillis(ms).toNanos()));
    hub.tell(it.notice(), nanos, now, how -> it.replyTo().tell(new HubMessage.Reached(how)));
  }
}
