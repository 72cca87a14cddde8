package dev.bursar.projections.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.RangePosition;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.progress.RangeStatus.State;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Where a range stands on this node, after what is told of it in whatever order. */
class RangeProgressTest {

  private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");
  private static final SliceRange SLICES = new SliceRange(0, 63);
  private static final JournalPosition START = new JournalPosition(700, 0);

  private final RangeProgress range = new RangeProgress(SLICES);
  private long reading;

  private void runs() {
    range.arrived();
    reading = range.started(RangePosition.of(START), 90);
  }

  /** Nothing was left to read, up to a transaction, when the journal ended there. */
  private void upToDate(long xid, long passed) {
    range.idle(reading, page(xid, passed, 0));
  }

  private static JournalPage page(long xid, long passed, long lagMs) {
    return new JournalPage(
        RangePosition.of(JournalPosition.START),
        List.of(),
        RangePosition.of(new JournalPosition(xid, 0)),
        passed,
        NOW,
        NOW.minusMillis(lagMs),
        System.nanoTime() - lagMs * 1_000_000,
        false);
  }

  private State state() {
    return range.status().state();
  }

  /** A page is projected after which this slice stands still, or none does. */
  private void goOn(long xid, SortedMap<Integer, JournalPosition> standing) {
    JournalPage page =
        new JournalPage(
            RangePosition.of(JournalPosition.START),
            List.of(),
            new RangePosition(new JournalPosition(xid, 0), standing),
            90,
            NOW,
            NOW,
            System.nanoTime(),
            false);
    range.emitted(reading, page);
    range.projected(page);
  }

  /** Whoever still read when it began anew has no say any more: nobody waits for what it found. */
  @Test
  void whatAnEarlierReadingFindsIsNotWaitedFor() {
    runs();
    long earlier = reading;
    reading = range.started(RangePosition.of(START), 90);
    range.emitted(earlier, page(800, 95, 0));
    range.idle(earlier, page(900, 99, 0));

    assertThat(range.whenAllProjected().toCompletableFuture()).isDone();
    assertThat(range.allProjected()).isTrue();
    assertThat(range.isThrough(SLICES, 750)).isFalse();
  }

  @Test
  void whoWaitsGoesOnOnceThePageThatWasReadIsProjected() {
    runs();
    JournalPage page = page(800, 95, 0);
    range.emitted(reading, page);
    var waiting = range.whenAllProjected().toCompletableFuture();
    assertThat(waiting).isNotDone();
    range.projected(page);
    assertThat(waiting).isDone();
  }

  @Test
  void aSliceThatStandsStillForTheSameReasonAgainIsNewsOnceItHasGoneOn() {
    SortedMap<Integer, JournalPosition> seven = new TreeMap<>(Map.of(7, START));
    runs();
    range.standsStill(7, "row 3");
    goOn(701, seven);
    range.standsStill(7, "row 3");
    goOn(702, seven);
    assertThat(range.standing()).containsExactly(Map.entry(7, "row 3"));
    assertThat(range.failures()).isEqualTo(1);

    goOn(703, new TreeMap<>());
    assertThat(range.standing()).isEmpty();

    range.standsStill(7, "row 3");
    goOn(704, seven);
    assertThat(range.standing()).containsExactly(Map.entry(7, "row 3"));
    assertThat(range.failures()).isEqualTo(2);
  }

  @Test
  void howLongASliceHasStoodStillCountsFromItsFirstFault() {
    SortedMap<Integer, JournalPosition> seven = new TreeMap<>(Map.of(7, START));
    runs();
    assertThat(range.standingMs()).isZero();
    range.standsStill(7, "row 3");
    goOn(701, seven);
    while (range.standingMs() == 0) {
      Thread.onSpinWait();
    }

    long before = range.standingMs();
    range.standsStill(7, "row 3, still");
    goOn(702, seven);
    assertThat(range.standingMs()).isGreaterThanOrEqualTo(before);

    goOn(703, new TreeMap<>());
    assertThat(range.standingMs()).isZero();
  }

  @Test
  void runsOnceReadingHasBegun() {
    assertThat(state()).isEqualTo(State.ELSEWHERE);
    range.arrived();
    assertThat(state()).isEqualTo(State.ELSEWHERE);
    reading = range.started(RangePosition.of(START), 90);
    assertThat(state()).isEqualTo(State.RUNNING);
  }

  @Test
  void isHaltedUntilItGoesOn() {
    runs();
    range.failed("row 7", null, true);
    assertThat(state()).isEqualTo(State.HALTED);
    reading = range.started(RangePosition.of(START), 90);
    assertThat(state()).isEqualTo(State.HALTED);
    assertThat(range.status().alarm()).isEqualTo("row 7");
    upToDate(710, 100);
    assertThat(state()).isEqualTo(State.RUNNING);
    assertThat(range.status().alarm()).isNull();
  }

  @Test
  void whatMovesAwayBetweenTwoTriesIsHaltedHereNoMore() {
    runs();
    range.failed("row 7", null, true);
    range.left();
    assertThat(state()).isEqualTo(State.ELSEWHERE);
    assertThat(range.isHalted()).isFalse();
    assertThat(range.status().alarm()).isNull();
    assertThat(range.failures()).isEqualTo(1);
  }

  @Test
  void whatMovesAwayInTheMiddleOfATryIsHaltedHereNoMore() {
    runs();
    range.failed("row 7", null, true);
    reading = range.started(RangePosition.of(START), 90);
    range.left();
    assertThat(state()).isEqualTo(State.ELSEWHERE);
  }

  @Test
  void whatIsToldLateOfWhatHasMovedAwayChangesNothing() {
    runs();
    range.left();
    upToDate(710, 100);
    assertThat(state()).isEqualTo(State.ELSEWHERE);
    range.failed("cut off", null, true);
    assertThat(state()).isEqualTo(State.ELSEWHERE);
    reading = range.started(RangePosition.of(START), 90);
    assertThat(state()).isEqualTo(State.ELSEWHERE);
    assertThat(range.freshness(SLICES)).isEmpty();
  }

  @Test
  void whatComesBackBeginsAnew() {
    runs();
    range.failed("row 7", null, true);
    range.left();
    runs();
    assertThat(state()).isEqualTo(State.RUNNING);
  }

  @Test
  void whatTheDatabaseHasLostIsToBeReadAgain() {
    runs();
    upToDate(710, 100);
    assertThat(range.isThrough(SLICES, 705)).isTrue();
    range.failed("cut off", null, true);
    runs();
    assertThat(range.isThrough(SLICES, 705)).isFalse();
    upToDate(710, 100);
    assertThat(range.isThrough(SLICES, 705)).isTrue();
  }

  @Test
  void countsTheRowsThatComeAfterWhatWasPassed() {
    runs();
    range.saw(new JournalPosition(705, 95));
    assertThat(range.lagRows()).isEqualTo(5);
    upToDate(710, 95);
    assertThat(range.lagRows()).isZero();
    range.failed("row 7", null, true);
    range.saw(new JournalPosition(712, 98));
    assertThat(range.lagRows()).isEqualTo(3);
    range.left();
    assertThat(range.lagRows()).isZero();
  }

  @Test
  void isAsNewAsTheLastRowOfAPageThatIsNotTheLast() {
    runs();
    assertThat(range.freshness(SLICES)).isEmpty();
    long minutes = 10 * 60_000;
    range.projected(page(701, 91, minutes));
    assertThat(range.freshness(SLICES))
        .hasValueSatisfying(
            found -> {
              assertThat(found.asOf()).isEqualTo(NOW.minusMillis(minutes));
              assertThat(found.lagMs()).isGreaterThanOrEqualTo(minutes);
            });
    upToDate(710, 95);
    assertThat(range.freshness(SLICES))
        .hasValueSatisfying(
            found -> {
              assertThat(found.asOf()).isEqualTo(NOW);
              assertThat(found.lagMs()).isLessThan(minutes);
            });
  }

  @Test
  void tellsNothingOfWhatStandsStill() {
    runs();
    upToDate(710, 95);
    range.failed("row 7", null, true);
    assertThat(range.isRunning()).isFalse();
    assertThat(range.freshness(SLICES)).isEmpty();
  }
}
