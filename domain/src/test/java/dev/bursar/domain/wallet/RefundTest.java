package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.NOT_REFUNDABLE;
import static dev.bursar.domain.operation.Refusal.Code.REFUND_EXCEEDS_CHARGE;
import static dev.bursar.domain.operation.Refusal.Code.WALLET_NOT_FOUND;
import static dev.bursar.domain.wallet.UsageTest.usage;
import static dev.bursar.domain.wallet.WalletWords.START;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.charge;
import static dev.bursar.domain.wallet.WalletWords.chargeOf;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.read;
import static dev.bursar.domain.wallet.WalletWords.refund;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.OperationMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How what was charged is given back. */
final class RefundTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();

  private final Wallet wallet = newWallet();

  /** Three grants of 5, of which 12 were charged: all of a and b, and 2 of c. */
  private Given<WalletCommand, WalletEvent, WalletReply> three() {
    return wallet(
        wallet,
        grant("a", "5").priority(1),
        grant("b", "5").priority(2),
        grant("c", "5").priority(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          first | entries                               | then | entries
          12    | refund c 2, refund b 5, refund a 5    |      |
                | refund c 2, refund b 5, refund a 5    |      |
          1     | refund c 1                            |      | refund c 1, refund b 5, refund a 5
          2     | refund c 2                            | 6    | refund b 5, refund a 1
          8.5   | refund c 2, refund b 5, refund a 1.5  | 3.5  | refund a 3.5
          0.000001 | refund c 0.000001                  | 2    | refund c 1.999999, refund b 0.000001
          """)
  void itGoesBackInTheReverseOrderOfTheDraw(String first, String one, String then, String two) {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    assertThat(String.join(", ", entries(given.when(refund(given, charge, first), at(2)))))
        .isEqualTo(one);
    if (two != null) {
      assertThat(String.join(", ", entries(given.when(refund(given, charge, then), at(3)))))
          .isEqualTo(two);
    }
  }

  @Test
  void itNamesWhatItCorrectsAndCounts() {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    var back = given.when(refund(given, charge, "4"), at(2));
    var event = back.event(WalletEvent.Refunded.class);
    assertThat(event.transaction().corrects()).isEqualTo(charge.id());
    assertThat(event.amount()).isEqualTo(Credits.of(4));
    assertThat(figures(wallet))
        .isEqualTo("balance 7, held 0, debt 0")
        .isEqualTo(figures(back.reply(WalletReply.Corrected.class).balance()));
  }

  @Test
  void noMoreIsGivenBackThanWasCharged() {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    given
        .when(refund(given, charge, "12.000001"), at(2))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given.after(at(2), refund(given, charge, "7"));
    given
        .when(refund(given, charge, "5.000001"), at(3))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given.after(at(3), refund(given, charge, null));
    given.when(refund(given, charge, null), at(4)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given
        .when(refund(given, charge, "0.000001"), at(4))
        .thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
  }

  @Test
  void anAmountIsAboveZeroAndThereIsSomethingToRefund() {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    given.when(refund(given, charge, "0"), at(2)).thenRefused(INVALID, "amount");
    given.when(refund(given, charge, "-1"), at(2)).thenRefused(INVALID, "amount");
    given
        .when(refund(given, given.past().get(1).transaction(), null), at(2))
        .thenRefused(NOT_REFUNDABLE, "transaction_id");
    Given.nothing(new WalletAggregate(newWallet()), memory())
        .when(refund(given, charge, null), START)
        .thenRefused(WALLET_NOT_FOUND);
  }

  @Test
  void whatGoesBackToAGrantThatHasEndedEndsAtOnceAndBothAreRecorded() {
    var given =
        wallet(
            wallet,
            grant("a", "5").priority(1).until(at(60)),
            grant("b", "5").priority(2),
            grant("c", "5").priority(3));
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    given.after(at(2), voiding("b")).after(at(60), WAKE);
    assertThat(entries(given.when(refund(given, charge, null), at(61))))
        .containsExactly("refund c 2", "refund b 5", "void b -5", "refund a 5", "expire a -5");
    assertThat(figures(wallet)).isEqualTo("balance 5, held 0, debt 0");
  }

  @Test
  void aDebtThatIsNotPaidNeedNotBePaid() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Transaction charge = chargeOf(given.when(commit("r", "12"), at(2)));
    assertThat(entries(given.when(refund(given, charge, "3"), at(3)))).containsExactly("debt -3");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 4");
    assertThat(entries(given.when(refund(given, charge, "5"), at(4))))
        .containsExactly("debt -4", "refund a 1");
    assertThat(entries(given.when(refund(given, charge, null), at(5))))
        .containsExactly("refund a 4");
    assertThat(figures(wallet)).isEqualTo("balance 5, held 0, debt 0");
  }

  @Test
  void aDebtThatWasPaidGoesBackToWhoPaidItTheLastFirst() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Transaction charge = chargeOf(given.when(commit("r", "12"), at(2)));
    given.after(at(3), grant("b", "2").add(), grant("c", "4").add(), grant("d", "9").add());
    assertThat(figures(wallet)).isEqualTo("balance 8, held 0, debt 0");
    assertThat(entries(given.when(refund(given, charge, "3"), at(4))))
        .containsExactly("refund d 1", "refund c 2");
    assertThat(entries(given.when(refund(given, charge, "5"), at(5))))
        .containsExactly("refund c 2", "refund b 2", "refund a 1");
    assertThat(entries(given.when(refund(given, charge, null), at(6))))
        .containsExactly("refund a 4");
  }

  @Test
  void aDebtPaidInPartIsFirstForgivenThenPaidBack() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Transaction charge = chargeOf(given.when(commit("r", "12"), at(2)));
    given.after(at(3), grant("b", "3").add());
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 4");
    assertThat(entries(given.when(refund(given, charge, "6"), at(4))))
        .containsExactly("debt -4", "refund b 2");
    given.after(at(5), grant("c", "1").add());
    assertThat(entries(given.when(refund(given, charge, "2"), at(6))))
        .containsExactly("refund b 1", "refund a 1");
  }

  @Test
  void whatWasForgivenOfADebtIsNotTakenForPaidBack() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Transaction charge = chargeOf(given.when(commit("r", "12"), at(2)));
    assertThat(entries(given.when(refund(given, charge, "3"), at(3)))).containsExactly("debt -3");
    given.after(at(4), grant("b", "1").add(), grant("c", "9").add());
    assertThat(read(given, charge).forgiven()).isEqualTo(Credits.of(3));
    assertThat(figures(wallet)).isEqualTo("balance 6, held 0, debt 0");
    assertThat(entries(given.when(refund(given, charge, "2"), at(5))))
        .containsExactly("refund c 2");
    assertThat(entries(given.when(refund(given, charge, "3"), at(6))))
        .containsExactly("refund c 1", "refund b 1", "refund a 1");
    assertThat(entries(given.when(refund(given, charge, null), at(7))))
        .containsExactly("refund a 4");
    assertThat(figures(wallet)).isEqualTo("balance 15, held 0, debt 0");
  }

  @Test
  void theOldestDebtIsPaidFirst() {
    var given = wallet(wallet, grant("a", "2")).after(at(1), hold("r1", "1"), hold("r2", "1"));
    Transaction one = chargeOf(given.when(commit("r1", "4"), at(2)));
    Transaction two = chargeOf(given.when(commit("r2", "6"), at(3)));
    given.after(at(4), grant("b", "4").add());
    assertThat(entries(given.when(refund(given, two, "4"), at(5)))).containsExactly("debt -4");
    assertThat(entries(given.when(refund(given, one, "2"), at(5)))).containsExactly("refund b 2");
    assertThat(entries(given.when(refund(given, two, null), at(6))))
        .containsExactly("refund b 1", "refund a 1");
    assertThat(figures(wallet)).isEqualTo("balance 4, held 0, debt 0");
  }

  @Test
  void whatComesBackPaysOtherDebt() {
    var given = three();
    Transaction first = chargeOf(given.when(charge("r", "12"), at(1)));
    given.after(at(2), hold("r2", "3"));
    Transaction second = chargeOf(given.when(commit("r2", "10"), at(3)));
    assertThat(read(given, second).debt()).isEqualTo(Credits.of(7));
    assertThat(entries(given.when(refund(given, first, null), at(4))))
        .containsExactly(
            "refund c 2", "debt_repaid c -2", "refund b 5", "debt_repaid b -5", "refund a 5");
    assertThat(entries(given.when(refund(given, second, "6"), at(5))))
        .containsExactly("refund b 5", "refund c 1");
  }

  @Test
  void lateUsageIsRefundedLikeAnyOther() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    given.after(at(400), WAKE);
    Transaction charge = chargeOf(given.when(commit("r", "7"), at(401)));
    assertThat(read(given, charge).draws()).containsExactly(new Draw("a", Credits.of(5)));
    assertThat(entries(given.when(refund(given, charge, "6"), at(402))))
        .containsExactly("debt -2", "refund a 4");
  }

  @Test
  void whatGoesBackToAnIntervalThatIsOverLapses() {
    var given = wallet(wallet, grant("a", "5").every(Recurrence.Interval.DAY));
    Transaction charge = chargeOf(given.when(charge("r", "3"), at(1)));
    given.after(at(86_400), WAKE);
    assertThat(entries(given.when(refund(given, charge, null), at(86_401))))
        .containsExactly("refund a 3", "expire a -3");
  }

  @Test
  void whatCannotBeCountedIsNotGivenBack() {
    var given = wallet(wallet, grant("a", "5"));
    Transaction charge = chargeOf(given.when(charge("r", "5"), at(1)));
    given.after(at(2), grant("b", "9223372036854.775807").from(at(90)).add());
    given.when(refund(given, charge, null), at(3)).thenRefused(AMOUNT_OVERFLOW, "amount");
    assertThat(entries(given.when(WAKE, at(90)))).containsExactly("grant b 9223372036854.775807");
  }

  // ---- what was read in the ledger

  private static WalletReply readThrough(long sequence) {
    return new WalletReply.ReadFurther(sequence);
  }

  @Test
  void aChargeThatWasRefundedSinceItWasReadIsReadAgain() {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    Charge early = read(given, charge);
    assertThat(early.through()).isEqualTo(6);
    given.after(at(2), refund(early, "7"));
    for (String amount : List.of("5", "7", "12")) {
      given.when(refund(early, amount), at(3)).thenTold(readThrough(8));
    }
    given.when(refund(given, charge, "5.000001"), at(3)).thenRefused(REFUND_EXCEEDS_CHARGE);
    given.after(at(3), refund(given, charge, "5"));
    given.when(refund(early, null), at(4)).thenTold(readThrough(9));
  }

  @Test
  void aDebtThatMayHaveBeenPaidSinceItWasReadIsReadAgain() {
    var given = wallet(wallet, grant("a", "2")).after(at(1), hold("r1", "1"), hold("r2", "1"));
    Transaction one = chargeOf(given.when(commit("r1", "4"), at(2)));
    Transaction two = chargeOf(given.when(commit("r2", "6"), at(3)));
    Charge owing = read(given, two);
    given.after(at(4), refund(given, one, "1"));
    assertThat(entries(given.when(refund(owing, "1"), at(4)))).containsExactly("debt -1");
    owing = read(given, two);
    given.after(at(5), grant("b", "2").add());
    given.when(refund(owing, "1"), at(6)).thenTold(readThrough(9));
    Charge paid = read(given, one);
    given.after(at(6), grant("c", "9").add());
    assertThat(entries(given.when(refund(paid, "1"), at(7)))).containsExactly("refund b 1");
    given.when(refund(owing, "1"), at(7)).thenTold(readThrough(11));
    assertThat(entries(given.when(refund(given, two, "5"), at(7))))
        .containsExactly("refund c 4", "refund a 1");
  }

  @Test
  void whoIsBehindTheLedgerDoesNotDecide() {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    Wallet behind = newWallet();
    behind.restore(wallet.snapshot());
    given.after(at(2), refund(given, charge, "7"));
    Given.nothing(new WalletAggregate(behind), memory())
        .when(refund(given, charge, "5"), at(3))
        .thenTold(readThrough(8));
  }

  @Test
  void whatBecomesOfOtherChargesMakesNoDifference() {
    var given = wallet(wallet, grant("a", "100"));
    Transaction one = chargeOf(given.when(charge("r1", "2"), at(1)));
    Transaction two = chargeOf(given.when(charge("r2", "2"), at(1)));
    Charge early = read(given, one);
    given.after(at(2), refund(given, two, "1"), grant("b", "1").add(), charge("r3", "1"));
    assertThat(entries(given.when(refund(early, null), at(3)))).containsExactly("refund a 2");
  }

  @Test
  void ofCorrectionsLongPastNothingIsRemembered() {
    var large =
        new Wallet("acme", "main", WalletWords.GRACE, new OperationMemory(9_999, Long.MAX_VALUE));
    var given = wallet(large, grant("a", "10000"));
    Transaction first = chargeOf(given.when(charge("r", "2"), at(1)));
    Charge early = read(given, first);
    given.after(at(1), refund(given, first, "1"));
    for (int i = 0; i <= Corrected.KEPT_MAX; i++) {
      Transaction other = chargeOf(given.when(charge("r" + i, "2"), at(2)));
      given.after(at(2), refund(ChargeTrace.of(other, List.of(other)), "1"));
    }
    Transaction last = chargeOf(given.when(charge("s", "2"), at(3)));
    given.when(refund(early, "1"), at(3)).thenTold(readThrough(5));
    assertThat(entries(given.when(refund(given, last, null), at(3)))).containsExactly("refund a 2");
    assertThat(entries(given.when(refund(given, first, null), at(3))))
        .containsExactly("refund a 1");
  }

  @Test
  void aWalletKeepsNothingOfADebt() {
    var given = wallet(wallet);
    int before = wallet.snapshot().toString().length();
    for (int i = 0; i < 1_000; i++) {
      given.after(at(1), usage("u" + i, "1", OveragePolicy.RECORD));
    }
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 1000");
    assertThat(wallet.snapshot().toString().length()).isLessThan(before + 500);
    given.after(at(2), grant("a", "500").add());
    Transaction paid = given.past().get(500).transaction();
    Transaction owed = given.past().get(501).transaction();
    assertThat(entries(given.when(refund(given, paid, null), at(3))))
        .containsExactly("refund a 1", "debt_repaid a -1");
    assertThat(entries(given.when(refund(given, owed, null), at(3))))
        .containsExactly("refund a 1", "debt_repaid a -1");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 498");
  }

  @Test
  void whatWasRefundedAndOwedIsNotInTheSnapshotButInTheLedger() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Transaction charge = chargeOf(given.when(commit("r", "12"), at(2)));
    Charge owing = read(given, charge);
    given.after(at(3), grant("b", "3").add());
    Charge paid = read(given, charge);
    Given<WalletCommand, WalletEvent, WalletReply> copy = restored();
    copy.when(refund(owing, "1"), at(4)).thenTold(readThrough(5));
    assertThat(entries(copy.when(refund(paid, "1"), at(4)))).containsExactly("debt -1");
    given.after(at(4), refund(given, charge, "5"));
    copy = restored();
    copy.when(refund(paid, "1"), at(5)).thenTold(readThrough(7));
    copy.when(refund(given, charge, "7.1"), at(5)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    assertThat(entries(copy.when(refund(given, charge, null), at(5))))
        .containsExactly("refund b 2", "refund a 5");
  }

  private Given<WalletCommand, WalletEvent, WalletReply> restored() {
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    assertThat(WalletText.of(copy.snapshot())).isEqualTo(WalletText.of(wallet.snapshot()));
    return Given.nothing(new WalletAggregate(copy), memory());
  }

  @Test
  void aChargeReadBeforeASnapshotIsReadAgainThoughNothingIsOwed() {
    var given = three();
    Transaction charge = chargeOf(given.when(charge("r", "12"), at(1)));
    Charge early = read(given, charge);
    given.after(at(2), refund(early, "7"));
    restored().when(refund(early, "5"), at(3)).thenTold(readThrough(8));
  }
}
