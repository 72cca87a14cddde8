package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.Recurrence.Interval.DAY;
import static dev.bursar.domain.wallet.WalletWords.GRACE;
import static dev.bursar.domain.wallet.WalletWords.adjust;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.charge;
import static dev.bursar.domain.wallet.WalletWords.chargeOf;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.refund;
import static dev.bursar.domain.wallet.WalletWords.transferIn;
import static dev.bursar.domain.wallet.WalletWords.transferOut;
import static dev.bursar.domain.wallet.WalletWords.values;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What entries are worth in real money, by the cost basis of the very grant. */
final class ValueTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();

  private final Wallet wallet = newWallet();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          amount        | cost          | of            | worth
          10            | 5             | 0             | 0
          10            | 5             | 10            | 5
          10            | 5             | 3             | 1.5
          3             | 1             | 1             | 0.333333
          3             | 1             | 2             | 0.666667
          2             | 0.000001      | 1             | 0.000001
          2.000002      | 0.000001      | 1             | 0
          10            | 0             | 7             | 0
          1000000000000 | 1000000000000 | 999999999999  | 999999999999
          0.000001      | 1000000000000 | 0.000001      | 1000000000000
          """)
  void aPartIsWorthItsShareRoundedHalfUp(String amount, String cost, String of, String worth) {
    assertThat(grant("a", amount).cost(cost).terms().worth(credits(of))).isEqualTo(credits(worth));
  }

  @Test
  void aGrantWithoutACostIsWorthNothingThatIsKnown() {
    assertThat(grant("a", "1").terms().worth(Credits.of(1))).isNull();
    var given = wallet(wallet);
    assertThat(values(given.when(grant("a", "1").add(), at(1)))).containsExactly("grant a nothing");
  }

  /** What is rounded evens out: when nothing is left, all that was paid is accounted for. */
  @Test
  void theValuesOnAGrantAddUpToWhatIsLeftOfItsCost() {
    var given = wallet(wallet);
    assertThat(values(given.when(grant("a", "3").cost("1").add(), at(1))))
        .containsExactly("grant a 1 EUR");
    assertThat(values(given.when(charge("r1", "1"), at(2))))
        .containsExactly("consume a -0.333333 EUR");
    assertThat(values(given.when(charge("r2", "1"), at(3))))
        .containsExactly("consume a -0.333334 EUR");
    assertThat(values(given.when(charge("r3", "1"), at(4))))
        .containsExactly("consume a -0.333333 EUR");
  }

  @Test
  void whatGoesBackIsWorthWhatIsThereAgain() {
    var given = wallet(wallet, grant("a", "3").cost("1"));
    Transaction charge = chargeOf(given.when(charge("r", "2"), at(1)));
    assertThat(values(given.when(refund(given, charge, "1"), at(2))))
        .containsExactly("refund a 0.333334 EUR");
    assertThat(values(given.when(refund(given, charge, "1"), at(3))))
        .containsExactly("refund a 0.333333 EUR");
  }

  @Test
  void whatEndsAtOnceIsWorthNothingOnTheWhole() {
    var given = wallet(wallet, grant("a", "3").cost("1").until(at(60)));
    Transaction charge = chargeOf(given.when(charge("r", "2"), at(1)));
    assertThat(values(given.when(WAKE, at(60)))).containsExactly("expire a -0.333333 EUR");
    assertThat(values(given.when(refund(given, charge, "2"), at(61))))
        .containsExactly("refund a 0.666667 EUR", "expire a -0.666667 EUR");
  }

  @Test
  void debtHasNoValueAndItsPaymentHas() {
    var given = wallet(wallet, grant("a", "1").cost("2")).after(at(1), hold("r", "1"));
    assertThat(values(given.when(commit("r", "3"), at(2))))
        .containsExactly("consume a -2 EUR", "debt null nothing");
    assertThat(values(given.when(grant("b", "4").cost("2").add(), at(3))))
        .containsExactly("grant b 2 EUR", "debt_repaid b -1 EUR");
  }

  @Test
  void whatIsVoidedAndAdjustedHasItsValue() {
    var given = wallet(wallet, grant("a", "4").cost("2"));
    assertThat(values(given.when(adjust("a", "-1"), at(1)))).containsExactly("adjust a -0.5 EUR");
    assertThat(values(given.when(adjust("x", "1"), at(1)))).containsExactly("adjust x nothing");
    assertThat(values(given.when(voiding("a"), at(2)))).containsExactly("void a -1.5 EUR");
  }

  @Test
  void whatMovesToAnotherWalletKeepsItsValue() {
    var given = wallet(wallet, grant("a", "3").cost("1"));
    var then = given.when(transferOut("research", "2"), at(1));
    assertThat(values(then)).containsExactly("transfer_out a -0.666667 EUR");
    Transfer transfer = then.reply(WalletReply.Transferred.class).transfer();
    var there = wallet(new Wallet("acme", "research", GRACE, memory()));
    String moved = transfer.grants().getFirst().id();
    assertThat(values(there.when(transferIn(transfer), at(2))))
        .containsExactly("transfer_in " + moved + " 0.666667 EUR");
    assertThat(values(there.when(charge("r", "1"), at(3))))
        .containsExactly("consume " + moved + " -0.333333 EUR");
    assertThat(values(given.when(new WalletCommand.ReturnTransfer(transfer.id()), at(4))))
        .containsExactly("transfer_in a 0.666667 EUR");
  }

  @Test
  void anIntervalIsWorthWhatIsPaidForItAndWhatRolledOver() {
    var given = wallet(wallet, grant("a", "3").cost("1").every(DAY, null, "0", "1"));
    given.after(at(1), charge("r", "1"));
    assertThat(values(given.when(WAKE, at(86_400))))
        .containsExactly(
            "expire a -0.333334 EUR",
            "transfer_out a -0.333333 EUR",
            "grant a#2 1 EUR",
            "transfer_in a#2 0.333333 EUR");
    assertThat(wallet.grant("a#2").grant().costBasis().amount()).isEqualTo(credits("1.333333"));
    assertThat(values(given.when(charge("r2", "4"), at(86_401))))
        .containsExactly("consume a#2 -1.333333 EUR");
  }

  @Test
  void theNextIntervalIsPaidLikeTheFirst() {
    var given = wallet(wallet, grant("a", "3").cost("1").every(DAY, null, "0", "9"));
    given.after(at(86_400), WAKE);
    assertThat(values(given.when(WAKE, at(2 * 86_400))))
        .containsExactly("transfer_out a#2 -2 EUR", "grant a#3 1 EUR", "transfer_in a#3 2 EUR");
  }

  @Test
  void aGivenMinimumIsPartOfWhatIsPaid() {
    var given = wallet(wallet, grant("a", "3").cost("1").every(DAY, null, "2", "2"));
    given.after(at(1), charge("r", "3"));
    assertThat(values(given.when(WAKE, at(86_400)))).containsExactly("grant a#2 1 EUR");
    assertThat(wallet.grant("a#2").grant())
        .returns(Credits.of(5), Grant::amount)
        .extracting(g -> g.costBasis().amount())
        .isEqualTo(Credits.of(1));
  }

  @Test
  void whatRestsOnASnapshotIsWorthTheSame() {
    wallet(wallet, grant("a", "3").cost("1")).after(at(1), charge("r", "1"));
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    assertThat(
            values(
                Given.nothing(new WalletAggregate(copy), memory()).when(charge("s", "1"), at(2))))
        .containsExactly("consume a -0.333334 EUR");
  }
}
