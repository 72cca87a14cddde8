package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.EXCEEDS_AVAILABLE;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_EXISTS;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.NOT_REFUNDABLE;
import static dev.bursar.domain.operation.Refusal.Code.REFUND_EXCEEDS_CHARGE;
import static dev.bursar.domain.wallet.WalletWords.adjust;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.charge;
import static dev.bursar.domain.wallet.WalletWords.chargeOf;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.draws;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.refund;
import static dev.bursar.domain.wallet.WalletWords.reverse;
import static dev.bursar.domain.wallet.WalletWords.values;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.credits.Credits;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a balance is corrected by hand. */
final class AdjustmentTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();

  private final Wallet wallet = newWallet();

  @Test
  void whatIsAddedIsAGrantOfItsOwn() {
    var given = wallet(wallet, grant("a", "5"));
    var then = given.when(adjust("fix", "3"), at(1));
    assertThat(entries(then)).containsExactly("adjust fix 3");
    assertThat(then.reply(WalletReply.Corrected.class).grant()).isEqualTo("fix");
    assertThat(figures(wallet)).isEqualTo("balance 8, held 0, debt 0");
    assertThat(draws(given.when(hold("r", "8"), at(2)))).containsExactly("fix 3", "a 5");
    assertThat(wallet.grant("fix").grant())
        .returns(Grant.Category.PROMOTIONAL, Grant::category)
        .returns(null, Grant::expiresAt)
        .returns(at(1), Grant::createdAt);
  }

  @Test
  void whatIsAddedPaysDebtFirst() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"), commit("r", "7"));
    assertThat(entries(given.when(adjust("fix", "3"), at(2))))
        .containsExactly("adjust fix 3", "debt_repaid fix -2");
    assertThat(figures(wallet)).isEqualTo("balance 1, held 0, debt 0");
  }

  @Test
  void whatIsAddedNeedsANameOfItsOwn() {
    var given = wallet(grant("a", "5"), grant("b", "5").from(at(90)));
    given.when(adjust("a", "3"), at(1)).thenRefused(GRANT_EXISTS, "grant");
    given.when(adjust("b", "3"), at(1)).thenRefused(GRANT_EXISTS, "grant");
    given.when(adjust(null, "3"), at(1)).thenRefused(INVALID, "grant");
    given.when(adjust("fix", "0"), at(1)).thenRefused(INVALID, "amount");
    given.when(adjust(null, "0"), at(1)).thenRefused(INVALID, "amount");
  }

  @Test
  void whatIsTakenIsTakenInBurnOrderWhateverItMayBeUsedFor() {
    var given =
        wallet(
            wallet,
            grant("a", "5").priority(2),
            grant("b", "5").priority(1).only(Set.of("chat"), Set.of()),
            grant("c", "5").priority(3));
    assertThat(entries(given.when(adjust(null, "-7"), at(1))))
        .containsExactly("adjust b -5", "adjust a -2");
    assertThat(figures(wallet)).isEqualTo("balance 8, held 0, debt 0");
  }

  @Test
  void whatIsTakenMayBeTakenFromOneGrant() {
    var given = wallet(wallet, grant("a", "5"), grant("b", "5").priority(99));
    assertThat(entries(given.when(adjust("b", "-5"), at(1)))).containsExactly("adjust b -5");
    given.when(adjust("b", "-0.000001"), at(2)).thenRefused(EXCEEDS_AVAILABLE, "amount");
  }

  @Test
  void noMoreIsTakenThanIsAvailable() {
    var given = wallet(wallet, grant("a", "5"), grant("b", "5")).after(at(1), hold("r", "4"));
    given.when(adjust(null, "-6.000001"), at(2)).thenRefused(EXCEEDS_AVAILABLE, "amount");
    given.when(adjust("a", "-1.000001"), at(2)).thenRefused(EXCEEDS_AVAILABLE, "amount");
    assertThat(entries(given.when(adjust(null, "-6"), at(2))))
        .containsExactly("adjust a -1", "adjust b -5");
    assertThat(entries(given.when(commit("r", "4"), at(3)))).containsExactly("consume a -4");
  }

  @Test
  void nothingIsTakenFromAGrantThatIsUnknownToComeOrPast() {
    var given = wallet(grant("a", "5"), grant("b", "5").from(at(90)), grant("c", "5"));
    given.after(at(1), voiding("c"));
    given.when(adjust("x", "-1"), at(2)).thenRefused(GRANT_NOT_FOUND, "grant");
    given.when(adjust("b", "-1"), at(2)).thenRefused(GRANT_NOT_FOUND, "grant");
    given.when(adjust("c", "-1"), at(2)).thenRefused(EXCEEDS_AVAILABLE, "amount");
    given
        .when(
            new WalletCommand.Adjust("image", Credits.of(-1), "a", WalletWords.who(null, null)),
            at(2))
        .thenRefused(GRANT_NOT_FOUND, "grant");
  }

  @Test
  void whatCannotBeCountedIsRefused() {
    var given = wallet(grant("a", "9223372036854.775807"));
    given.when(adjust("fix", "0.000001"), at(1)).thenRefused(AMOUNT_OVERFLOW, "amount");
    given
        .when(
            new WalletCommand.Adjust(
                "platform", new Credits(Long.MIN_VALUE), null, WalletWords.who(null, null)),
            at(1))
        .thenRefused(AMOUNT_OVERFLOW, "amount");
  }

  // ---- reversals

  @Test
  void whatWasTakenByMistakeGoesBackWithItsTermsAndItsCost() {
    var given =
        wallet(
            wallet,
            grant("a", "5").priority(1).until(at(600)).only(Set.of("chat"), Set.of()).cost("10"),
            grant("b", "5").priority(2));
    var wrong = given.when(adjust(null, "-7"), at(1));
    var back = given.when(reverse(given, wrong, "6"), at(2));
    assertThat(entries(back)).containsExactly("adjust b 2", "adjust a 4");
    assertThat(values(back)).containsExactly("adjust b nothing", "adjust a 8 EUR");
    assertThat(back.event(WalletEvent.Adjusted.class).transaction().corrects())
        .isEqualTo(wrong.events().getLast().transaction().id());
    assertThat(entries(given.when(reverse(given, wrong, "1"), at(3))))
        .containsExactly("adjust a 1");
    given
        .when(reverse(given, wrong, "0.000001"), at(4))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    assertThat(figures(wallet)).isEqualTo("balance 10, held 0, debt 0");
    assertThat(entries(given.when(WAKE, at(600)))).containsExactly("expire a -5");
  }

  @Test
  void whatComesBackPaysDebtAndEndsWithItsGrant() {
    var given = wallet(wallet, grant("a", "5").until(at(50)), grant("b", "5").until(at(60)));
    var wrong = given.when(adjust(null, "-7"), at(1));
    given.after(at(2), hold("r", "3"), commit("r", "4"));
    given.after(at(3), voiding("b"));
    assertThat(entries(given.when(reverse(given, wrong, "7"), at(50))))
        .containsExactly("adjust b 2", "void b -2", "adjust a 5", "expire a -5");
    var other = wallet(newWallet(), grant("a", "5"));
    var taken = other.when(adjust("a", "-4"), at(1));
    other.after(at(2), hold("r", "1"), commit("r", "3"));
    assertThat(entries(other.when(reverse(other, taken, "4"), at(3))))
        .containsExactly("adjust a 4", "debt_repaid a -2");
  }

  @Test
  void aGrantThatWasVoidedByMistakeIsInForceAgain() {
    var given =
        wallet(wallet, grant("a", "9").until(at(600)).cost("18")).after(at(1), hold("r", "3"));
    var wrong = given.when(voiding("a"), at(2));
    assertThat(entries(wrong)).containsExactly("void a -6");
    assertThat(values(given.when(reverse(given, wrong, "6"), at(3))))
        .containsExactly("adjust a 12 EUR");
    assertThat(wallet.grant("a").isEnded()).isFalse();
    assertThat(draws(given.when(hold("s", "6"), at(4)))).containsExactly("a 6");
    assertThat(entries(given.when(WalletWords.release("r"), at(5)))).isEmpty();
    assertThat(
            given
                .when(new WalletCommand.ListGrants(null, 9), at(6))
                .reply(WalletReply.Grants.class)
                .grants())
        .singleElement()
        .returns("active", WalletReply.GrantView::state)
        .returns(null, WalletReply.GrantView::voidedAt);
    given.after(at(7), WalletWords.release("s"));
    assertThat(entries(given.when(WAKE, at(600)))).containsExactly("expire a -9");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4})
  void aGrantThatWasVoidedAgainStaysVoidedWhenTheRestOfTheFirstVoidIsReversed(long again) {
    var given = wallet(wallet, grant("a", "9"));
    var first = given.when(voiding("a"), at(2));
    given.after(at(Math.min(3, again)), reverse(given, first, "4"));
    var second = given.when(voiding("a"), at(again));
    assertThat(entries(given.when(reverse(given, first, "5"), at(5))))
        .containsExactly("adjust a 5", "void a -5");
    assertThat(wallet.grant("a").isVoided()).isTrue();
    assertThat(entries(given.when(reverse(given, second, "4"), at(6))))
        .containsExactly("adjust a 4");
    assertThat(draws(given.when(hold("s", "4"), at(7)))).containsExactly("a 4");
  }

  @Test
  void whatAHoldGaveBackToAVoidedGrantCanComeBackToo() {
    var given = wallet(wallet, grant("a", "9")).after(at(1), hold("r", "3"));
    given.after(at(2), voiding("a"));
    var given2 = given.when(WalletWords.release("r"), at(3));
    assertThat(entries(given2)).containsExactly("void a -3");
    var back = given.when(reverse(given, given2, "3"), at(4));
    assertThat(entries(back)).containsExactly("adjust a 3");
    assertThat(draws(given.when(hold("s", "3"), at(5)))).containsExactly("a 3");
  }

  @Test
  void whichVoidEndedAGrantOfAnOldSnapshotIsToldByTheirTimes() {
    var given = wallet(wallet, grant("a", "9"));
    var first = given.when(voiding("a"), at(2));
    given.after(at(3), reverse(given, first, "4"));
    given.after(at(4), voiding("a"));
    Wallet restored = newWallet();
    restored.restore(asBefore(wallet.snapshot()));
    var later = Given.nothing(new WalletAggregate(restored), memory());
    assertThat(entries(later.when(reverse(given, first, "5"), at(5))))
        .containsExactly("adjust a 5", "void a -5");
  }

  /** Without what snapshots have not always kept. */
  private static WalletSnapshot asBefore(WalletSnapshot of) {
    return new WalletSnapshot(
        of.owner(),
        of.lastAt(),
        of.ledgerSequence(),
        of.ledgerHead(),
        of.balances(),
        of.grants().stream()
            .map(
                g ->
                    new WalletSnapshot.GrantPart(
                        g.grant(), g.attribution(), g.remaining(), g.ended(), g.voidedAt(), null))
            .toList(),
        of.scheduled(),
        of.holds(),
        of.lapsed(),
        of.transfers(),
        of.barredTransfers(),
        of.endings(),
        of.planChanges(),
        of.usedAhead(),
        of.cutShort());
  }

  @Test
  void aVoidedGrantWhoseEndHasComeExpires() {
    var given = wallet(wallet, grant("a", "9").until(at(60)));
    var wrong = given.when(voiding("a"), at(2));
    assertThat(entries(given.when(reverse(given, wrong, "9"), at(60))))
        .containsExactly("adjust a 9", "expire a -9");
    assertThat(given.when(WAKE, at(61)).events()).isEmpty();
  }

  @Test
  void aSeriesGoesOnWhenTheVoidOfItsIntervalIsReversed() {
    var given = wallet(wallet, grant("a", "9").every(Recurrence.Interval.DAY));
    var wrong = given.when(voiding("a"), at(2));
    given.after(at(3), reverse(given, wrong, "9"));
    assertThat(entries(given.when(WAKE, at(86_400)))).containsExactly("expire a -9", "grant a#2 9");
  }

  @Test
  void onlyWhatTookAwayAndNothingElseIsReversed() {
    var given = wallet(wallet, grant("a", "9"));
    var wrong = given.when(adjust("a", "-9"), at(1));
    var ask = reverse(given, wrong, "9");
    var used = given.when(grant("b", "5").add(), at(1));
    given.when(reverse(given, used, "5"), at(2)).thenRefused(NOT_REFUNDABLE, "corrects");
    given.when(reverse(given, wrong, "-1"), at(2)).thenRefused(INVALID, "amount");
    given
        .when(reverse(given, wrong, "9.000001"), at(2))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given
        .when(
            new WalletCommand.Reverse("image", ask.amount(), ask.taken(), ask.attribution()), at(2))
        .thenRefused(INVALID, "credit_type");
    assertThat(figures(wallet)).isEqualTo("balance 5, held 0, debt 0");
  }

  @Test
  void whatACommitGaveToAVoidedGrantComesBackAndWhatItChargedIsRefundedByItself() {
    var given = wallet(wallet, grant("a", "9").cost("18")).after(at(1), hold("r", "5"));
    given.after(at(2), voiding("a"));
    var both = given.when(commit("r", "2"), at(3));
    assertThat(entries(both)).containsExactly("consume a -2", "void a -3");
    assertThat(entries(given.when(refund(given, chargeOf(both), "0.5"), at(4))))
        .containsExactly("refund a 0.5", "void a -0.5");
    given
        .when(reverse(given, both, "3.000001"), at(5))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    assertThat(entries(given.when(reverse(given, both, "3"), at(5)))).containsExactly("adjust a 3");
    given.when(reverse(given, both, "0.1"), at(6)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given
        .when(refund(given, chargeOf(both), "1.6"), at(6))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    assertThat(entries(given.when(refund(given, chargeOf(both), null), at(6))))
        .containsExactly("refund a 1.5");
    assertThat(draws(given.when(hold("s", "4.5"), at(7)))).containsExactly("a 4.5");
  }

  @Test
  void whatARefundGaveToAVoidedGrantComesBack() {
    var given = wallet(wallet, grant("a", "9"));
    var charged = given.when(charge("r", "2"), at(1));
    given.after(at(2), voiding("a"));
    var refunded = given.when(refund(given, chargeOf(charged), null), at(3));
    assertThat(entries(refunded)).containsExactly("refund a 2", "void a -2");
    assertThat(entries(given.when(reverse(given, refunded, "2"), at(4))))
        .containsExactly("adjust a 2");
  }

  @Test
  void whatWasReversedSinceItWasReadIsReadAgain() {
    var given = wallet(wallet, grant("a", "9"));
    var wrong = given.when(adjust("a", "-9"), at(1));
    Taken early = Taken.of(chargeOf(wrong), WalletWords.ledger(given.past()));
    given.after(at(2), reverse(early, "5"));
    given.when(reverse(early, "4"), at(3)).thenTold(new WalletReply.ReadFurther(3));
    given.when(reverse(given, wrong, "4.1"), at(3)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    assertThat(entries(given.when(reverse(given, wrong, "4"), at(3))))
        .containsExactly("adjust a 4");
  }
}
