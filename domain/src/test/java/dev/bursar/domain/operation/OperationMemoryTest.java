package dev.bursar.domain.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.bursar.domain.enforcement.Caller;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  private void rememberAt(long sequence, String... keys) {
    for (String key : keys) {
      memory.remember(new Operation(key, 7), new Place(sequence, 0), sequence);
    }
  }

  @Test
  void itTellsSinceWhichRowItMayHaveForgotten() {
    rememberAt(5, "a", "b");
    rememberAt(6, "c");
    assertThat(memory.mayHaveForgottenSince(0)).isFalse();
    rememberAt(7, "a");
    assertThat(memory.mayHaveForgottenSince(0)).as("what was replaced").isFalse();
    rememberAt(9, "d");
    assertThat(memory.mayHaveForgottenSince(4)).isTrue();
    assertThat(memory.mayHaveForgottenSince(5)).isFalse();
  }

  @Test
  void whatIsForgottenForItsAgeIsForgotten() {
    rememberAt(5, "a");
    rememberAt(6 + AGE_MAX, "b");
    assertThat(memory.mayHaveForgottenSince(4)).isTrue();
    assertThat(memory.mayHaveForgottenSince(5)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasForgottenBeforeItWasStoredIsAtMostAsNewAsWhatWasNot(boolean whole) {
    OperationMemory copy = new OperationMemory(3, AGE_MAX);
    rememberAt(5, "a");
    OperationMemory.Part first = memory.part(0);
    rememberAt(6, "b", "c");
    rememberAt(7, "b");
    restore(copy, whole, List.of(first, memory.part(1)));
    assertThat(copy.mayHaveForgottenSince(0)).as("nothing was forgotten").isFalse();
    rememberAt(8, "d");
    copy = new OperationMemory(3, AGE_MAX);
    restore(copy, whole, List.of(first, memory.part(1)));
    assertThat(copy.mayHaveForgottenSince(4)).isTrue();
    assertThat(copy.mayHaveForgottenSince(5)).as("not known any more").isTrue();
    assertThat(copy.mayHaveForgottenSince(6)).isFalse();
  }

  private void restore(OperationMemory copy, boolean whole, List<OperationMemory.Part> parts) {
    copy.restore(whole ? memory.toBytes() : memory.outline());
    if (copy.lacksParts()) {
      copy.restore(parts);
    }
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
    stored[0] = 4;
    assertThatThrownBy(() -> new OperationMemory(3, AGE_MAX).restore(stored))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static final String UUID_AT_2_MS = "00000000-0002-7abc-8def-0123456789ab";
  private static final String ULID_AT_2_MS = "0000000002ABCDEFGHJKMNPQRS";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          key                                    | made at
          00000000-0002-7abc-8def-0123456789ab   | 1970-01-01T00:00:00.002Z
          018FC1B2-A3F0-7ABC-9DEF-0123456789AB   | 2024-05-29T00:14:21.168Z
          k:00000000-0002-7abc-8def-0123456789ab |
          00000000-0002-7abc-8def-0123456789ab#2 |
          00000000000000000000001234             |
          018fc1b2-a3f0-4abc-9def-0123456789ab   |
          018fc1b2-a3f0-7abc-cdef-0123456789ab   |
          018fc1b2-a3f0-7abc-9def-0123456789ag   |
          018fc1b2xa3f0-7abc-9def-0123456789ab   |
          0000000002ABCDEFGHJKMNPQRS             | 1970-01-01T00:00:00.002Z
          01ARZ3NDEKTSV4RRFFQ69G5FAV             | 2016-07-30T23:54:10.259Z
          01arz3ndektsv4rrffq69g5fav             | 2016-07-30T23:54:10.259Z
          81ARZ3NDEKTSV4RRFFQ69G5FAV             |
          01ARZ3NDEKTSV4RRFFQ69G5FAU             |
          K1                                     |
          """)
  void someKeysCarryTheirTime(String key, Instant madeAt) {
    assertThat(Operation.ofClient("commit:rsv_a_b_c", key, 1).keyMadeAt()).isEqualTo(madeAt);
  }

  /** What is added to a lease is held under a key of the report's: a copy of that may come late. */
  @Test
  void aStepOfACallIsAsOldAsTheCall() {
    Caller call = new Caller("key1", UUID_AT_2_MS, UUID_AT_2_MS, 7);
    Operation step = call.next("more").next("again").operation("lease");
    memory.remember(step, new Place(1, 0), 2_000);
    for (int at = 2_001; at <= 2_003; at++) {
      remember("k" + at, at);
    }
    assertThat(memory.find(step)).isNull();
    assertThat(refusal(step)).isEqualTo(Refusal.Code.IDEMPOTENCY_KEY_EXPIRED);
    assertThat(refusal(call.takingBack().operation("release:rsv_a_b_c"))).isNull();
  }

  private Refusal.Code refusal(Operation operation) {
    Refusal refusal = memory.refusal(operation, Instant.ofEpochMilli(3));
    return refusal == null ? null : refusal.code();
  }

  private boolean mayHaveForgotten(String key) {
    return memory.mayHaveForgotten(Operation.ofClient("op", key, 7));
  }

  @Test
  void aKeyThatIsOlderThanWhatIsRememberedMayHaveBeenForgotten() {
    for (int at = 1_997; at <= 1_999; at++) {
      remember("k" + at, at);
    }
    assertThat(mayHaveForgotten("00000000-0000-7abc-8def-0123456789ab")).isFalse();
    for (int at = 2_000; at <= 2_002; at++) {
      remember("k" + at, at);
    }
    assertThat(mayHaveForgotten(UUID_AT_2_MS)).isFalse();
    assertThat(mayHaveForgotten("00000000-0001-7abc-8def-0123456789ab")).isTrue();
    assertThat(mayHaveForgotten("K1")).isFalse();
    remember("k2003", 2_003);
    assertThat(mayHaveForgotten(UUID_AT_2_MS)).isTrue();
    assertThat(mayHaveForgotten(ULID_AT_2_MS)).isTrue();
    assertThat(mayHaveForgotten("0000000003ABCDEFGHJKMNPQRS")).isFalse();
  }

  @Test
  void aKeyThatIsAheadOfItsTimeIsForgottenAsOfItsOwn() {
    Operation ahead = Operation.ofClient("op", UUID_AT_2_MS, 7);
    memory.remember(ahead, new Place(1, 0), 1);
    for (int at = 2; at <= 4; at++) {
      remember("k" + at, at);
    }
    assertThat(memory.find(ahead)).isNull();
    assertThat(memory.mayHaveForgotten(ahead)).isTrue();
    assertThat(mayHaveForgotten("0000000003ABCDEFGHJKMNPQRS")).isFalse();
  }

  private static final long SECOND = 1_000_000;

  /** Of a memory of three: one was done in each of the first seconds, all others in the fourth. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          done  | now   | made at | refused for
          0     | 10    | 10      |
          0     | 10    | 20      |
          0     | 10    | 20.001  | INVALID
          3     | 10    | 20      |
          4     | 10    | 1       | IDEMPOTENCY_KEY_EXPIRED
          4     | 10    | 1.001   |
          4     | 10    | 14      |
          4     | 10    | 14.001  | INVALID
          4     | 10002 | 10012   |
          4     | 10002 | 10012.1 | INVALID
          100   | 4     | 5       |
          100   | 4     | 5.001   | INVALID
          """)
  void howFarAKeyMayBeAhead(int done, long now, String madeAt, Refusal.Code code) {
    OperationMemory memory = new OperationMemory(3, Long.MAX_VALUE);
    for (int second = 1; second <= done; second++) {
      memory.remember(
          new Operation("k" + second, 7), new Place(second, 0), Math.min(second, 4) * SECOND);
    }
    Refusal refusal =
        memory.refusal(
            keyed(new BigDecimal(madeAt).movePointRight(3).longValueExact()),
            Instant.ofEpochSecond(now));
    assertThat(refusal == null ? null : refusal.code()).isEqualTo(code);
  }

  private static Operation keyed(long millis) {
    return Operation.ofClient(
        "op",
        "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, millis % 1_000),
        7);
  }

  @Test
  void whoIsTooFarAheadIsToldWhatWouldBeAccepted() {
    Refusal refusal = memory.refusal(keyed(600_000), Instant.ofEpochSecond(200));
    assertThat(refusal.field()).isEqualTo("Idempotency-Key");
    assertThat(refusal.detail())
        .isEqualTo(
            "carries the time 1970-01-01T00:10:00Z, in the future; up to 1970-01-01T00:03:30Z is accepted");
  }

  /**
   * Clients whose clocks are right, late or early use keys, and use them again, on nodes whose
   * clocks drift and jump: nothing that was done is ever taken for new.
   */
  @Test
  void whateverTheClocksShowNothingIsDoneTwice() {
    int again = 0;
    int ahead = 0;
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      OperationMemory memory = new OperationMemory(1 + random.nextInt(50), 600 * SECOND);
      List<Operation> done = new ArrayList<>();
      long time = 1_000_000 * SECOND;
      long last = time;
      for (int i = 1; i <= 1_000; i++) {
        time += random.nextLong(2 * SECOND);
        boolean jumps = random.nextInt(50) == 0;
        long clock = jumps ? time + random.nextLong(-400 * SECOND, 400 * SECOND) : time;
        last = Math.max(last, clock);
        boolean old = !done.isEmpty() && random.nextInt(3) == 0;
        Operation operation =
            old
                ? done.get(random.nextInt(done.size()))
                : unique(time + random.nextLong(-20 * SECOND, 400 * SECOND), i);
        Refusal refusal = memory.refusal(operation, Instant.EPOCH.plus(last, ChronoUnit.MICROS));
        if (memory.find(operation) != null || refusal != null) {
          again += old ? 1 : 0;
          ahead += !old && refusal.code() == Refusal.Code.INVALID ? 1 : 0;
          continue;
        }
        assertThat(old).as("seed %s, step %s: done again", seed, i).isFalse();
        memory.remember(operation, new Place(i, 0), last);
        done.add(operation);
      }
    }
    assertThat(again).isPositive();
    assertThat(ahead).isPositive();
  }

  private static Operation unique(long micros, int number) {
    long millis = micros / 1_000;
    return Operation.ofClient(
        "op", "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, number), 7);
  }

  /**
   * Whoever is ahead, and is let in where little is done, does not keep those out who come after.
   */
  @Test
  void oneWhoIsAheadKeepsNobodyOutWhenMuchIsDoneAfterwards() {
    int remembered = 200_000;
    OperationMemory memory = new OperationMemory(remembered, 86_400 * SECOND);
    long now = 1_000_000 * SECOND;
    Operation ahead = unique(now + 10 * SECOND, 0);
    assertThat(memory.refusal(ahead, Instant.EPOCH.plus(now, ChronoUnit.MICROS))).isNull();
    memory.remember(ahead, new Place(1, 0), now);
    for (int i = 1; i <= 2 * remembered; i++) {
      now += 100;
      Operation operation = unique(now, i);
      assertThat(memory.refusal(operation, Instant.EPOCH.plus(now, ChronoUnit.MICROS))).isNull();
      assertThat(memory.mayHaveForgotten(operation)).isFalse();
      memory.remember(operation, new Place(i + 1, 0), now);
    }
  }

  /** Whoever is ahead, and is let in where much is done, does not keep those out who are not. */
  @Test
  void whoseClockIsRightIsNotRefusedOnAccountOfOthers() {
    Random random = new Random(1);
    OperationMemory memory = new OperationMemory(100, 600 * SECOND);
    long now = 1_000_000 * SECOND;
    for (int i = 1; i <= 10_000; i++) {
      now += 200_000;
      boolean right = i < 200 || i % 2 == 0;
      Operation operation = unique(right ? now : now + random.nextLong(100 * SECOND), i);
      Refusal refusal = memory.refusal(operation, Instant.EPOCH.plus(now, ChronoUnit.MICROS));
      if (right) {
        assertThat(refusal).as("step %s", i).isNull();
      }
      if (refusal == null) {
        memory.remember(operation, new Place(i, 0), now);
      }
    }
  }

  @Test
  void whatIsReplacedIsNotForgotten() {
    for (int at = 2_001; at <= 2_100; at++) {
      remember("a", at);
    }
    assertThat(mayHaveForgotten(UUID_AT_2_MS)).isFalse();
  }

  @Test
  void thatSomethingWasForgottenIsStored() {
    for (int at = 2_000; at <= 2_003; at++) {
      remember("k" + at, at);
    }
    OperationMemory copy = new OperationMemory(3, AGE_MAX);
    copy.restore(memory.toBytes());
    assertThat(copy.toBytes()).isEqualTo(memory.toBytes()).hasSize(1 + 8 + 3 * 44);
    assertThat(copy.mayHaveForgotten(Operation.ofClient("op", UUID_AT_2_MS, 7))).isTrue();
    assertThat(copy.mayHaveForgotten(new Operation("op:0000000003ABCDEFGHJKMNPQRS", 7))).isFalse();
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

  private static OperationMemory ofParts(
      int most, long age, byte[] outline, List<OperationMemory.Part> parts) {
    OperationMemory memory = new OperationMemory(most, age);
    memory.restore(outline);
    if (memory.lacksParts()) {
      memory.restore(parts);
    }
    return memory;
  }

  /** Whenever parts are stored, dropped and written again: outline and parts make it whole. */
  @Test
  void itIsStoredInParts() {
    for (long seed = 1; seed <= 300; seed++) {
      Random random = new Random(seed);
      int most = random.nextInt(200);
      long age = 1 + random.nextInt(400);
      int keys = 1 + random.nextInt(300);
      OperationMemory real = new OperationMemory(most, age);
      TreeMap<Long, OperationMemory.Part> parts = new TreeMap<>();
      long stored = 0;
      long now = 0;
      for (int i = 1; i <= 1_000; i++) {
        now += random.nextInt(3);
        real.remember(new Operation("k" + random.nextInt(keys), i), new Place(now + 1, i), now);
        if (random.nextInt(40) == 0) {
          OperationMemory.Part part = real.part(stored);
          parts.put(part.from(), part);
          OperationMemory copy = ofParts(most, age, real.outline(), List.copyOf(parts.values()));
          assertThat(copy.toBytes()).as("seed %s, step %s", seed, i).isEqualTo(real.toBytes());
          assertThat(copy.inParts()).isEqualTo(part.to()).isEqualTo(i);
          if (random.nextInt(4) > 0) {
            stored = part.to();
          }
          if (random.nextBoolean()) {
            long oldest = real.oldest();
            parts.values().removeIf(each -> each.to() <= oldest);
          }
          real = random.nextBoolean() ? copy : real;
        }
      }
    }
  }

  /** As large as in practice: pages and chunks come and go while it is stored and restored. */
  @ParameterizedTest
  @CsvSource({"20000, 1000000", "20000, 30000", "3000, 4000", "60000, 70000"})
  void aLargeOneKnowsWhatAPlainMapWouldKnow(int most, int keys) {
    Random random = new Random(most + keys);
    OperationMemory real = new OperationMemory(most, Long.MAX_VALUE);
    LinkedHashMap<String, Place> plain = new LinkedHashMap<>();
    List<OperationMemory.Part> parts = new ArrayList<>();
    long stored = 0;
    for (int i = 1; i <= 150_000; i++) {
      String key = "k" + random.nextInt(keys);
      Place place = new Place(i, i % 7);
      real.remember(new Operation(key, i), place, i);
      plain.remove(key);
      plain.put(key, place);
      if (plain.size() > most) {
        plain.remove(plain.keySet().iterator().next());
      }
      String asked = "k" + random.nextInt(keys);
      assertThat(real.place(asked)).isEqualTo(plain.get(asked));
      if (i % 10_000 == 0) {
        parts.add(real.part(stored));
        stored = i;
        OperationMemory copy = ofParts(most, Long.MAX_VALUE, real.outline(), parts);
        assertThat(copy.toBytes()).isEqualTo(real.toBytes());
        real = i % 20_000 == 0 ? copy : real;
      }
    }
    assertThat(real.size()).isEqualTo(plain.size());
    for (Map.Entry<String, Place> each : plain.entrySet()) {
      assertThat(real.place(each.getKey())).isEqualTo(each.getValue());
    }
  }

  /** One that is always replaced can't make the memory grow behind one that stays. */
  @Test
  void theOldestIsForgottenBeforeGapsAreAllThatThereIs() {
    remember("stays", 1);
    for (int i = 2; i <= 65_536; i++) {
      memory.remember(new Operation("again", i), new Place(i, 0), 1);
    }
    assertThat(memory.place("stays")).isNotNull();
    memory.remember(new Operation("again", 0), new Place(65_537, 0), 1);
    assertThat(memory.place("stays")).isNull();
    assertThat(memory.mayHaveForgottenSince(0)).as("and says so").isTrue();
    assertThat(memory.place("again")).isEqualTo(new Place(65_537, 0));
    assertThat(memory.size()).isEqualTo(1);
  }

  /** However many there were before those that it remembers. */
  @Test
  void itIsRestoredFromThoseThatItRemembers() {
    long before = 1L << 50;
    byte[] outline =
        ByteBuffer.allocate(25)
            .put((byte) 3)
            .putLong(1)
            .putLong(before)
            .putLong(before + 1)
            .array();
    remember("a", 1);
    byte[] one = memory.part(0).bytes();
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          OperationMemory copy =
              ofParts(
                  3, AGE_MAX, outline, List.of(new OperationMemory.Part(before, before + 1, one)));
          assertThat(copy.size()).isEqualTo(1);
          assertThat(copy.oldest()).isEqualTo(before);
          assertThat(copy.mayHaveForgottenSince(0)).isTrue();
          assertThat(copy.mayHaveForgottenSince(1)).isFalse();
        });
  }

  @Test
  void aMissingPartIsNoticed() {
    remember("a", 1);
    OperationMemory.Part first = memory.part(0);
    remember("b", 2);
    OperationMemory.Part second = memory.part(1);
    byte[] outline = memory.outline();
    assertThatThrownBy(() -> ofParts(3, AGE_MAX, outline, List.of(first)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("from number 1 to 1");
    assertThatThrownBy(() -> ofParts(3, AGE_MAX, outline, List.of(second)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ofParts(3, AGE_MAX, outline, List.of(first, second)).size()).isEqualTo(2);
  }
}
