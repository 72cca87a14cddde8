package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thousands of hostile histories, and those that once found something. */
final class SimulationTest {

  private static final long SEEDS = 2_000;

  @Test
  void whateverGoesWrongWhatMustHoldHolds() throws InterruptedException {
    Trials trials = new Trials(1, SEEDS, Duration.ofMinutes(3), Tampering.NONE);
    trials.run();
    Simulation.Outcome failure = trials.failure();
    assertThat(failure == null ? null : failure.scenario() + ": " + failure.violations())
        .as("run it with: bin/bursar simulate --seed N")
        .isNull();
    assertThat(trials.done()).isEqualTo(SEEDS);
    assertThat(trials.neverSeen()).as("what was never tried").isEmpty();
  }

  /**
   * Each of these once found a bug. A seed's history is another one as soon as anything draws once
   * more than it did: what guards each of those bugs for good is the test of the rules or the
   * protocol that is named.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # seed | what it found                                            | what guards it
          55     | a rate that had passed was counted in by a report        | ReportedUsageTest.aRateThatHasPassedIsNotCountedEvenIfNothingWasCountedSince
          48     | a report ahead of the team's clock was not counted       | TeamTest.workThatHasRunCountsThoughByTheTeamsClockItsDayHasNotBegun
          2929   | a denial was told otherwise than it is on record         | ReservationProtocolTest.whoJoinsADenialThatIsOnRecordIsToldAtOnce
          4665   | a retry was answered while its attempt was being barred  | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          4714   | a retry was answered while its attempt was being barred  | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          7203   | a retry was answered while its attempt was being barred  | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          8431   | a retry was answered while its attempt was being barred  | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          8739   | a retry was answered while its attempt was being barred  | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          9330   | a retry was answered while its attempt was being barred  | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          3123   | a charge was denied, and a copy of the question found more credits | ReservationProtocolTest.aOneShotThatTheWalletRefusedAndACopyOfTheQuestionChargedIsAllowed
          3366   | a charge was denied, and a copy of the question found more credits | ReservationProtocolTest.aOneShotThatTheWalletRefusedAndACopyOfTheQuestionChargedIsAllowed
          3448   | a charge was denied, and a copy of the question found more credits | ReservationProtocolTest.aOneShotThatTheWalletRefusedAndACopyOfTheQuestionChargedIsAllowed
          """)
  void whatOnceFoundSomethingFindsNothingMore(long seed, String found, String guard) {
    Simulation.Outcome outcome = Simulation.run(Scenario.of(seed));
    assertThat(outcome.violations()).as("%s: %s", found, guard).isEmpty();
  }

  @Test
  void aSeedAlwaysComesToTheSame() {
    List<String> first = new ArrayList<>();
    List<String> second = new ArrayList<>();
    Simulation.run(Scenario.of(7), Tampering.NONE, first);
    Simulation.run(Scenario.of(7), Tampering.NONE, second);
    assertThat(first).isNotEmpty();
    assertThat(second).isEqualTo(first);
  }

  @Test
  void aQuarterOfTheScenariosHasNoFaults() {
    long without = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      without += Scenario.of(seed).faults().isEmpty() ? 1 : 0;
    }
    assertThat(without).isBetween(SEEDS / 5, SEEDS * 3 / 10);
  }
}
