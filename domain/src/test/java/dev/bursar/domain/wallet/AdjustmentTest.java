package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.EXCEEDS_AVAILABLE;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_EXISTS;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.wallet.WalletWords.adjust;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.draws;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How a balance is corrected by hand. */
final class AdjustmentTest {

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
}
