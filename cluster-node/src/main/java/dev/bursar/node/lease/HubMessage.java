package dev.bursar.node.lease;

import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.jspecify.annotations.Nullable;

/** What a hub is told: by its own node, and what goes from node to node. */
sealed interface HubMessage {

  /** What goes from node to node, as {@link HubMessageSerializer} writes it. */
  sealed interface BetweenNodes {}

  /** Somebody listens at this node. */
  record Listen(Listener who, @Nullable String org, Listeners.Reader reader)
      implements HubMessage {}

  /** A reader of this node is gone. */
  record Leave(Listener who, Listeners.Reader reader) implements HubMessage {}

  /** Tell a notice to those who listen at this node; milliseconds until their last lease ends. */
  record Tell(Notice notice, Map<Listener, Long> awaited, ActorRef<Reached> replyTo)
      implements HubMessage, BetweenNodes {}

  /** How far it came here. */
  record Reached(Map<Listener, Listeners.Reached> how) implements BetweenNodes {}

  /** Somebody has taken a notice in, and said so to any node. */
  record Acknowledge(Listener who, String notice) implements HubMessage, BetweenNodes {}

  /** Somebody listens at another node from now on. */
  record Elsewhere(Listener who) implements HubMessage, BetweenNodes {}

  /** The hubs that there are. */
  record Hubs(Receptionist.Listing listing) implements HubMessage {}

  /** Something may have taken too long. */
  record Tick() implements HubMessage {}

  /** The node stops. */
  record Stop(ActorRef<org.apache.pekko.Done> replyTo) implements HubMessage {}
}
