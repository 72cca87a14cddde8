package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.WalletWords.CREDITS;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.release;
import static dev.bursar.domain.wallet.WalletWords.reverse;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bursar.domain.Given;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a wallet makes of what its org's plan grants. */
final class PlanGrantRulesTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();
  private static final long DAY = 86_400;
  private static final String ID = "plan:pro:a:1";

  private final Wallet wallet = newWallet();
  private final Given<WalletCommand, WalletEvent, WalletReply> given = wallet(wallet);

  private static WalletCommand one(PlanGrantStep... steps) {
    return new WalletCommand.ChangePlanGrants(List.of(steps));
  }

  private static WalletCommand give(
      String id, String first, Instant from, Instant until, boolean daily) {
    return one(giving(1, id, first, from, until, daily));
  }

  private static PlanGrantStep giving(
      long number, String id, String first, Instant from, Instant until, boolean daily) {
    return new PlanGrantStep.Give(
        number,
        new Grant(
            id,
            CREDITS,
            credits("24"),
            Grant.Category.PLAN,
            50,
            from,
            until,
            Set.of(),
            Set.of(),
            null,
            null,
            "plan:pro",
            from),
        daily
            ? new Recurrence.Terms(Recurrence.Interval.DAY, at(0), credits("0"), credits("6"))
            : null,
        credits(first));
  }

  private static WalletCommand leave(long number, Instant from) {
    return one(new PlanGrantStep.Leave(number, ID, from));
  }

  private static WalletCommand moveEnd(long number, Instant until) {
    return one(new PlanGrantStep.MoveEnd(number, ID, until));
  }

  private static WalletCommand end(long seconds) {
    return one(new PlanGrantStep.End(99, ID, at(seconds)));
  }

  private List<String> when(WalletCommand command, long seconds) {
    return entries(given.when(command, at(seconds)));
  }

  private void nothingMore(WalletCommand command, long seconds) {
    has(command, seconds, false);
  }

  private void isOver(WalletCommand command, long seconds) {
    has(command, seconds, true);
  }

  /** The wallet has the one change, and nothing happens. */
  private void has(WalletCommand command, long seconds, boolean over) {
    var then = given.when(command, at(seconds));
    assertThat(then.events()).isEmpty();
    assertThat(then.reply(WalletReply.PlanGrantsChanged.class).steps())
        .singleElement()
        .matches(step -> step.refusal() == null && step.over() == over);
  }

  @Test
  void itIsGivenOnceHoweverOftenItIsTold() {
    WalletCommand give = give(ID, "12", at(DAY / 2), null, true);
    assertThat(when(give, DAY / 2)).containsExactly("grant plan:pro:a:1 12");
    nothingMore(give, DAY / 2 + 1);
    assertThat(when(WAKE, DAY))
        .containsExactly(
            "expire plan:pro:a:1 -6",
            "transfer_out plan:pro:a:1 -6",
            "grant plan:pro:a:1#2 24",
            "transfer_in plan:pro:a:1#2 6");
    given.after(at(9 * DAY), WAKE);
    nothingMore(give, 9 * DAY);
  }

  @Test
  void whatComesAfterItsIntervalIsThePresentOneWhole() {
    assertThat(when(give(ID, "12", at(DAY / 2), null, true), DAY))
        .containsExactly("grant plan:pro:a:1 24");
  }

  @Test
  void whatWouldBeOverIsNotGiven() {
    nothingMore(give(ID, "12", at(0), at(DAY), true), DAY);
    nothingMore(end(DAY), DAY);
  }

  @Test
  void whatBeginsLaterWaits() {
    assertThat(when(give(ID, "24", at(DAY), at(9 * DAY), true), 0)).isEmpty();
    nothingMore(give(ID, "24", at(DAY), at(9 * DAY), true), 1);
    assertThat(when(moveEnd(2, at(DAY + 60)), 2)).isEmpty();
    assertThat(when(WAKE, DAY)).containsExactly("grant plan:pro:a:1 24");
    assertThat(when(WAKE, DAY + 60)).containsExactly("expire plan:pro:a:1 -24");
    assertThat(wallet.nextDue()).isNull();
  }

  @Test
  void whatWasLeftBeforeItBeganNeverBegins() {
    given.after(at(0), give(ID, "24", at(DAY), null, true), leave(2, at(1)));
    assertThat(when(WAKE, 9 * DAY)).isEmpty();
    assertThat(wallet.grant(ID).isVoided()).isTrue();
  }

  @Test
  void leavingTakesTheRestOfTheIntervalAndNothingComesAfterIt() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    assertThat(when(leave(2, at(DAY / 4)), DAY / 4 + 5)).containsExactly("void plan:pro:a:1 -18");
    nothingMore(leave(2, at(DAY / 4)), DAY / 2);
    assertThat(figures(wallet)).isEqualTo("balance 6, held 0, debt 0");
    assertThat(when(WAKE, DAY)).containsExactly("expire plan:pro:a:1 -6");
    assertThat(wallet.nextDue()).isNull();
    nothingMore(leave(2, at(DAY / 4)), 2 * DAY);
  }

  @Test
  void leavingTakesNoMoreThanThereIs() {
    given.after(at(0), give(ID, "24", at(0), null, true), hold("r", "20"));
    given.after(at(1), commit("r", "20"));
    assertThat(when(leave(2, at(DAY / 4)), DAY / 4)).containsExactly("void plan:pro:a:1 -4");
  }

  @Test
  void whatRolledOverAndWhatIsHeldStays() {
    given.after(at(0), give(ID, "24", at(0), null, true)).after(at(DAY), WAKE);
    given.after(at(DAY), hold("r", "20"), hold("s", "5"));
    assertThat(when(leave(2, at(DAY)), DAY)).containsExactly("void plan:pro:a:1#2 -5");
    assertThat(figures(wallet)).isEqualTo("balance 25, held 25, debt 0");
    assertThat(when(commit("r", "20"), DAY + 1)).containsExactly("consume plan:pro:a:1#2 -20");
    assertThat(when(release("s"), DAY + 2)).isEmpty();
    assertThat(figures(wallet)).isEqualTo("balance 5, held 0, debt 0");
    assertThat(when(WAKE, 2 * DAY)).containsExactly("expire plan:pro:a:1#2 -5");
  }

  @Test
  void whatIsToldAfterTheNextIntervalBeganTakesAllOfThat() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    assertThat(when(leave(2, at(DAY - 1)), DAY + 1))
        .containsExactly(
            "expire plan:pro:a:1 -18",
            "transfer_out plan:pro:a:1 -6",
            "grant plan:pro:a:1#2 24",
            "transfer_in plan:pro:a:1#2 6",
            "void plan:pro:a:1#2 -30");
  }

  @Test
  void theEndMovesWithoutChangingWhatThereIs() {
    given.after(at(0), give(ID, "24", at(0), at(DAY / 2), true));
    assertThat(when(moveEnd(2, null), 5)).isEmpty();
    assertThat(wallet.grant(ID).grant().expiresAt()).isEqualTo(at(DAY));
    assertThat(when(moveEnd(3, at(DAY + 9)), 6)).isEmpty();
    nothingMore(moveEnd(2, null), 7);
    assertThat(when(WAKE, DAY)).contains("grant plan:pro:a:1#2 24");
    assertThat(when(WAKE, DAY + 9)).containsExactly("expire plan:pro:a:1#2 -30");
    isOver(moveEnd(4, null), DAY + 9);
  }

  @Test
  void anEndThatHasPassedEndsAtOnceAndIsNotMovedAgain() {
    given.after(at(0), give(ID, "24", at(0), null, true), moveEnd(2, at(5)));
    given.after(at(9), moveEnd(3, at(7)));
    assertThat(entries(given.when(WAKE, at(9)))).isEmpty();
    Wallet late = newWallet();
    var told = wallet(late).after(at(0), give(ID, "24", at(0), null, true));
    assertThat(entries(told.when(moveEnd(2, at(5)), at(9))))
        .containsExactly("expire plan:pro:a:1 -24");
    assertThat(
            told.when(moveEnd(3, null), at(10)).reply(WalletReply.PlanGrantsChanged.class).steps())
        .containsExactly(new WalletReply.PlanGrantDone(3, ID, true, null));
  }

  @Test
  void whatWasOverBeforeItWasGivenCannotGoOn() {
    nothingMore(give(ID, "12", at(0), at(DAY), true), DAY);
    isOver(moveEnd(2, null), DAY);
  }

  @Test
  void whatIsGivenOnceIsLeftWhole() {
    given.after(at(0), give(ID, "24", at(0), null, false), hold("r", "4"));
    assertThat(when(leave(2, at(9)), 9)).containsExactly("void plan:pro:a:1 -20");
    assertThat(when(release("r"), 10)).containsExactly("void plan:pro:a:1 -4");
    nothingMore(leave(2, at(9)), 11);
  }

  @Test
  void endingTakesAllThatIsNotHeld() {
    given.after(at(0), give(ID, "24", at(0), null, true), hold("r", "4")).after(at(DAY), WAKE);
    given.after(at(DAY), hold("s", "4"));
    assertThat(when(end(DAY + 1), DAY + 1)).containsExactly("void plan:pro:a:1#2 -26");
    nothingMore(end(DAY + 2), DAY + 2);
    assertThat(when(commit("s", "4"), DAY + 3)).containsExactly("consume plan:pro:a:1#2 -4");
    assertThat(when(WAKE, 9 * DAY)).isEmpty();
  }

  @Test
  void whatSomebodyVoidedStaysVoidedAndKeepsUpWithItsPlan() {
    given.after(at(0), give(ID, "24", at(0), at(DAY / 2), true));
    var wrong = given.when(voiding(ID), at(1));
    assertThat(when(moveEnd(2, null), 1)).isEmpty();
    nothingMore(moveEnd(2, null), 2);
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 0");
    assertThat(when(leave(3, at(DAY / 4)), DAY / 4)).isEmpty();
    assertThat(when(reverse(given, wrong, "24"), DAY / 4 + 1))
        .containsExactly("adjust plan:pro:a:1 24", "expire plan:pro:a:1 -24");
    assertThat(wallet.nextDue()).isNull();
  }

  @Test
  void whatComesBackOfWhatHasEndedMeanwhileEndsThere() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    var wrong = given.when(voiding(ID), at(1));
    assertThat(when(end(2), 2)).isEmpty();
    nothingMore(end(3), 3);
    assertThat(when(reverse(given, wrong, "24"), 4))
        .containsExactly("adjust plan:pro:a:1 24", "expire plan:pro:a:1 -24");
    assertThat(when(WAKE, 9 * DAY)).isEmpty();
  }

  @Test
  void whatComesBackOfWhatItsPlanTookBackEndsThere() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    var taken = given.when(end(2), at(2));
    assertThat(when(reverse(given, taken, "24"), 4))
        .containsExactly("adjust plan:pro:a:1 24", "expire plan:pro:a:1 -24");
    assertThat(when(WAKE, 9 * DAY)).isEmpty();
  }

  // ---- what was used ahead

  /** 20 of 24 were used within the first quarter of a day, which is worth 6. */
  private void usedAhead() {
    given.after(at(0), give(ID, "24", at(0), null, true), hold("r", "20"));
    given.after(at(1), commit("r", "20"));
  }

  /** There is no time between the two at which the wallet has neither. */
  @Test
  void whatIsLeftAndWhatIsGivenInsteadIsOneRow() {
    usedAhead();
    WalletCommand change =
        one(
            new PlanGrantStep.Leave(2, ID, at(DAY / 4)),
            giving(3, "plan:b:3", "18", at(DAY / 4), null, true));
    var then = given.when(change, at(DAY / 4));
    assertThat(entries(then))
        .containsExactly("void plan:pro:a:1 -4", "grant plan:b:3 18", "void plan:b:3 -14");
    assertThat(then.reply(WalletReply.PlanGrantsChanged.class).steps())
        .containsExactly(
            new WalletReply.PlanGrantDone(2, ID, false, null),
            new WalletReply.PlanGrantDone(3, "plan:b:3", false, null));
    var again = given.when(change, at(DAY / 4 + 1));
    assertThat(again.events()).isEmpty();
    assertThat(again.reply(WalletReply.PlanGrantsChanged.class).steps()).hasSize(2);
  }

  /** Whether it is the first step or a later one, when others have been taken in. */
  @Test
  void whereARuleFailsOnlyThatGrantIsRefused() {
    PlanGrantStep failing = giving(2, ID, "24", Instant.MAX.minusSeconds(1), null, true);
    PlanGrantStep.Leave leave = new PlanGrantStep.Leave(3, ID, at(1));
    assertThat(refused(given.when(one(failing), at(0)))).containsExactly(2L);
    var then =
        given.when(
            one(
                giving(1, "plan:b:1", "24", at(0), null, true),
                failing,
                leave,
                giving(4, "plan:b:4", "24", at(0), null, true)),
            at(0));
    assertThat(entries(then)).containsExactly("grant plan:b:1 24", "grant plan:b:4 24");
    assertThat(refused(then)).containsExactly(2L, 3L);
    assertThat(then.reply(WalletReply.PlanGrantsChanged.class).steps().get(1).refusal().detail())
        .contains("DateTimeException", "at dev.bursar.domain.wallet.Recurrence");
    // The wallet is there for all else.
    given.after(at(1), hold("r", "30"));
    assertThat(when(commit("r", "30"), 2)).isNotEmpty();
  }

  private static List<Long> refused(Given.Then<WalletEvent, WalletReply> then) {
    return then.reply(WalletReply.PlanGrantsChanged.class).steps().stream()
        .filter(step -> step.refusal() != null)
        .map(WalletReply.PlanGrantDone::number)
        .toList();
  }

  /** What falls due by a step is done before the next, which goes by it. */
  @Test
  void anEndThatHasPassedMakesUpForWhatIsGivenInTheSameRow() {
    usedAhead();
    assertThat(
            when(
                one(
                    new PlanGrantStep.MoveEnd(2, ID, at(DAY / 4)),
                    giving(3, "plan:b:3", "24", at(DAY / 2), null, true)),
                DAY / 2))
        .containsExactly("expire plan:pro:a:1 -4", "grant plan:b:3 24", "void plan:b:3 -14");
  }

  @Test
  void aCopyThatComesAfterALaterChangeChangesNothing() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    WalletCommand first =
        one(new PlanGrantStep.Leave(2, ID, at(1)), giving(3, "plan:b:3", "24", at(1), null, true));
    given.after(
        at(1),
        first,
        one(
            new PlanGrantStep.Leave(4, "plan:b:3", at(1)),
            giving(5, "plan:c:5", "24", at(1), null, true)));
    assertThat(given.when(first, at(2)).events()).isEmpty();
  }

  @Test
  void whoChangesToAndFroGetsNoMoreThanTheTimeIsWorth() {
    usedAhead();
    assertThat(when(leave(2, at(DAY / 4)), DAY / 4)).containsExactly("void plan:pro:a:1 -4");
    assertThat(when(give("plan:b:3", "18", at(DAY / 4), null, true), DAY / 4))
        .containsExactly("grant plan:b:3 18", "void plan:b:3 -14");
    given.after(at(DAY / 4), hold("s", "4"), commit("s", "4"));
    assertThat(when(one(new PlanGrantStep.Leave(4, "plan:b:3", at(DAY / 2))), DAY / 2)).isEmpty();
    assertThat(when(give("plan:c:5", "12", at(DAY / 2), null, true), DAY / 2))
        .containsExactly("grant plan:c:5 12", "void plan:c:5 -12");
    assertThat(when(end(DAY / 2), DAY / 2)).isEmpty();
    assertThat(when(WAKE, DAY)).containsExactly("grant plan:c:5#2 24");
    assertThat(wallet.snapshot().usedAhead()).isEmpty();
  }

  @Test
  void whatIsTakenBackAndGivenAgainIsLessByWhatWasUsed() {
    usedAhead();
    assertThat(when(end(DAY / 4), DAY / 4)).containsExactly("void plan:pro:a:1 -4");
    Wallet restored = newWallet();
    restored.restore(wallet.snapshot());
    assertThat(
            entries(
                wallet(restored).when(give("plan:x", "24", at(DAY / 2), null, true), at(DAY / 2))))
        .containsExactly("grant plan:x 24", "void plan:x -14");
    assertThat(when(give("plan:y", "24", at(DAY), null, false), DAY))
        .containsExactly("grant plan:y 24");
  }

  @Test
  void whatBeginsLaterMakesUpForItAsItBegins() {
    usedAhead();
    given.after(at(DAY / 4), end(DAY / 4), give("plan:x", "24", at(DAY / 2), null, true));
    assertThat(when(WAKE, DAY / 2)).containsExactly("grant plan:x 24", "void plan:x -14");
  }

  @Test
  void anotherCreditTypeAndOtherGrantsMakeUpForNothing() {
    usedAhead();
    given.after(at(DAY / 4), end(DAY / 4));
    assertThat(when(WalletWords.grant("g", "5").add(), DAY / 4)).containsExactly("grant g 5");
    assertThat(wallet.plans().usedAhead("other", at(DAY / 4), credits("99")))
        .isEqualTo(credits("0"));
    assertThat(wallet.plans().usedAhead(CREDITS, at(DAY / 4), credits("99")))
        .isEqualTo(credits("14"));
  }

  /** What comes back of it after it was taken back ends there, and was not used after all. */
  @Test
  void whatAHoldGivesBackWasNotUsedAhead() {
    given.after(at(0), give(ID, "24", at(0), null, true), hold("r", "20"));
    assertThat(when(end(1), 1)).containsExactly("void plan:pro:a:1 -4");
    assertThat(when(release("r"), 2)).containsExactly("void plan:pro:a:1 -20");
    assertThat(when(give("plan:x", "18", at(3), null, true), 3)).containsExactly("grant plan:x 18");
  }

  @Test
  void debtIsRepaidByWhatIsLeft() {
    given.after(at(0), give(ID, "24", at(0), null, true), hold("r", "24"));
    given.after(at(1), commit("r", "25"), end(1));
    assertThat(when(give("plan:x", "24", at(1), null, true), DAY / 4))
        .containsExactly(
            "grant plan:x 24", "void plan:x -23.999722", "debt_repaid plan:x -0.000278");
  }

  /** What somebody voids by hand is theirs to make good. */
  @Test
  void whatIsVoidedByHandWasNotUsedAhead() {
    usedAhead();
    given.after(at(DAY / 4), voiding(ID), leave(2, at(DAY / 4)));
    assertThat(wallet.snapshot().usedAhead()).isEmpty();
  }

  @Test
  void anEndThatIsMovedBeforeItsTimeLeavesTheRest() {
    usedAhead();
    given.after(
        at(DAY / 4), moveEnd(2, at(DAY / 2)), moveEnd(3, null), moveEnd(4, at(DAY / 4 + 1)));
    Wallet restored = newWallet();
    restored.restore(wallet.snapshot());
    assertThat(entries(wallet(restored).when(WAKE, at(DAY / 4 + 1))))
        .containsExactly("expire plan:pro:a:1 -4");
    assertThat(when(WAKE, DAY / 4 + 1)).containsExactly("expire plan:pro:a:1 -4");
    assertThat(when(give("plan:x", "24", at(DAY / 4 + 1), null, true), DAY / 4 + 1))
        .containsExactly("grant plan:x 24", "void plan:x -13.999722");
  }

  @Test
  void anEndThatItHadFromTheBeginningIsItsTime() {
    given.after(at(0), give(ID, "24", at(0), at(DAY / 2), true), hold("r", "20"));
    given.after(at(1), commit("r", "20"), moveEnd(2, null), moveEnd(3, at(DAY)));
    given.after(at(DAY), WAKE);
    assertThat(wallet.snapshot().usedAhead()).isEmpty();
  }

  /** The wallet hears late: what counts is since when it is not to be there. */
  @Test
  void theTimeIsThatOfTheDecision() {
    given.after(at(0), give(ID, "24", at(0), null, true), hold("r", "24"));
    given.after(at(1), commit("r", "24"));
    given.after(at(DAY / 2), one(new PlanGrantStep.End(2, ID, at(DAY / 4))));
    assertThat(wallet.plans().usedAhead(CREDITS, at(DAY / 2), credits("100")))
        .isEqualTo(credits("18"));
  }

  @Test
  void anIntervalThatIsOverIsNotBroughtBackByALaterEnd() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    var wrong = given.when(voiding(ID), at(1));
    nothingMore(moveEnd(2, at(9 * DAY)), 4 * DAY);
    assertThat(when(reverse(given, wrong, "24"), 4 * DAY))
        .containsExactly("adjust plan:pro:a:1 24", "expire plan:pro:a:1 -24");
  }

  @Test
  void aNameThatSomebodyElseTookIsRefused() {
    given.after(at(0), WalletWords.grant(ID, "1").add());
    WalletCommand change =
        one(
            giving(1, ID, "24", at(0), null, true),
            giving(2, "plan:b", "24", at(0), null, true),
            new PlanGrantStep.Leave(3, ID, at(1)));
    var then = given.when(change, at(1));
    assertThat(entries(then)).containsExactly("grant plan:b 24");
    assertThat(then.reply(WalletReply.PlanGrantsChanged.class).steps())
        .extracting(
            WalletReply.PlanGrantDone::number, step -> step.refusal() == null ? null : code(step))
        .containsExactly(
            tuple(1L, Code.GRANT_EXISTS), tuple(2L, null), tuple(3L, Code.GRANT_EXISTS));
  }

  private static Code code(WalletReply.PlanGrantDone step) {
    return step.refusal().code();
  }

  @Test
  void whatCannotBeCountedHoldsUpNoOther() {
    given.after(at(0), WalletWords.grant("g", "9000000000000").add());
    WalletCommand change =
        one(
            giving(1, ID, "9000000000000", at(0), null, true),
            giving(2, "plan:b", "24", at(0), null, true));
    var then = given.when(change, at(1));
    assertThat(entries(then)).containsExactly("grant plan:b 24");
    assertThat(then.reply(WalletReply.PlanGrantsChanged.class).steps())
        .extracting(step -> step.refusal() == null ? null : code(step))
        .containsExactly(Code.AMOUNT_OVERFLOW, null);
  }

  @Test
  void itComesHoweverManyGrantsThereAre() {
    given.after(at(0), give(ID, "24", at(0), null, true));
    Grant grant = wallet.grant(ID).grant();
    for (int i = 1; i < GrantRules.GRANTS_MAX; i++) {
      Grant like =
          GrantRules.like(grant, "g" + i, credits("1"), null, null, at(DAY * 9), null, at(0));
      wallet.apply(
          new WalletEvent.GrantScheduled(at(0), like, wallet.grant(ID).attribution),
          new Place(i, 0));
    }
    given.when(WalletWords.grant("x", "1").add(), at(1)).thenRefused(Code.LIMIT_REACHED);
    assertThat(when(give("plan:pro:a:2", "5", at(2), null, true), 2))
        .containsExactly("grant plan:pro:a:2 5");
  }

  @Test
  void whatIsChangedOfAnotherGrantLaterDoesNotStandInItsWay() {
    given.after(at(0), give("plan:pro:b:2", "24", at(0), null, true));
    given.after(at(1), one(new PlanGrantStep.Leave(7, "plan:pro:b:2", at(1))));
    given.after(at(2), give(ID, "24", at(0), null, true), moveEnd(3, at(9 * DAY)));
    assertThat(wallet.grant(ID).grant().recurrence().until()).isEqualTo(at(9 * DAY));
    assertThat(when(leave(4, at(DAY / 2)), DAY / 2)).containsExactly("void plan:pro:a:1 -12");
    nothingMore(leave(4, at(DAY / 2)), DAY / 2);
  }

  @Test
  void aSnapshotKnowsTheSeriesAndTheChange() {
    given.after(at(0), give(ID, "24", at(0), null, true)).after(at(2 * DAY), WAKE);
    given.after(at(2 * DAY), leave(7, at(2 * DAY)));
    Wallet restored = newWallet();
    restored.restore(wallet.snapshot());
    assertThat(restored.lastOf(ID)).isNotNull();
    assertThat(restored.lastOf(ID).grant()).isEqualTo(wallet.lastOf(ID).grant());
    assertThat(restored.lastOf(ID).grant().id()).isEqualTo("plan:pro:a:1#3");
    assertThat(restored.plans().hasChanged(ID, 7)).isTrue();
    assertThat(restored.plans().hasChanged(ID, 8)).isFalse();
    assertThat(WalletText.of(restored.snapshot())).isEqualTo(WalletText.of(wallet.snapshot()));
  }
}
