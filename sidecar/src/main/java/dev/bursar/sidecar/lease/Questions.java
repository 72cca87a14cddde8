package dev.bursar.sidecar.lease;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What the server is to be asked, now or later. Each is one call, however often it is asked.
 * Mutable, owned by one thread at a time.
 */
final class Questions {

  /** What was lost is not asked again for so long first, and at most for so long. */
  private static final long AGAIN = 500_000_000L;

  private static final long AGAIN_MAX = 8 * AGAIN;

  private record Later(Ask ask, long at) {}

  /** Of what was lost: when it was sent first, and for how long it is not asked again. */
  private record Lost(long firstSent, long pause) {}

  private final String name;
  private final Queue<Ask> now = new ArrayDeque<>();
  private final List<Later> later = new ArrayList<>();
  private final Map<String, Lost> lost = new HashMap<>();
  private long calls;

  /**
   * @param name what makes its calls differ from all others', also those of an earlier life
   */
  Questions(String name) {
    this.name = name;
  }

  /** A call that there was none like before. */
  String newCall() {
    return name + '-' + ++calls;
  }

  void ask(Ask ask) {
    now.add(ask);
  }

  void askLater(Ask ask, long at) {
    later.add(new Later(ask, at));
  }

  /** What was to be asked later is asked now, if its time has come. */
  void due(long time) {
    later.removeIf(
        each -> {
          boolean isDue = time - each.at >= 0;
          if (isDue) {
            now.add(each.ask);
          }
          return isDue;
        });
  }

  /** What is to be asked next; null for nothing. */
  @Nullable Ask next() {
    return now.poll();
  }

  boolean isEmpty() {
    return now.isEmpty() && later.isEmpty();
  }

  /**
   * When it was sent for the first time.
   *
   * @param sentAt when it was sent this time
   */
  long firstSent(Ask ask, long sentAt) {
    Lost before = lost.get(ask.callId());
    return before == null ? sentAt : before.firstSent;
  }

  /**
   * It may have happened, and is to be asked again.
   *
   * @return for how long not: the more often it was lost, the longer
   */
  long lost(Ask ask, long first) {
    Lost before = lost.get(ask.callId());
    long pause = before == null ? AGAIN : Math.min(2 * before.pause, AGAIN_MAX);
    lost.put(ask.callId(), new Lost(first, pause));
    return pause;
  }

  /** It is not asked any more. */
  void over(Ask ask) {
    lost.remove(ask.callId());
  }
}
