package dev.bursar.node.lease;

import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/** What is known at a node of the hubs of all nodes; written by its own hub. */
final class Hubs {

  private volatile Set<ActorRef<HubMessage>> known = Set.of();
  private volatile int listening;

  /** Those of all nodes that are known, with its own. */
  Set<ActorRef<HubMessage>> known() {
    return known;
  }

  void known(Set<ActorRef<HubMessage>> all) {
    known = Set.copyOf(all);
  }

  /** How many listen at this node. */
  int listening() {
    return listening;
  }

  void listening(int count) {
    listening = count;
  }
}
