package dev.bursar.domain.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OperationMemoryTest {

  private static final long AGE_MAX = 100;

  private final OperationMemory memory = new OperationMemory(3, AGE_MAX);

  private void remember(String key, long at) {
    memory.remember(new Operation(key, 7), new Place(at, 0), at);
  }

  @Test
  void itKnowsWhatWasDoneAndWhere() {
    remember("a", 1);
    assertThat(memory.find(new Operation("a", 7)))
        .isEqualTo(new OperationMemory.Known(true, new Place(1, 0)));
    assertThat(memory.find(new Operation("a", 8)))
        .isEqualTo(new OperationMemory.Known(false, new Place(1, 0)));
    assertThat(memory.find(new Operation("b", 7))).isNull();
    assertThat(memory.fingerprint("a")).isEqualTo(7);
    assertThat(memory.place("b")).isNull();
  }

  @Test
  void itForgetsTheOldestBeyondItsCount() {
    for (int i = 1; i <= 4; i++) {
      remember("k" + i, i);
    }
    assertThat(memory.size()).isEqualTo(3);
    assertThat(memory.place("k1")).isNull();
    assertThat(memory.place("k2")).isNotNull();
  }

  @Test
  void itForgetsWhatIsOlderThanItsAge() {
    remember("a", 1);
    remember("b", 2);
    remember("c", 1 + AGE_MAX);
    assertThat(memory.size()).isEqualTo(3);
    remember("d", 3 + AGE_MAX);
    assertThat(memory.place("a")).isNull();
    assertThat(memory.place("b")).isNull();
    assertThat(memory.size()).isEqualTo(2);
  }

  @Test
  void aLaterOutcomeReplacesAndCountsAsNew() {
    remember("a", 1);
    remember("b", 2);
    remember("a", 3);
    remember("c", 4);
    remember("d", 5);
    assertThat(memory.place("a")).isEqualTo(new Place(3, 0));
    assertThat(memory.place("b")).isNull();
  }

  @Test
  void itIsStoredWholeAndInOrder() {
    for (int i = 1; i <= 3; i++) {
      remember("k" + i, i);
    }
    OperationMemory copy = new OperationMemory(3, AGE_MAX);
    copy.restore(memory.toBytes());
    assertThat(copy.toBytes()).isEqualTo(memory.toBytes()).hasSize(1 + 3 * 44);
    copy.remember(new Operation("k4", 7), new Place(4, 0), 4);
    assertThat(copy.place("k1")).isNull();
    assertThat(copy.find(new Operation("k3", 7)))
        .isEqualTo(new OperationMemory.Known(true, new Place(3, 0)));
  }

  @Test
  void whatAnotherVersionStoredIsNotTakenIn() {
    byte[] stored = memory.toBytes();
    stored[0]++;
    assertThatThrownBy(() -> new OperationMemory(3, AGE_MAX).restore(stored))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Beside a plain map: whatever is remembered, replaced and forgotten, they know the same. */
  @Test
  void itKnowsWhatAPlainMapWouldKnow() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      int most = random.nextInt(200);
      long age = 1 + random.nextInt(400);
      int keys = 1 + random.nextInt(300);
      OperationMemory real = new OperationMemory(most, age);
      LinkedHashMap<String, Place> plain = new LinkedHashMap<>();
      long now = 0;
      for (int i = 1; i <= 1_000; i++) {
        now += random.nextInt(3);
        String key = "k" + random.nextInt(keys);
        Place place = new Place(now + 1, i);
        real.remember(new Operation(key, i), place, now);
        plain.remove(key);
        plain.put(key, place);
        long oldest = now - age;
        List<Map.Entry<String, Place>> entries = new ArrayList<>(plain.entrySet());
        for (Map.Entry<String, Place> each : entries) {
          if (plain.size() > most || each.getValue().sequence() - 1 < oldest) {
            plain.remove(each.getKey());
          }
        }
        String asked = "k" + random.nextInt(keys);
        assertThat(real.place(asked)).as("seed %s, step %s", seed, i).isEqualTo(plain.get(asked));
        assertThat(real.size()).isEqualTo(plain.size());
        if (random.nextInt(100) == 0) {
          OperationMemory copy = new OperationMemory(most, age);
          copy.restore(real.toBytes());
          assertThat(copy.toBytes()).isEqualTo(real.toBytes());
          real = copy;
        }
      }
    }
  }
}
