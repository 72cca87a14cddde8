package dev.bursar.benchmarks.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.benchmarks.trace.TraceGenerator;
import dev.bursar.benchmarks.trace.Workload;
import dev.bursar.benchmarks.trace.Workload.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionLanesTest {

  /** Eight workers of which any may be the next to finish. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyRowOnceAndThoseOfASessionOneAtATimeInOrder(long seed) {
    List<Item> items = Workload.attribute(TraceGenerator.rows(seed, 3_000), seed, 2).items();
    SessionLanes lanes = new SessionLanes(items);
    Random random = new Random(seed);
    List<Item> inWork = new ArrayList<>();
    List<Item> done = new ArrayList<>();
    boolean more = true;
    while (more || !inWork.isEmpty()) {
      if (more && inWork.size() < 8) {
        Item taken = lanes.take();
        more = taken != null;
        if (taken != null) {
          assertThat(inWork).noneMatch(other -> session(other).equals(session(taken)));
          inWork.add(taken);
        }
      } else {
        Item finished = inWork.remove(random.nextInt(inWork.size()));
        done.add(finished);
        Item following = lanes.finish(finished);
        if (following != null) {
          assertThat(session(following)).isEqualTo(session(finished));
          inWork.add(following);
        }
      }
    }
    assertThat(done).containsExactlyInAnyOrderElementsOf(items);
    Map<String, Integer> lastRow = new HashMap<>();
    for (Item item : done) {
      assertThat(lastRow.getOrDefault(session(item), -1)).isLessThan(item.row());
      lastRow.put(session(item), item.row());
    }
  }

  private static String session(Item item) {
    return item.attribution().session();
  }
}
