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
    assertThat(stored.legs(new SliceRange(60, 127)))
        .containsExactly(
            new StoredPositions.Leg(new SliceRange(60, 63), LATE),
            new StoredPositions.Leg(new SliceRange(64, 100), EARLY),
            new StoredPositions.Leg(new SliceRange(101, 127), JournalPosition.START));
  }

  @Test
  void aSliceThatStandsStillHoldsNoOtherBack() {
    SliceRange range = new SliceRange(0, 63);
    StoredPositions stored = new StoredPositions(Map.of(range, standing(LATE, 7, EARLY)));
    assertThat(stored.ofSlice(6)).isEqualTo(LATE);
    assertThat(stored.ofSlice(7)).isEqualTo(EARLY);
    assertThat(stored.start(range)).isEqualTo(standing(LATE, 7, EARLY));
    assertThat(stored.legs(range))
        .containsExactly(
            new StoredPositions.Leg(new SliceRange(0, 6), LATE),
            new StoredPositions.Leg(new SliceRange(7, 7), EARLY),
            new StoredPositions.Leg(new SliceRange(8, 63), LATE));
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
