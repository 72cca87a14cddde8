package dev.bursar.domain.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.time.Clocks;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is asked what when, and who is told what, whatever is lost, late or repeated. */
final class ReservationProtocolTest {

  private static final long SOON_MS = 1_000;
  private static final long LATER_MS = 2_000;

  // ---- allowed

  @Test
  void teamAndWalletAreAskedAtOnceAndAllMustHold() {
    Conversation r = Conversation.reserving();
    assertThat(r.begun("ann"))
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
    assertThat(r.teamHolds()).isEmpty();
    assertThat(r.walletHolds()).isEmpty();
    assertThat(r.durable()).containsExactly("ann: allowed");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void theAnswersMayComeInAnyOrder() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    assertThat(r.durable()).isEmpty();
    assertThat(r.walletHolds()).isEmpty();
    assertThat(r.teamHolds()).containsExactly("ann: allowed");
  }

  @Test
  void aTeamThatCountsNothingIsNotAsked() {
    Conversation r = Conversation.withoutTeam();
    assertThat(r.begun("ann")).containsExactly("wallet main: HoldCredits");
    r.durable();
    assertThat(r.walletHolds()).containsExactly("ann: allowed");
  }

  @Test
  void aDryRunOnlyAsks() {
    Conversation r = Conversation.dryRun();
    assertThat(r.considered("ann"))
        .containsExactly("team research: CheckBudget", "wallet main: CheckCredits");
    r.teamHolds();
    assertThat(r.walletWouldHold()).containsExactly("ann: allowed");
    r.considered("ann", "org");
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("ann: denied for [org, wallet]");
    assertThat(r.protocol.size()).isZero();
  }

  /** It came twice, and the team answers the first before the budget that the second asks for. */
  @Test
  void aDryRunIsToldWhatTheTeamSaidBeforeABudgetWasSet() {
    Conversation r = Conversation.dryRun();
    r.considered("ann");
    r.walletWouldHold();
    assertThat(r.teamHoldsForADecisionBefore()).containsExactly("ann: allowed");
  }

  @Test
  void aQuestionThatTheWalletRefusesIsRefused() {
    Conversation r = Conversation.dryRun();
    r.considered("ann");
    assertThat(r.wallet(new Answer.Refused<>(Refusal.of(Refusal.Code.LEASE_TOO_WIDE, "any"))))
        .containsExactly("ann: refused LEASE_TOO_WIDE");
    assertThat(r.teamHolds()).as("whatever else comes").isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  // ---- one-shots

  @Test
  void aOneShotIsChargedLastInOneStep() {
    Conversation r = Conversation.oneShot();
    assertThat(r.begun("ann")).containsExactly("team research: HoldBudget");
    assertThat(r.teamHolds()).isEmpty();
    assertThat(r.durable()).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void aOneShotOfNoTeamWaitsForTheOrgsJournalAlone() {
    Conversation r = Conversation.oneShotWithoutTeam();
    assertThat(r.begun("ann")).isEmpty();
    assertThat(r.durable()).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged");
  }

  @Test
  void aOneShotThatTheTeamRefusesIsNeverCharged() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    assertThat(r.teamDenies("team")).containsExactly("wallet main: CheckCredits");
    assertThat(r.walletWouldHold()).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("ann: denied for [team]");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void aOneShotNamesTheWalletBesideTheTeam() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    r.teamDenies("team");
    assertThat(r.walletDenies("wallet")).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("ann: denied for [team, wallet]");
  }

  @Test
  void aOneShotThatTheWalletRefusesIsTakenBackFromTheTeam() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("wallet main: Bar");
    assertThat(r.askedWalletUnder()).isEqualTo(Operation.holding("r"));
    assertThat(r.walletBarred()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly("ann: denied for [wallet]", "team research: Cancel");
    assertThat(r.teamBarred()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void aOneShotIsAskedAgainOfTheWalletUntilItAnswers() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    assertThat(r.wallet(new Answer.Busy<>())).isEmpty();
    assertThat(r.tick(SOON_MS)).isEmpty();
    assertThat(r.tick(LATER_MS)).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged");
  }

  // ---- reported after it ran

  @Test
  void whatHasRunIsCountedByTheTeamAndThenChargedByTheWallet() {
    Conversation r = Conversation.reporting();
    assertThat(r.begun("ann")).containsExactly("team research: CountUsage");
    assertThat(r.durable()).isEmpty();
    assertThat(r.teamHolds()).containsExactly("wallet main: ChargeUsage");
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void whatHasRunAndTheWalletRefusesIsTakenBackFromTheTeam() {
    Conversation r = Conversation.reporting();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("wallet main: Bar");
    assertThat(r.walletBarred()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly("ann: denied for [wallet]", "team research: Cancel");
  }

  @Test
  void aOneShotThatTheWalletRefusedAndACopyOfTheQuestionChargedIsAllowed() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("wallet main: Bar");
    // Credits came between the two, and the wallet tells what it did with the copy.
    assertThat(r.walletEnded("committed")).containsExactly("team research: HoldBudget");
    assertThat(r.teamHolds()).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void aOneShotIsNotChargedByALateAnswerToWhetherItCouldBe() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    assertThat(r.tick(LATER_MS)).containsExactly("team research: HoldBudget");
    assertThat(r.teamDenies("team")).containsExactly("wallet main: CheckCredits");
    assertThat(r.walletWouldHold()).containsExactly("team research: Bar", "wallet main: Bar");
    // The first of the two questions had come to another incarnation, which holds.
    assertThat(r.teamHolds()).containsExactly("team research: HoldBudget");
    assertThat(r.teamHolds()).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletWouldHold()).isEmpty();
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void whatHasRunIsDrivenOnAfterACrash() {
    Conversation r = Conversation.reporting();
    assertThat(r.driveOn()).containsExactly("org: TakeOver");
    assertThat(r.takenOver()).containsExactly("team research: CountUsage");
    assertThat(r.teamHolds()).containsExactly("wallet main: ChargeUsage");
    assertThat(r.walletEnded("committed")).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  // ---- denied

  @Test
  void oneNoAndTheOthersTakeItBack() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.walletHolds();
    assertThat(r.teamDenies("team")).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("ann: denied for [team]", "wallet main: Cancel");
    assertThat(r.protocol.size()).isEqualTo(1);
    assertThat(r.walletEnded("cancelled")).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void nobodyIsToldOfADenialThatIsNotInTheJournal() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("org: Deny");
    assertThat(r.orgBusy()).isEmpty();
    assertThat(r.tick(LATER_MS)).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly("ann: denied for [wallet]", "team research: Cancel");
    assertThat(r.tick(LATER_MS)).containsExactly("team research: Cancel");
    assertThat(r.teamDone()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void aHoldThatIsReportedLateIsStillTakenBack() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.walletHolds();
    r.teamDenies("team");
    r.denialRecorded();
    assertThat(r.walletHolds()).isEmpty();
    assertThat(r.tick(LATER_MS)).containsExactly("wallet main: Cancel");
    r.walletBarred();
    assertThat(r.tick(LATER_MS)).isEmpty();
  }

  @Test
  void aDenialOfTheOrgNamesWhatElseStandsInTheWay() {
    Conversation r = Conversation.reserving();
    assertThat(r.considered("ann", "org"))
        .containsExactly("team research: CheckBudget", "wallet main: CheckCredits");
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("ann: denied for [org, wallet]");
    assertThat(r.protocol.size()).isZero();
  }

  // ---- the same request again

  @Test
  void theSameRequestJoinsTheOneOnItsWay() {
    Conversation r = Conversation.reserving();
    assertThat(r.joined("bob", 7)).containsExactly("nobody to join");
    r.begun("ann");
    assertThat(r.joined("bob", 7)).isEmpty();
    assertThat(r.joined("eve", 8)).containsExactly("eve: refused IDEMPOTENCY_KEY_REUSED");
    r.durable();
    r.teamHolds();
    assertThat(r.walletHolds()).containsExactly("ann: allowed", "bob: allowed, again");
    assertThat(r.joined("bob", 7)).containsExactly("nobody to join");
  }

  @Test
  void whoJoinsADenialThatIsOnRecordIsToldAtOnce() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.walletHolds();
    r.teamDenies("team");
    r.denialRecorded();
    assertThat(r.begunBefore("bob")).containsExactly("bob: denied for [team], again");
  }

  @Test
  void aRetryThatFindsItOpenTakesItOverAndIsToldTheSame() {
    Conversation r = Conversation.reserving();
    assertThat(r.begunBefore("ann")).containsExactly("org: TakeOver");
    assertThat(r.tick(LATER_MS)).isEmpty();
    r.orgBusy();
    assertThat(r.tick(LATER_MS)).containsExactly("org: TakeOver");
    assertThat(r.takenOver())
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
    r.teamHolds();
    assertThat(r.walletHolds()).containsExactly("ann: allowed, again");
  }

  // ---- what goes wrong

  @Test
  void whatNeverCameIntoTheJournalIsTakenBack() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.teamHolds();
    assertThat(r.withdrawn()).containsExactly("org: Bar", "ann: unreachable");
    assertThat(r.withdrawn()).isEmpty();
    assertThat(r.barredAtOrg()).containsExactly("team research: Cancel", "wallet main: Cancel");
    assertThat(r.teamBarred()).isEmpty();
    assertThat(r.tick(LATER_MS)).containsExactly("wallet main: Cancel");
    assertThat(r.walletBarred()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  /** The first decision is void, and so are the limits that applied by then. */
  @Test
  void whatIsInTheJournalIsDrivenOnAndNotWhatWasDecidedFirst() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    assertThat(r.foundWithoutLimitsOfTheTeam()).containsExactly("org: TakeOver");
    assertThat(r.takenOver()).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletHolds()).containsExactly("ann: allowed");
  }

  /** Somebody may have found it in the journal, and have been told that it is allowed. */
  @Test
  void whatCameIntoTheJournalAfterAllIsDrivenOn() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    assertThat(r.begunAfterAll()).isEmpty();
    r.withdrawn();
    r.orgBusy();
    assertThat(r.tick(LATER_MS)).containsExactly("org: Bar");
    assertThat(r.begunAtOrg()).containsExactly("org: TakeOver");
    assertThat(r.takenOver())
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
    r.teamHolds();
    assertThat(r.walletHolds()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  /** It is found there while the org is still being asked whether it is. */
  @Test
  void whatIsFoundInTheJournalWhileTheOrgIsAskedIsDrivenOn() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    assertThat(r.withdrawn()).containsExactly("org: Bar", "ann: unreachable");
    assertThat(r.begunAfterAll()).isEmpty();
    assertThat(r.begunAtOrg()).containsExactly("org: TakeOver");
    assertThat(r.takenOver())
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
  }

  /** As long as it may have begun, nobody is told that it has not. */
  @Test
  void whoAsksWhileItIsBeingBarredWaits() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.teamDenies("team");
    r.withdrawn();
    assertThat(r.begunBefore("bob")).isEmpty();
    assertThat(r.barredAtOrg())
        .containsExactly(
            "bob: refused ATTEMPT_WITHDRAWN", "team research: Cancel", "wallet main: Cancel");
  }

  // ---- when several drive it

  @Test
  void whoeverSaidNoMakesSureOfItBeforeADenial() {
    Conversation r = Conversation.reserving();
    r.driveOn();
    r.takenOver();
    r.walletHolds();
    assertThat(r.teamDenies("team")).containsExactly("team research: Bar");
    assertThat(r.teamBarred()).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("wallet main: Cancel");
  }

  /** Two incarnations of the org: the other had asked the team before a budget was set here. */
  @Test
  void whatTheTeamHoldsForADecisionThatCameToNothingIsWithdrawn() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.walletHolds();
    assertThat(r.teamHoldsForADecisionBefore()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly(
            "ann: refused ATTEMPT_WITHDRAWN", "team research: Cancel", "wallet main: Cancel");
  }

  /** It would not tell the team how it ends. */
  @Test
  void whatTheWalletHoldsForADecisionThatCameToNothingIsWithdrawn() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    assertThat(r.walletHoldsForADecisionBefore()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly(
            "ann: refused ATTEMPT_WITHDRAWN", "team research: Cancel", "wallet main: Cancel");
  }

  @Test
  void whatTheWalletHoldsOfAnotherAmountIsWithdrawn() {
    Conversation r = Conversation.reserving();
    r.driveOn();
    r.takenOver();
    r.teamHolds();
    assertThat(r.walletHoldsAtAnotherPrice()).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("team research: Cancel", "wallet main: Cancel");
  }

  /** By an earlier decision, at a later time: the org would take it to be over before it is. */
  @Test
  void aLeaseThatLastsLongerThanItsOrgKnowsIsWithdrawn() {
    Conversation r = Conversation.leasing();
    r.driveOn();
    r.takenOver();
    r.teamHolds();
    assertThat(r.walletLeasesFor(61)).containsExactly("org: Deny");

    Conversation asPlanned = Conversation.leasing();
    asPlanned.driveOn();
    asPlanned.takenOver();
    asPlanned.teamHolds();
    assertThat(asPlanned.walletLeasesFor(60)).isEmpty();
  }

  @Test
  void aOneShotThatTheTeamHoldsForADecisionThatCameToNothingIsNeverCharged() {
    Conversation r = Conversation.oneShot();
    r.driveOn();
    r.takenOver();
    assertThat(r.teamHoldsForADecisionBefore()).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("team research: Cancel", "wallet main: Cancel");
  }

  @Test
  void whatHasRunAndTheTeamCountsForADecisionThatCameToNothingIsWithdrawn() {
    Conversation r = Conversation.reporting();
    r.begun("ann");
    r.durable();
    assertThat(r.teamHoldsForADecisionBefore()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly("ann: refused ATTEMPT_WITHDRAWN", "team research: Cancel");
  }

  /** Then the team counts nothing of it, and no limit lacks anything. */
  @Test
  void whatHasRunInAWindowThatHasEndedMayCountNowhere() {
    Conversation r = Conversation.reportingALateDay();
    r.begun("ann");
    r.durable();
    assertThat(r.teamHoldsForADecisionBefore()).containsExactly("wallet main: ChargeUsage");
  }

  /** For the team it may be the next day by now. */
  @Test
  void whatHasRunInAWindowThatEndsMayCountNowhere() {
    Conversation r = Conversation.reportingAtTheDaysEnd();
    r.begun("ann");
    r.durable();
    assertThat(r.teamHoldsForADecisionBefore()).containsExactly("wallet main: ChargeUsage");
  }

  /** What the team was asked first may be answered twice, and late. */
  @Test
  void aNoToAnEarlierQuestionMakesSureOfNothing() {
    Conversation r = Conversation.reserving();
    r.driveOn();
    r.takenOver();
    r.walletHolds();
    assertThat(r.teamDenies("team")).containsExactly("team research: Bar");
    assertThat(r.teamDenies("team")).isEmpty();
    assertThat(r.teamHolds())
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
  }

  @Test
  void aNoToAnEarlierQuestionTakesNothingBack() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    r.walletDenies("wallet");
    assertThat(r.denialRecorded())
        .containsExactly("ann: denied for [wallet]", "team research: Cancel");
    assertThat(r.teamDenies("team")).isEmpty();
    assertThat(r.tick(LATER_MS)).containsExactly("team research: Cancel");
    assertThat(r.teamDone()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void aNoThatWasAYesToSomebodyElseIsRetracted() {
    Conversation r = Conversation.oneShot();
    r.driveOn();
    r.takenOver();
    r.teamHolds();
    assertThat(r.walletDenies("wallet")).containsExactly("wallet main: Bar");
    assertThat(r.walletEnded("committed")).containsExactly("team research: HoldBudget");
    assertThat(r.teamHolds()).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletEnded("committed")).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  /** The first answer may be no, and the second yes: what is asked twice may be held. */
  @Test
  void aNoOfAWalletThatWasAskedTwiceIsMadeSureOf() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    r.durable();
    r.teamHolds();
    r.tick(LATER_MS);
    assertThat(r.walletDenies("wallet")).containsExactly("wallet main: Bar");
    assertThat(r.walletBarred()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly("ann: denied for [wallet]", "team research: Cancel");
  }

  @Test
  void whatSomebodyElseHasEndedIsNotDenied() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    r.walletHolds();
    r.teamDenies("team");
    assertThat(r.endedAtOrg()).containsExactly("ann: unreachable");
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void whoAsksForWhatWasWithdrawnIsToldSo() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.withdrawn();
    r.barredAtOrg();
    assertThat(r.joined("bob", 7)).containsExactly("nobody to join");
    assertThat(r.begunBefore("bob")).containsExactly("bob: refused ATTEMPT_WITHDRAWN");
  }

  @Test
  void aOneShotThatNeverCameIntoTheJournalWasNeverAskedOfTheWallet() {
    Conversation r = Conversation.oneShot();
    r.begun("ann");
    assertThat(r.withdrawn()).containsExactly("org: Bar", "ann: unreachable");
    assertThat(r.barredAtOrg()).containsExactly("team research: Cancel");
    r.teamBarred();
    assertThat(r.protocol.size()).isZero();
  }

  /** A crash between the team's part of a denial and the org's. */
  @Test
  void aOneShotThatTheTeamHasBarredIsNotCharged() {
    Conversation r = Conversation.oneShot();
    r.driveOn();
    r.takenOver();
    assertThat(r.teamBarred()).containsExactly("team research: Bar");
    assertThat(r.teamBarred()).containsExactly("org: Deny");
    assertThat(r.denialRecorded()).containsExactly("wallet main: Cancel");
    assertThat(r.walletBarred()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void anAnswerIsRepeatedWithoutHoldingOrChargingAnew() {
    Conversation r = Conversation.oneShot();
    assertThat(r.repeated("ann")).containsExactly("team research: Bar", "wallet main: Find");
    r.teamHolds();
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged, again");
    assertThat(r.protocol.size()).isZero();
  }

  /** The team may have held it by the first decision, and have forgotten what it knew then. */
  @Test
  void whatIsDecidedOnAgainIsAskedForSinceItWasDecidedFirst() {
    Conversation r = Conversation.reporting();
    r.begun("ann");
    Origin first = r.askedTeamOf();
    r.foundDecidedLater(Duration.ofHours(1));
    assertThat(r.takenOver()).contains("team research: CountUsage");
    assertThat(r.askedTeamOf()).isEqualTo(first);
  }

  /** Who put it into the journal may have decided on it before, and have asked the team then. */
  @Test
  void whatIsInTheJournalIsAskedForSinceBeforeItWasDecidedOn() {
    Conversation found = Conversation.reporting();
    found.begun("ann");
    Instant decided = found.askedTeamOf().madeAt();
    found.foundDecidedLater(Duration.ofMillis(100));
    found.takenOver();
    Instant mayBeSince = decided.plusMillis(100).minus(Clocks.APART_MAX);
    assertThat(found.askedTeamOf()).isEqualTo(new Origin(decided, mayBeSince, 0));

    Conversation before = Conversation.reporting();
    before.driveOn();
    before.takenOver();
    assertThat(before.askedTeamOf()).isEqualTo(Origin.recordedAt(decided));
  }

  /** It was begun, expired before anybody was answered, and came to nothing. */
  @Test
  void whatIsHeldForADecisionThatCameToNothingIsNotAllowedWhenItIsRepeated() {
    Conversation ofTeam = Conversation.reserving();
    ofTeam.repeated("ann");
    ofTeam.teamHoldsForADecisionBefore();
    assertThat(ofTeam.walletHolds()).containsExactly("ann: refused ATTEMPT_WITHDRAWN");

    Conversation ofWallet = Conversation.reserving();
    ofWallet.repeated("ann");
    ofWallet.teamHolds();
    assertThat(ofWallet.walletHoldsForADecisionBefore())
        .containsExactly("ann: refused ATTEMPT_WITHDRAWN");
  }

  /** It bars what it has forgotten: that is not withdrawn, since it is charged. */
  @Test
  void whatIsChargedIsNotSaidToBeWithdrawnWhereTheTeamHasForgottenIt() {
    Conversation r = Conversation.oneShot();
    r.repeated("ann");
    r.teamBarred();
    assertThat(r.walletEnded("committed")).containsExactly("ann: refused IDEMPOTENCY_KEY_EXPIRED");
    assertThat(r.protocol.size()).isZero();
  }

  /** What the wallet remembers is that it held it, whatever has become of that. */
  @ParameterizedTest
  @CsvSource({
    "committed, IDEMPOTENCY_KEY_EXPIRED",
    "released, IDEMPOTENCY_KEY_EXPIRED",
    "expired, ATTEMPT_WITHDRAWN",
    "cancelled, ATTEMPT_WITHDRAWN"
  })
  void whatWasHeldIsSaidToBeWithdrawnOnlyWhereItWasNotSpent(String ended, String told) {
    Conversation r = Conversation.reserving();
    r.repeated("ann");
    r.teamBarred();
    assertThat(r.walletHolds()).containsExactly("wallet main: Find");
    assertThat(r.askedWalletUnder()).isNull();
    assertThat(r.walletHolds()).as("the same answer once more").isEmpty();
    assertThat(r.walletEnded(ended)).containsExactly("ann: refused " + told);
    assertThat(r.protocol.size()).isZero();
  }

  /** Its holder was told of it, and has used it. */
  @ParameterizedTest
  @CsvSource({"0, ATTEMPT_WITHDRAWN", "1, IDEMPOTENCY_KEY_EXPIRED"})
  void aLeaseThatExpiredIsSaidToBeWithdrawnOnlyWhereNothingWasReportedOfIt(
      String reported, String told) {
    Conversation r = Conversation.leasing();
    r.repeated("ann");
    r.teamBarred();
    assertThat(r.walletLeasesFor(60)).containsExactly("wallet main: Find");
    assertThat(r.walletLeaseExpired(Credits.parse(reported)))
        .containsExactly("ann: refused " + told);
    assertThat(r.protocol.size()).isZero();
  }

  /** It may be spent by now: it is not withdrawn, whatever the team has forgotten of it. */
  @Test
  void whatALeaseHoldsByNowIsNotSaidToBeWithdrawn() {
    Conversation repeated = Conversation.reserving();
    repeated.repeated("ann");
    repeated.teamBarred();
    repeated.walletHolds();
    assertThat(repeated.walletHasAddedIt()).containsExactly("ann: refused IDEMPOTENCY_KEY_EXPIRED");

    Conversation found = Conversation.reserving();
    found.begunBefore("ann");
    found.takenOver();
    found.teamHolds();
    assertThat(found.walletHasAddedIt()).containsExactly("ann: refused IDEMPOTENCY_KEY_EXPIRED");
  }

  @Test
  void whatTheWalletNeverHadIsBarredBeforeItIsSaidToBeWithdrawn() {
    Conversation r = Conversation.oneShot();
    r.repeated("ann");
    r.teamHolds();
    assertThat(r.walletKnowsNothing()).containsExactly("wallet main: Bar");
    assertThat(r.walletBarred()).containsExactly("ann: refused ATTEMPT_WITHDRAWN");
    assertThat(r.protocol.size()).isZero();
  }

  /** What it answers to that is what it answered to the hold, not how that stands by now. */
  @Test
  void aWalletThatMayBeBehindItsJournalIsAskedToMakeSureUnderTheHoldsName() {
    Conversation r = Conversation.reporting();
    r.repeated("ann");
    r.teamHolds();
    assertThat(r.walletKnowsNothing()).containsExactly("wallet main: Bar");
    assertThat(r.askedWalletUnder()).isEqualTo(Operation.holding("r"));
    assertThat(r.walletEnded("committed")).containsExactly("ann: charged, again");
  }

  /** What it was told first was that it is held, and until when. */
  @Test
  void howAHoldEndedIsNotWhatWasAnswered() {
    Conversation found = Conversation.reserving();
    found.begunBefore("ann");
    found.takenOver();
    found.teamHolds();
    assertThat(found.walletEnded("expired"))
        .containsExactly("ann: refused IDEMPOTENCY_KEY_EXPIRED");
    assertThat(found.protocol.size()).isZero();

    Conversation repeated = Conversation.reserving();
    repeated.repeated("ann");
    repeated.teamHolds();
    assertThat(repeated.walletEnded("released"))
        .containsExactly("ann: refused IDEMPOTENCY_KEY_EXPIRED");
    assertThat(repeated.protocol.size()).isZero();
  }

  @Test
  void anAttemptThatWasTakenBackIsNotADenial() {
    Conversation r = Conversation.reserving();
    r.begunBefore("ann");
    r.takenOver();
    r.teamHolds();
    assertThat(r.walletBarred()).containsExactly("wallet main: Bar");
    assertThat(r.walletBarred()).containsExactly("org: Deny");
    assertThat(r.denialRecorded())
        .containsExactly("ann: refused ATTEMPT_WITHDRAWN", "team research: Cancel");
  }

  @Test
  void whoDoesNotAnswerIsAskedAgain() {
    Conversation r = Conversation.reserving();
    r.begun("ann");
    r.durable();
    assertThat(r.team(new Answer.Busy<>())).isEmpty();
    assertThat(r.wallet(new Answer.Unreachable<>())).isEmpty();
    assertThat(r.tick(SOON_MS)).isEmpty();
    assertThat(r.tick(LATER_MS))
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
    r.teamHolds();
    assertThat(r.tick(LATER_MS)).containsExactly("wallet main: HoldCredits");
    assertThat(r.walletHolds()).containsExactly("ann: allowed");
  }

  @Test
  void whatACrashLeftOpenIsDrivenOnForNobody() {
    Conversation r = Conversation.reserving();
    assertThat(r.driveOn()).containsExactly("org: TakeOver");
    assertThat(r.driveOn()).isEmpty();
    assertThat(r.takenOver())
        .containsExactly("team research: HoldBudget", "wallet main: HoldCredits");
    r.teamHolds();
    assertThat(r.walletHolds()).isEmpty();
    assertThat(r.protocol.size()).isZero();
  }

  @Test
  void answersAboutNothingChangeNothing() {
    Conversation r = Conversation.reserving();
    assertThat(r.teamHolds()).isEmpty();
    assertThat(r.walletHolds()).isEmpty();
    assertThat(r.durable()).isEmpty();
    assertThat(r.denialRecorded()).isEmpty();
  }
}
