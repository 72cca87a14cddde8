package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.trace.Workload.Item;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Hands out rows to many workers so that each session's rows are worked on one at a time, in their
 * order; others overtake. Every row is handed out once.
 */
final class SessionLanes {

  private final List<Item> items;
  private int next;

  /** For each session that somebody works on: its rows that have come up meanwhile. */
  private final Map<String, Queue<Item>> busy = new HashMap<>();

  SessionLanes(List<Item> items) {
    this.items = items;
  }

  /**
   * The next row of a session that nobody works on; null when there will be none. Must be finished.
   */
  synchronized @Nullable Item take() {
    while (next < items.size()) {
      Item item = items.get(next++);
      Queue<Item> waiting = busy.get(session(item));
      if (waiting == null) {
        busy.put(session(item), new ArrayDeque<>(0));
        return item;
      }
      waiting.add(item);
    }
    return null;
  }

  /** Ends work on a row; the next of its session, for the same worker, if one has come up. */
  synchronized @Nullable Item finish(Item done) {
    Queue<Item> waiting = busy.get(session(done));
    Item following = waiting == null ? null : waiting.poll();
    if (following == null) {
      busy.remove(session(done));
    }
    return following;
  }

  private static String session(Item item) {
    return item.attribution().session();
  }
}
