package dev.bursar.projections.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where each range goes on, by what all ranges that there ever were have stored. */
class StoredPositionsTest {

  private static final JournalPosition EARLY = new JournalPosition(10, 5);
  private static final JournalPosition LATE = new JournalPosition(11, 1);
  private static final JournalPosition LATEST = new JournalPosition(12, 0);

  private static RangePosition all(JournalPosition position) {
    return RangePosition.of(position);
  }

  private static RangePosition standing(
      JournalPosition others, int slice, JournalPosition position) {
    return new RangePosition(others, new TreeMap<>(Map.of(slice, position)));
  }

  private static StoredPositions.Leg leg(int from, int to, JournalPosition position) {
    return new StoredPositions.Leg(IntStream.rangeClosed(from, to).boxed().toList(), position);
  }

  @Test
  void aRangeGoesOnWhereAllItsSlicesAreProjected() {
    StoredPositions stored =
        new StoredPositions(
            Map.of(
                new SliceRange(0, 63), all(LATE),
                new SliceRange(0, 31), all(EARLY),
                new SliceRange(64, 100), all(EARLY)));
    assertThat(stored.start(new SliceRange(0, 63))).isEqualTo(all(LATE));
    assertThat(stored.start(new SliceRange(50, 70))).isEqualTo(all(EARLY));
    assertThat(stored.start(new SliceRange(64, 127))).isEqualTo(all(JournalPosition.START));
    SliceRange range = new SliceRange(62, 102);
    assertThat(stored.legs(range, range))
        .containsExactly(
            leg(62, 63, LATE), leg(64, 100, EARLY), leg(101, 102, JournalPosition.START));
    assertThat(stored.legs(range, new SliceRange(70, 70))).containsExactly(leg(64, 100, EARLY));
  }

  @Test
  void aSliceThatStandsStillHoldsNoOtherBack() {
    SliceRange range = new SliceRange(0, 63);
    StoredPositions stored = new StoredPositions(Map.of(range, standing(LATE, 7, EARLY)));
    assertThat(stored.ofSlice(6)).isEqualTo(LATE);
    assertThat(stored.ofSlice(7)).isEqualTo(EARLY);
    assertThat(stored.start(range)).isEqualTo(standing(LATE, 7, EARLY));
    assertThat(stored.legs(range, new SliceRange(7, 7))).containsExactly(leg(7, 7, EARLY));
    assertThat(stored.legs(range, new SliceRange(8, 8)))
        .singleElement()
        .satisfies(
            leg -> {
              assertThat(leg.position()).isEqualTo(LATE);
              assertThat(leg.slices()).hasSize(63).contains(0, 6, 8, 63).doesNotContain(7);
            });
    // Divided otherwise, it stands still in the range in which it is by then.
    assertThat(stored.start(new SliceRange(0, 31))).isEqualTo(standing(LATE, 7, EARLY));
    assertThat(stored.start(new SliceRange(32, 63))).isEqualTo(all(LATE));
    assertThat(stored.start(new SliceRange(7, 7))).isEqualTo(all(EARLY));
  }

  @Test
  void aSliceThatWentOnInAnotherDivisionStandsStillNoMore() {
    StoredPositions stored =
        new StoredPositions(
            Map.of(
                new SliceRange(0, 63), standing(LATE, 7, EARLY),
                new SliceRange(0, 31), all(LATEST)));
    assertThat(stored.start(new SliceRange(0, 31))).isEqualTo(all(LATEST));
    assertThat(stored.start(new SliceRange(0, 63))).isEqualTo(all(LATE));
  }

  @Test
  void whatIsStoredIsReadAgainAndFits() {
    SortedMap<Integer, JournalPosition> four = new TreeMap<>();
    IntStream.rangeClosed(124, 127)
        .forEach(slice -> four.put(slice, new JournalPosition(Long.MAX_VALUE, Long.MAX_VALUE)));
    for (RangePosition each :
        new RangePosition[] {
          all(EARLY), standing(LATE, 7, EARLY), new RangePosition(LATEST, four)
        }) {
      assertThat(RangePosition.parse(each.toString())).isEqualTo(each);
      assertThat(each.toString()).hasSizeLessThanOrEqualTo(255);
    }
    four.put(0, EARLY);
    assertThatThrownBy(() -> new RangePosition(LATEST, four)).hasMessageContaining("at most 4");
    assertThatThrownBy(() -> RangePosition.parse("11:1 7")).hasMessageContaining("11:1 7");
  }
}
