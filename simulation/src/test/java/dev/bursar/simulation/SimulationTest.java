package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thousands of hostile histories, and those that once found something. */
final class SimulationTest {

  private static final long SEEDS = 2_000;

  /** Two cores for three minutes, however busy they are with something else. */
  private static final Duration PROCESSOR_MAX = Duration.ofMinutes(6);

  @Test
  void whateverGoesWrongWhatMustHoldHolds() throws InterruptedException {
    Trials trials = new Trials(1, SEEDS, Duration.ofMinutes(20), Tampering.NONE);
    trials.run();
    Simulation.Outcome failure = trials.failure();
    assertThat(failure == null ? null : failure.scenario() + ": " + failure.violations())
        .as("run it with: bin/bursar simulate --seed N")
        .isNull();
    assertThat(trials.done()).isEqualTo(SEEDS);
    assertThat(trials.neverSeen()).as("what was never tried").isEmpty();
    assertThat(trials.processorTime()).as("on all cores").isPositive().isLessThan(PROCESSOR_MAX);
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
          # seed | what it found | what guards it
          5156 | a team was not told of late usage that it had counted from the middle on | LateUsageTest.theTeamIsToldOfItThoughItHeldNothing
          42   | a rate that had passed counted in a report | ReportedUsageTest.aRateThatHasPassedIsNotCountedEvenIfNothingWasCountedSince
          16   | a team went by its own clock in what it counts of a report | TeamTest.workThatHasRunCountsThoughByTheTeamsClockItsDayHasNotBegun
          1842 | who came with a key while something else was decided under it was taken for that | OrgEntityTest.whatComesWithAKeyThatIsBeingUsedForSomethingElseIsRefused
          2929 | a retry was told something while its attempt was being barred | ReservationProtocolTest.whoAsksWhileItIsBeingBarredWaits
          4665 | the same | the same
          4714 | the same | the same
          7203 | the same | the same
          8431 | the same | the same
          8739 | the same | the same
          9330 | the same | the same
          3123 | a charge was denied, and a copy of the question found more credits | ReservationProtocolTest.aOneShotThatTheWalletRefusedAndACopyOfTheQuestionChargedIsAllowed
          3366 | the same | the same
          3448 | the same | the same
          13   | what had expired days ago was barred at its wallet | TeamEntityTest.whatHasExpiredIsNotBarredWhereItIsForgotten
          9    | what had expired days ago was barred at its team | TeamTest.whatHasExpiredIsKnownByThatThoughItsHoldIsForgotten
          435  | a report told the limits of a decision that was void | ReservationProtocolTest.whatIsInTheJournalIsDrivenOnAndNotWhatWasDecidedFirst
          539  | the same | the same
          200  | a retry was told how its hold stood by now, by a wallet that had been behind its journal | ReservationProtocolTest.aWalletThatMayBeBehindItsJournalIsAskedToMakeSureUnderTheHoldsName
          1871 | an attempt to report that had come to nothing began again | ReportedUsageTest.anAttemptThatCameToNothingDoesNotBeginAgain
          11221 | what was remembered went further than the snapshot, after the later one had been deleted | JournalTrapsTest.aSnapshotToWhichPartsAreNewerIsNotStored
          12271 | the same | the same
          21450 | late usage was told to a node that was replaced, and grace was too short for anybody to look again | LateUsageTest.itIsStillAskedAboutWhenAnEntityLooksAgain
          13073 | a team barred what had expired, since its wallet still found it in its journal | TeamEntityTest.whatHasExpiredIsNotBarredWhereOnlyTheWalletKnowsOfIt
          105  | a wallet behind its journal told that it knows no lease | HoldTest.thatThereIsNoneIsToldToOthersOnceTheJournalHasNothingNewer
          3000 | the judge knew no key that tells no time: a lease that was asked for again after its key was forgotten is another | LeasedAgainTest.whoAsksAgainHasTheSameLeaseWhileItsKeyIsRemembered
          3912 | a lease lasted longer after nothing was added to it by a server whose clock was behind | HeldLeaseTest.whatNothingIsAddedToEndsNoLater
          813  | a dry run that came twice while a budget was set was told that it was withdrawn | ReservationProtocolTest.aDryRunIsToldWhatTheTeamSaidBeforeABudgetWasSet
          1525 | a node that an org came back to had kept the incarnations from before, as no cluster lets it | Cluster.own
          4647 | the judge knew what a budget stood at for longer than it did | BudgetsSetMeanwhileTest.whoIsBehindTellsInADryRunWhatItStoodAtBefore
          7710 | the judge looked for a limit before the row that sets it and begins the report that a team counts | NaiveOrg.countedAlike
          7956 | the judge had work count in a month that had passed and in which nothing was used | NaiveStarts.expectStarted
          2646 | an attempt to set a budget drafted again after it had been overtaken, and took what was open from the one draft and its place from the other | OverridesTest.anAttemptDraftsOnceThoughAnotherHasDraftedMeanwhile
          105  | a sidecar closed a lease that it had been told is not there | LocalDeciderTest.whatTheServerDoesNotFindIsNotClosed
          269  | a catalog that was rolled back right after another had been reviewed was taken for reviewed | PlanGrantsTest.aCatalogThatIsRolledBackRightAfterItWasReviewedGivesWhatItGaveBefore
          385  | the same | the same
          1365 | the same | the same
          1465 | the same | the same
          1793 | the same | the same
          1901 | the same | the same
          1796 | the judge missed a word of the wallet where that had barred what was denied | AnswerChecks.denied
          31   | the judge took a lease for out that was never granted to anybody | SimulatedListeners.held
          1225 | the judge had unchecked usage on record that a node behind had rejected as ahead | SidecarChecks.isRejectedAsAhead
          210  | the judge had a team hold in a budget what had expired before it heard of it | NaiveStarts.start
          1557 | a team held in a draft that came to nothing, and took the one before for overtaken: that was set, and what was used did not count in it | TeamTest.whoSetsABudgetBeginsAnewWhereALaterDraftIsHeldInThoughThatCameToNothing
          1488 | the judge looked at what a removed budget stands at, which is forgotten | NaiveLimits.tellsEnough
          5    | the same, where the team holds in it for a decision before | NaiveStarts.forget
          844  | what had expired and was forgotten was held for good in a budget that was set | OverridesTest.whatHadExpiredAndIsForgottenIsNotHeldInABudgetThatIsSet
          1265 | a copy of a request denied what is open, as its key was forgotten | OrgLimitsTest.whatIsOpenIsNotDeniedByWhoHasNotBegunIt
          313  | what was charged was said to be withdrawn, since its team had forgotten it | ReservationProtocolTest.whatIsChargedIsNotSaidToBeWithdrawnWhereTheTeamHasForgottenIt
          1729 | a lease was out for less than it lasted | LeaseRulesTest.itIsOutUntilWhatWasAddedLastIsOverInWhateverOrderThatIsHeardOf
          3609 | what had come to nothing was allowed when it was asked again | ReservationProtocolTest.whatIsHeldForADecisionThatCameToNothingIsNotAllowedWhenItIsRepeated
          1517 | a lease lasted longer than its org knew | ReservationProtocolTest.aLeaseThatLastsLongerThanItsOrgKnowsIsWithdrawn
          245  | the judge had what had ended before the window of a draft count in it | NaiveLimits.tellsEnough
          381  | the judge had work count where its window might have passed by another clock | NaiveStarts.Ran
          1586 | the judge had a late charge told by a node that had been replaced | NaiveStarts.lateComes
          """)
  void whatOnceFoundSomethingFindsNothingMore(long seed, String found, String guard) {
    Simulation.Outcome outcome = Simulation.run(Scenario.of(seed));
    assertThat(outcome.violations()).as("%s: %s", found, guard).isEmpty();
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
