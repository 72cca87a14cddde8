package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.GRANT_EXPIRED;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_VOIDED;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.draws;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.release;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How grants end: by expiry or by being voided. */
final class GrantEndTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();

  @Test
  void whatIsLeftCeasesExactlyAtTheEnd() {
    var given = wallet(grant("a", "10").until(at(60))).after(at(1), hold("r", "4"));
    given.after(at(2), commit("r", "4"));
    assertThat(draws(given.when(hold("r2", "6"), at(60).minusNanos(1_000)))).containsExactly("a 6");
    given.after(at(60).minusNanos(1_000), release("r2"));
    var then = given.when(hold("r3", "1"), at(60));
    assertThat(entries(then)).containsExactly("expire a -6");
    assertThat(then.reply(WalletReply.NotHeld.class).denials()).hasSize(1);
  }

  @Test
  void expiryIsDatedAtTheEndHoweverLateItIsNoticed() {
    var then = wallet(grant("a", "10").until(at(60))).when(WAKE, at(7_000));
    assertThat(then.event(WalletEvent.GrantExpired.class).transaction().postedAt())
        .isEqualTo(at(60));
  }

  @Test
  void whatFallsDueIsDoneInItsOrder() {
    var then =
        wallet(
                grant("a", "1").until(at(60)),
                grant("b", "2").from(at(60)),
                grant("c", "3").until(at(59)))
            .when(WAKE, at(99));
    assertThat(entries(then)).containsExactly("expire c -3", "grant b 2", "expire a -1");
  }

  @Test
  void aHeldPartStaysGoodForItsCommitAfterTheEnd() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").until(at(60))).after(at(50), hold("r", "4"));
    assertThat(entries(given.when(WAKE, at(60)))).containsExactly("expire a -6");
    assertThat(figures(wallet)).isEqualTo("balance 4, held 4, debt 0");
    assertThat(entries(given.when(commit("r", "4"), at(70)))).containsExactly("consume a -4");
  }

  @Test
  void whatGoesBackToAnExpiredGrantExpiresAtOnce() {
    var given = wallet(grant("a", "10").until(at(60))).after(at(50), hold("r", "4"));
    given.after(at(60), WAKE);
    assertThat(entries(given.when(commit("r", "1"), at(70))))
        .containsExactly("consume a -1", "expire a -3");
  }

  @Test
  void aHoldAndItsGrantMayEndAtTheSameInstant() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").until(at(300))).after(at(0), hold("r", "4"));
    assertThat(entries(given.when(WAKE, at(300)))).containsExactly("expire a -6", "expire a -4");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 0");
  }

  @Test
  void givingBackGoesInTheReverseOrderOfTheDraw() {
    var given =
        wallet(
                grant("a", "5").until(at(60)),
                grant("b", "5").until(at(61)),
                grant("c", "5").until(at(62)))
            .after(at(50), hold("r", "12"));
    given.after(at(70), WAKE);
    assertThat(entries(given.when(release("r"), at(80))))
        .containsExactly("expire c -2", "expire b -5", "expire a -5");
  }

  @Test
  void voidingTakesWhatIsNotHeld() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10")).after(at(1), hold("r", "4"));
    assertThat(entries(given.when(voiding("a"), at(2)))).containsExactly("void a -6");
    assertThat(figures(wallet)).isEqualTo("balance 4, held 4, debt 0");
    assertThat(entries(given.when(commit("r", "3"), at(3))))
        .containsExactly("consume a -3", "void a -1");
  }

  @Test
  void itIsKnownWhenAGrantWasVoided() {
    Wallet wallet = newWallet();
    var given =
        wallet(
            wallet, grant("a", "1"), grant("b", "2").from(at(900)), grant("c", "3").until(at(60)));
    assertThat(given.when(voiding("a"), at(2)).reply(WalletReply.GrantVoided.class).at())
        .isEqualTo(at(2));
    given.after(at(3), voiding("b")).after(at(60), WAKE);
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    for (Wallet each : List.of(wallet, copy)) {
      var page = (WalletReply.Grants) each.grantsAfter(null, 9);
      assertThat(page.grants())
          .extracting(view -> view.grant().id() + " " + view.state() + " " + view.voidedAt())
          .containsExactlyInAnyOrder("a voided " + at(2), "b voided " + at(3), "c expired null");
    }
  }

  @Test
  void anExcessDrawsNothingFromAVoidedGrant() {
    var given = wallet(grant("a", "10")).after(at(1), hold("r", "4")).after(at(2), voiding("a"));
    assertThat(entries(given.when(commit("r", "7"), at(3))))
        .containsExactly("consume a -4", "debt 3");
  }

  @Test
  void aVoidedGrantDoesNotExpireAsWell() {
    var given = wallet(grant("a", "10").until(at(60))).after(at(1), hold("r", "4"), voiding("a"));
    assertThat(given.when(WAKE, at(60)).events()).isEmpty();
    assertThat(entries(given.when(release("r"), at(61)))).containsExactly("void a -4");
  }

  @Test
  void aGrantEndsOnce() {
    var given = wallet(grant("a", "10"), grant("b", "10").until(at(60))).after(at(1), voiding("a"));
    given.when(voiding("a"), at(2)).thenRefused(GRANT_VOIDED, "grant");
    given.after(at(60), WAKE);
    given.when(voiding("b"), at(61)).thenRefused(GRANT_EXPIRED, "grant");
    given.when(voiding("c"), at(61)).thenRefused(GRANT_NOT_FOUND);
  }
}
