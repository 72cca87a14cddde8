package dev.bursar.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.team.Team;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SnapshotCodecTest {

  private static Stream<SnapshotSample<?>> samples() {
    return SnapshotSample.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  <S> void isReadAsItWasWritten(SnapshotSample<S> sample) {
    byte[] bytes = sample.encoded();
    EntitySnapshot<S> read = sample.codec().decode(sample.codec().manifest(), bytes);
    assertThat(read).usingRecursiveComparison().isEqualTo(sample.snapshot());
    assertThat(sample.codec().encode(read)).isEqualTo(bytes);
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("dev.bursar");
  }

  @Test
  void whatLapsedStaysInItsOrderAndTheRestIsSorted() {
    SnapshotCodec<Team.Snapshot> codec = SnapshotCodec.teams();
    byte[] oneWay = codec.encode(snapshot(lapsed("z", "a"), open("z", "a")));
    byte[] otherTable = codec.encode(snapshot(lapsed("z", "a"), open("a", "z")));
    byte[] otherHistory = codec.encode(snapshot(lapsed("a", "z"), open("z", "a")));
    assertThat(otherTable).isEqualTo(oneWay);
    assertThat(otherHistory).isNotEqualTo(oneWay);
    assertThat(codec.decode(codec.manifest(), oneWay).state().tallies().lapsed().keySet())
        .containsExactly("z", "a");
  }

  @Test
  void countersOfTwoBudgetsOfOneNameAreSortedByWhereEachBegan() {
    SnapshotCodec<Team.Snapshot> codec = SnapshotCodec.teams();
    Tallies.CounterPart always = counter(null);
    Tallies.CounterPart first = counter(9L);
    Tallies.CounterPart second = counter(10L);
    byte[] oneWay = codec.encode(snapshot(List.of(always, first, second)));
    assertThat(codec.encode(snapshot(List.of(second, first, always)))).isEqualTo(oneWay);
    assertThat(codec.decode(codec.manifest(), oneWay).state().tallies().counters())
        .containsExactly(always, first, second);
  }

  private static Tallies.CounterPart counter(@Nullable Long since) {
    return new Tallies.CounterPart(
        new Tallies.Counter("budget", "", since),
        List.of(new Tallies.Tally(Parts.AT, Parts.credits("1"), Parts.credits("0"), null)));
  }

  private static EntitySnapshot<Team.Snapshot> snapshot(List<Tallies.CounterPart> counters) {
    Tallies.Snapshot tallies = new Tallies.Snapshot(counters, Map.of(), Map.of());
    return new EntitySnapshot<>(
        1, new byte[32], new byte[0], new Team.Snapshot(Parts.AT, tallies, Map.of()));
  }

  private static EntitySnapshot<Team.Snapshot> snapshot(
      Map<String, Tallies.Lapsed> lapsed, Map<String, Tallies.OpenHold> open) {
    Tallies.Snapshot tallies = new Tallies.Snapshot(List.of(), open, lapsed);
    return new EntitySnapshot<>(
        1, new byte[32], new byte[0], new Team.Snapshot(Parts.AT, tallies, Map.of()));
  }

  private static Map<String, Tallies.Lapsed> lapsed(String... names) {
    Map<String, Tallies.Lapsed> lapsed = new LinkedHashMap<>();
    List.of(names)
        .forEach(name -> lapsed.put(name, new Tallies.Lapsed(Map.of(), List.of(), Parts.AT)));
    return lapsed;
  }

  private static Map<String, Tallies.OpenHold> open(String... names) {
    Map<String, Tallies.OpenHold> open = new LinkedHashMap<>();
    List.of(names)
        .forEach(
            name -> open.put(name, new Tallies.OpenHold(Parts.credits("1"), Map.of(), List.of())));
    return open;
  }

  @ParameterizedTest
  @MethodSource("samples")
  <S> void whatItDoesNotKnowIsRefused(SnapshotSample<S> sample) throws IOException {
    byte[] bytes = sample.encoded();
    ObjectNode tree = (ObjectNode) StoredMapping.MAPPER.readTree(bytes);
    ((ObjectNode) tree.get("state")).put("from_the_future", 1);
    byte[] newer = StoredMapping.MAPPER.writeValueAsBytes(tree);
    for (byte[] wrong : List.of(newer, new byte[0], Arrays.copyOf(bytes, bytes.length - 1))) {
      assertThatThrownBy(() -> sample.codec().decode(sample.codec().manifest(), wrong))
          .isInstanceOf(StoredFormException.class);
    }
    assertThatThrownBy(() -> sample.codec().decode("wallet.1", bytes))
        .isInstanceOf(StoredFormException.class)
        .hasMessageContaining("the manifest wallet.1 is not known here");
  }
}
