package dev.bursar.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an entity remembers, as a list that is cut off at its end. */
final class NaiveMemory {

  private final int most;
  private final Duration longest;
  private final LinkedHashMap<String, Instant> remembered = new LinkedHashMap<>();
  private @Nullable Instant forgotten;

  NaiveMemory(int most, Duration longest) {
    this.most = most;
    this.longest = longest;
  }

  /** It is done, or done again with another outcome. */
  void take(String what, Instant at) {
    remembered.remove(what);
    remembered.put(what, at);
    while (true) {
      Map.Entry<String, Instant> eldest = remembered.firstEntry();
      if (remembered.size() <= most && !eldest.getValue().plus(longest).isBefore(at)) {
        return;
      }
      remembered.pollFirstEntry();
      Instant then = eldest.getValue();
      forgotten = forgotten == null || then.isAfter(forgotten) ? then : forgotten;
    }
  }

  boolean remembers(String what) {
    return remembered.containsKey(what);
  }

  /** Whether what was done at this time, or later, is not remembered any more. */
  boolean hasForgotten(@Nullable Instant at) {
    return at != null && forgotten != null && !forgotten.isBefore(at);
  }
}
