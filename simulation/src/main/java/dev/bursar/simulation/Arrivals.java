package dev.bursar.simulation;

/** When the messages arrive that an entity sends within its node, and in which order. */
final class Arrivals {

  private final World world;
  private final SimulatedNode node;
  private long lastArrival;
  private long latestOutOfOrder;

  Arrivals(World world, SimulatedNode node) {
    this.world = world;
    this.node = node;
  }

  /** Within a node messages keep their order and arrive, unless something goes wrong. */
  void next(Runnable arrival) {
    if (world.happens(Fault.MESSAGE_LOST, 0.05)) {
      return;
    }
    int times = world.happens(Fault.MESSAGE_REPEATED, 0.1) ? 2 : 1;
    for (int i = 0; i < times; i++) {
      long at = world.time.nowMicros() + world.between(5, 100);
      if (world.isTried(Fault.MESSAGES_REORDERED, 0.3)) {
        at += world.between(0, 20_000);
        if (at < lastArrival) {
          world.watch.injected(Fault.MESSAGES_REORDERED);
        }
        latestOutOfOrder = Math.max(latestOutOfOrder, at);
      } else {
        at = Math.max(at, lastArrival);
        lastArrival = at;
        if (at < latestOutOfOrder) {
          world.watch.injected(Fault.MESSAGES_REORDERED);
        }
      }
      if (world.happens(Fault.MESSAGE_LATE, 0.03)) {
        at += world.between(500_000, 8_000_000);
      }
      node.run(at - world.time.nowMicros(), arrival);
    }
  }
}
