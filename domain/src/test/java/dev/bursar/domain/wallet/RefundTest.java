package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.NOT_REFUNDABLE;
import static dev.bursar.domain.operation.Refusal.Code.REFUND_EXCEEDS_CHARGE;
import static dev.bursar.domain.operation.Refusal.Code.WALLET_NOT_FOUND;
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
import static dev.bursar.domain.wallet.WalletWords.refund;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.credits.Credits;
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
    Charge charge = chargeOf(given.when(charge("r", "12"), at(1)));
    assertThat(String.join(", ", entries(given.when(refund(charge, first), at(2))))).isEqualTo(one);
    if (two != null) {
      assertThat(String.join(", ", entries(given.when(refund(charge, then), at(3)))))
          .isEqualTo(two);
    }
  }

  @Test
  void itNamesWhatItCorrectsAndCounts() {
    var given = three();
    Charge charge = chargeOf(given.when(charge("r", "12"), at(1)));
    var event = given.when(refund(charge, "4"), at(2)).event(WalletEvent.Refunded.class);
    assertThat(event.transaction().corrects()).isEqualTo(charge.transaction());
    assertThat(event.amount()).isEqualTo(Credits.of(4));
    assertThat(figures(wallet)).isEqualTo("balance 7, held 0, debt 0");
  }

  @Test
  void noMoreIsGivenBackThanWasCharged() {
    var given = three();
    Charge charge = chargeOf(given.when(charge("r", "12"), at(1)));
    given.when(refund(charge, "12.000001"), at(2)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given.after(at(2), refund(charge, "7"));
    given.when(refund(charge, "5.000001"), at(3)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given.after(at(3), refund(charge, null));
    given.when(refund(charge, null), at(4)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    given.when(refund(charge, "0.000001"), at(4)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
  }

  @Test
  void anAmountIsAboveZeroAndThereIsSomethingToRefund() {
    var given = three();
    Charge charge = chargeOf(given.when(charge("r", "12"), at(1)));
    given.when(refund(charge, "0"), at(2)).thenRefused(INVALID, "amount");
    given.when(refund(charge, "-1"), at(2)).thenRefused(INVALID, "amount");
    Charge nothing = new Charge("txn_main_1", WalletWords.CREDITS, List.of(), Credits.ZERO);
    given.when(refund(nothing, null), at(2)).thenRefused(NOT_REFUNDABLE);
    Given.nothing(new WalletAggregate(newWallet()), memory())
        .when(refund(charge, null), START)
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
    Charge charge = chargeOf(given.when(charge("r", "12"), at(1)));
    given.after(at(2), voiding("b")).after(at(60), WAKE);
    assertThat(entries(given.when(refund(charge, null), at(61))))
        .containsExactly("refund c 2", "refund b 5", "void b -5", "refund a 5", "expire a -5");
    assertThat(figures(wallet)).isEqualTo("balance 5, held 0, debt 0");
  }

  @Test
  void aDebtThatIsNotPaidNeedNotBePaid() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Charge charge = chargeOf(given.when(commit("r", "12"), at(2)));
    assertThat(entries(given.when(refund(charge, "3"), at(3)))).containsExactly("debt -3");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 4");
    assertThat(entries(given.when(refund(charge, "5"), at(4))))
        .containsExactly("debt -4", "refund a 1");
    assertThat(entries(given.when(refund(charge, null), at(5)))).containsExactly("refund a 4");
    assertThat(figures(wallet)).isEqualTo("balance 5, held 0, debt 0");
    assertThat(wallet.debts().all()).isEmpty();
  }

  @Test
  void aDebtThatWasPaidGoesBackToWhoPaidItTheLastFirst() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Charge charge = chargeOf(given.when(commit("r", "12"), at(2)));
    given.after(at(3), grant("b", "2").add(), grant("c", "4").add(), grant("d", "9").add());
    assertThat(figures(wallet)).isEqualTo("balance 8, held 0, debt 0");
    assertThat(entries(given.when(refund(charge, "3"), at(4))))
        .containsExactly("refund d 1", "refund c 2");
    assertThat(entries(given.when(refund(charge, "5"), at(5))))
        .containsExactly("refund c 2", "refund b 2", "refund a 1");
    assertThat(entries(given.when(refund(charge, null), at(6)))).containsExactly("refund a 4");
    assertThat(wallet.debts().all()).isEmpty();
  }

  @Test
  void aDebtPaidInPartIsFirstForgivenThenPaidBack() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Charge charge = chargeOf(given.when(commit("r", "12"), at(2)));
    given.after(at(3), grant("b", "3").add());
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 4");
    assertThat(entries(given.when(refund(charge, "6"), at(4))))
        .containsExactly("debt -4", "refund b 2");
    given.after(at(5), grant("c", "1").add());
    assertThat(entries(given.when(refund(charge, "2"), at(6))))
        .containsExactly("refund b 1", "refund a 1");
  }

  @Test
  void theOldestDebtIsPaidFirst() {
    var given = wallet(wallet, grant("a", "2")).after(at(1), hold("r1", "1"), hold("r2", "1"));
    Charge one = chargeOf(given.when(commit("r1", "4"), at(2)));
    Charge two = chargeOf(given.when(commit("r2", "6"), at(3)));
    given.after(at(4), grant("b", "4").add());
    assertThat(entries(given.when(refund(two, "4"), at(5)))).containsExactly("debt -4");
    assertThat(entries(given.when(refund(one, "2"), at(5)))).containsExactly("refund b 2");
    assertThat(entries(given.when(refund(two, null), at(6))))
        .containsExactly("refund b 1", "refund a 1");
    assertThat(figures(wallet)).isEqualTo("balance 4, held 0, debt 0");
  }

  @Test
  void whatComesBackPaysOtherDebt() {
    var given = three();
    Charge first = chargeOf(given.when(charge("r", "12"), at(1)));
    given.after(at(2), hold("r2", "3"));
    Charge second = chargeOf(given.when(commit("r2", "10"), at(3)));
    assertThat(second.debt()).isEqualTo(Credits.of(7));
    assertThat(entries(given.when(refund(first, null), at(4))))
        .containsExactly(
            "refund c 2", "debt_repaid c -2", "refund b 5", "debt_repaid b -5", "refund a 5");
    assertThat(entries(given.when(refund(second, "6"), at(5))))
        .containsExactly("refund b 5", "refund c 1");
  }

  @Test
  void lateUsageIsRefundedLikeAnyOther() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    given.after(at(400), WAKE);
    Charge charge = chargeOf(given.when(commit("r", "7"), at(401)));
    assertThat(charge.draws()).containsExactly(new Draw("a", Credits.of(5)));
    assertThat(entries(given.when(refund(charge, "6"), at(402))))
        .containsExactly("debt -2", "refund a 4");
  }

  @Test
  void whatGoesBackToAnIntervalThatIsOverLapses() {
    var given = wallet(wallet, grant("a", "5").every(Recurrence.Interval.DAY));
    Charge charge = chargeOf(given.when(charge("r", "3"), at(1)));
    given.after(at(86_400), WAKE);
    assertThat(entries(given.when(refund(charge, null), at(86_401))))
        .containsExactly("refund a 3", "expire a -3");
  }

  @Test
  void whatCannotBeCountedIsNotGivenBack() {
    var given = wallet(wallet, grant("a", "5"));
    Charge charge = chargeOf(given.when(charge("r", "5"), at(1)));
    given.after(at(2), grant("b", "9223372036854.775807").from(at(90)).add());
    given.when(refund(charge, null), at(3)).thenRefused(AMOUNT_OVERFLOW, "amount");
    assertThat(entries(given.when(WAKE, at(90)))).containsExactly("grant b 9223372036854.775807");
  }

  @Test
  void whatWasRefundedAndOwedIsInTheSnapshot() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "5"));
    Charge charge = chargeOf(given.when(commit("r", "12"), at(2)));
    given.after(at(3), grant("b", "3").add()).after(at(4), refund(charge, "5"));
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    assertThat(WalletText.of(copy.snapshot())).isEqualTo(WalletText.of(wallet.snapshot()));
    var again = Given.nothing(new WalletAggregate(copy), memory());
    again.when(refund(charge, "7.1"), at(5)).thenRefused(REFUND_EXCEEDS_CHARGE, "amount");
    assertThat(entries(again.when(refund(charge, null), at(5))))
        .containsExactly("refund b 2", "refund a 5");
  }
}
