package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.entities.EntityMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The nodes, which of them runs which org, and what befalls them. */
final class Cluster {

  private static final int NODES = 3;
  private static final long SECOND = 1_000_000;

  private final World world;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final Map<String, SimulatedNode> owners = new HashMap<>();
  private final Map<String, SimulatedNode> zombies = new HashMap<>();

  Cluster(World world) {
    this.world = world;
    for (int i = 1; i <= NODES; i++) {
      nodes.add(new SimulatedNode(world, "node" + i));
    }
  }

  /** The node that owns an org now. */
  SimulatedNode owner(String org) {
    return owners.computeIfAbsent(org, o -> nodes.get(world.random.nextInt(NODES)));
  }

  /** Whether a node runs an entity. */
  boolean runs(String node, EntityId id) {
    return nodes.stream().anyMatch(each -> each.name.equals(node) && each.runs(id));
  }

  /** Where a client's request comes to: the owner, or one that still believes it is. */
  SimulatedNode target(String org) {
    SimulatedNode zombie = zombies.get(org);
    return zombie != null && world.random.nextBoolean() ? zombie : owner(org);
  }

  /**
   * Where a message comes to that an entity of an org sends on this node: whoever else runs the
   * org, too, or has taken it over by then, may get it.
   */
  SimulatedNode reached(SimulatedNode from, String org) {
    SimulatedNode other = from == owner(org) ? zombies.get(org) : owner(org);
    if (other == null || other == from || !other.isUp()) {
      return from;
    }
    boolean crosses = world.isTried(Fault.TWO_INCARNATIONS, 0.3) || world.isTried(Fault.MOVE, 0.3);
    if (crosses) {
      world.watch.saw(Rarity.MESSAGE_CROSSED_NODES);
    }
    return crosses ? other : from;
  }

  /** What no node's clock is behind: what ran by then lies ahead of none of them. */
  Instant earliestNow() {
    return nodes.stream().map(SimulatedNode::now).min(Instant::compareTo).orElse(world.beginning);
  }

  /**
   * Whether an entity may have gone by this time since then, or by a later one: some node's clock
   * has shown it, or the entity's last row is of such a time, behind which it does not go back.
   */
  boolean mayHaveCome(Instant at, EntityId id, Since since) {
    return nodes.stream().anyMatch(node -> !at.isAfter(node.latestSince(since.micros())))
        || !at.isAfter(world.watch.shadows.lastAt(id));
  }

  /** The earliest that some node's clock has shown since then: no entity has gone by less. */
  Instant earliestSince(Since since) {
    return nodes.stream()
        .map(node -> node.earliestSince(since.micros()))
        .min(Instant::compareTo)
        .orElse(world.beginning);
  }

  /** The latest that some node's clock has shown since then. */
  Instant latestSince(Since since) {
    return nodes.stream()
        .map(node -> node.latestSince(since.micros()))
        .max(Instant::compareTo)
        .orElse(world.beginning);
  }

  /** The latest that any clock shows. */
  Instant latestClock() {
    return nodes.stream().map(SimulatedNode::now).max(Instant::compareTo).orElse(world.beginning);
  }

  /** Something goes wrong with some node, or nothing does. */
  void befall() {
    String org = world.random.nextInt(4) == 0 ? SimulatedClient.OTHER_ORG : SimulatedClient.ORG;
    SimulatedNode node = nodes.get(world.random.nextInt(NODES));
    if (world.isTried(Fault.CRASH, 0.3)) {
      crash(owner(org));
    }
    if (world.isTried(Fault.TWO_INCARNATIONS, 0.3)) {
      takeOver(org, world.between(SECOND, 10 * SECOND));
    }
    if (world.isTried(Fault.PAUSE, 0.2)) {
      standStill(org);
    }
    if (world.isTried(Fault.MOVE, 0.3)) {
      move(org);
    }
    if (world.isTried(Fault.CUT_OFF, 0.2)) {
      node.cutOff(world.between(SECOND / 2, 6 * SECOND));
      world.log(() -> "%s is cut off".formatted(node.name));
    }
    if (world.isTried(Fault.JOURNAL_CUT_OFF, 0.2)) {
      node.cutOffJournal(world.between(SECOND / 2, 6 * SECOND));
      world.log(() -> "%s is cut off from the journal".formatted(node.name));
    }
    if (world.isTried(Fault.CLOCK_JUMPS, 0.2)) {
      long jump =
          world.between(-3_600 * SECOND, 3_600 * SECOND) / (world.random.nextBoolean() ? 1 : 100);
      node.jumpClock(jump);
      world.log(() -> "%s: clock jumps by %d s".formatted(node.name, jump / SECOND));
    }
    if (world.isTried(Fault.SNAPSHOTS_LOST, 0.1) && world.journal.dropSnapshots()) {
      world.watch.injected(Fault.SNAPSHOTS_LOST);
    }
  }

  /** Who owns an org does nothing for some time, and may not own it any more when it goes on. */
  private void standStill(String org) {
    SimulatedNode paused = owner(org);
    long pause = world.between(SECOND / 2, 8 * SECOND);
    world.log(() -> "%s stands still".formatted(paused.name));
    if (world.random.nextBoolean()) {
      takeOver(org, pause + world.between(SECOND / 10, 3 * SECOND));
    }
    paused.pause(pause);
    if (world.isTried(Fault.CRASH, 0.2)) {
      crashes(paused, world.between(0, pause), Rarity.CRASHED_WHILE_STANDING_STILL);
    }
  }

  /** The next step comes late: a node stands still between two of them, now and then. */
  void mayStandStill(SimulatedNode node, String org, double probability) {
    if (node.isUp() && owner(org) == node && world.isTried(Fault.PAUSE, probability)) {
      world.time.after(0, () -> standStill(org));
    }
  }

  private void crash(SimulatedNode node) {
    if (!node.isUp()) {
      return;
    }
    if (zombies.entrySet().stream().anyMatch(each -> isOneOfTwo(node, each))) {
      world.watch.saw(Rarity.CRASHED_WITH_TWO_INCARNATIONS);
    }
    world.watch.injected(Fault.CRASH);
    world.log(() -> "%s crashes".formatted(node.name));
    for (String org : List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG)) {
      if (owner(org) == node && world.watch.isAnythingUnderWay(org)) {
        world.watch.saw(Rarity.CRASHED_WITHIN_A_RESERVATION);
      }
    }
    node.crash();
    zombies.values().removeIf(zombie -> zombie == node);
    world.time.after(world.between(SECOND, 5 * SECOND), node::restart);
    world.time.after(
        world.between(SECOND / 5, 2 * SECOND),
        () -> {
          for (String org : List.copyOf(owners.keySet())) {
            if (owner(org) == node && !node.isUp()) {
              own(org, other(node));
            }
          }
        });
  }

  private boolean isOneOfTwo(SimulatedNode node, Map.Entry<String, SimulatedNode> zombie) {
    return node == zombie.getValue() || node == owner(zombie.getKey());
  }

  /**
   * From now on a node owns an org. Of one that it ran before, nothing is left there by then: it
   * was stopped when the org went elsewhere, or with the node that was given up.
   */
  private void own(String org, SimulatedNode node) {
    node.stopAllOf(org);
    owners.put(org, node);
  }

  /**
   * The next step never comes: a node crashes between two of them, now and then.
   *
   * @param where between which two
   */
  void mayCrash(SimulatedNode node, double probability, Rarity where) {
    if (node.isUp() && world.isTried(Fault.CRASH, probability)) {
      crashes(node, 0, where);
    }
  }

  private void crashes(SimulatedNode node, long micros, Rarity where) {
    world.time.after(
        micros,
        () -> {
          if (node.isUp() && !world.hasHealed()) {
            world.watch.saw(where);
            crash(node);
          }
        });
  }

  private SimulatedNode other(SimulatedNode node) {
    int at = nodes.indexOf(node);
    return nodes.get((at + 1 + world.random.nextInt(NODES - 1)) % NODES);
  }

  /** Another node runs an org while the one before goes on for some time. */
  void takeOver(String org, long zombieFor) {
    SimulatedNode before = owner(org);
    SimulatedNode next = other(before);
    if (!next.isUp()) {
      return;
    }
    endZombie(org);
    if (world.scenario.has(Fault.TWO_INCARNATIONS) && before.isUp()) {
      world.watch.injected(Fault.TWO_INCARNATIONS);
    }
    own(org, next);
    zombies.put(org, before);
    world.log(() -> "%s takes %s over, %s goes on".formatted(next.name, org, before.name));
    world.time.after(
        zombieFor,
        () -> {
          if (zombies.get(org) == before) {
            endZombie(org);
          }
        });
  }

  private void endZombie(String org) {
    SimulatedNode zombie = zombies.remove(org);
    if (zombie != null && zombie != owner(org)) {
      zombie.stopAllOf(org);
    }
  }

  private void move(String org) {
    SimulatedNode before = owner(org);
    if (world.watch.isAnythingUnderWay(org)) {
      world.watch.saw(Rarity.MOVED_WITHIN_A_RESERVATION);
    }
    if (before.ask(org, new EntityMessage.Stop())) {
      world.watch.injected(Fault.MOVE);
      mayCrash(before, 0.1, Rarity.CRASHED_WHILE_IT_MOVED);
    }
    world.log(() -> "%s is moved".formatted(org));
    world.time.after(
        world.between(SECOND / 10, SECOND),
        () -> {
          if (owner(org) == before && zombies.get(org) == null) {
            before.stopAllOf(org);
            own(org, other(before));
          }
        });
  }

  /** All nodes stop, and start at once: nothing but the journal is left. */
  void crashEverything() {
    world.calmEnds();
    world.log(() -> "everything crashes");
    nodes.forEach(SimulatedNode::crash);
    nodes.forEach(SimulatedNode::restart);
  }

  /** Nothing goes wrong any more. */
  void heal() {
    for (String org : List.copyOf(zombies.keySet())) {
      endZombie(org);
    }
    // Some clock may have gone ahead and back: what was dated then ends later than the clocks show.
    Instant latest = world.watch.shadows.latestAt();
    Instant shown = latestClock();
    nodes.forEach(node -> node.heal(latest.isAfter(shown) ? latest : shown));
    endWhoOwnsNothing();
    world.time.after(World.CALM_AFTER / 2, this::endWhoOwnsNothing);
  }

  /**
   * Incarnations on nodes that do not own them, as a cluster ends those that it has given up. Who
   * owns an entity, and was written behind, has to learn of that by itself.
   */
  private void endWhoOwnsNothing() {
    for (String org : List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG)) {
      for (SimulatedNode node : nodes) {
        if (node != owner(org)) {
          node.stopAllOf(org);
        }
      }
    }
  }

  /** All clocks go so far ahead. */
  void jump(Duration ahead) {
    nodes.forEach(node -> node.setAhead(ahead.toNanos() / 1_000));
  }
}
