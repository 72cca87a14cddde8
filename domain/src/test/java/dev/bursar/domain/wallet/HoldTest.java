package dev.bursar.domain.wallet;

import static dev.bursar.domain.enforcement.DenialCode.INSUFFICIENT_CREDITS;
import static dev.bursar.domain.enforcement.DenialCode.UNKNOWN_WALLET;
import static dev.bursar.domain.enforcement.DenialCode.WALLET_IN_DEBT;
import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_EXPIRED;
import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_FINALIZED;
import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_NOT_FOUND;
import static dev.bursar.domain.wallet.WalletWords.TTL;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.draws;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.release;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Setting credits aside, and giving them back. */
final class HoldTest {

  @Test
  void aHoldTakesFromWhatIsAvailableAndWritesNoEntry() {
    var held = wallet(grant("a", "10")).when(hold("r", "4"), at(1));
    assertThat(entries(held)).isEmpty();
    assertThat(figures(held.reply(WalletReply.Held.class).balance()))
        .isEqualTo("balance 10, held 4, debt 0");
  }

  @Test
  void allOfItOrNothing() {
    var denied = wallet(grant("a", "10"), grant("b", "5")).when(hold("r", "15.000001"), at(1));
    assertThat(denied.events()).isEmpty();
    Denial why = denied.reply(WalletReply.NotHeld.class).denials().getFirst();
    assertThat(why.code()).isEqualTo(INSUFFICIENT_CREDITS);
    assertThat(why.available()).isEqualTo(credits("15"));
    assertThat(why.requested()).isEqualTo(credits("15.000001"));
  }

  @Test
  void theLastCreditCanBeHeld() {
    var held = wallet(grant("a", "10"), grant("b", "5")).when(hold("r", "15"), at(1));
    assertThat(draws(held)).containsExactly("a 10", "b 5");
  }

  @Test
  void whatIsHeldCannotBeHeldAgain() {
    wallet(grant("a", "10"))
        .after(at(1), hold("r1", "6"))
        .when(hold("r2", "5"), at(1))
        .reply(WalletReply.NotHeld.class);
  }

  @Test
  void aHoldOfNothingIsAHold() {
    Wallet wallet = newWallet();
    wallet(wallet).after(at(1), hold("r", "0")).after(at(2), commit("r", "0"));
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 0");
  }

  @Test
  void aReservationThatIsOpenIsToldAndNotHeldAgain() {
    var again = wallet(grant("a", "10")).after(at(1), hold("r", "6")).when(hold("r", "6"), at(2));
    assertThat(again.events()).isEmpty();
    assertThat(figures(again.reply(WalletReply.Held.class).balance()))
        .isEqualTo("balance 10, held 6, debt 0");
  }

  @Test
  void nobodyHoldsWhileTheWalletOwes() {
    var denied =
        wallet(grant("a", "10"))
            .after(at(1), hold("r1", "1"), hold("r2", "3"), commit("r1", "8"))
            .when(hold("r3", "1"), at(2))
            .reply(WalletReply.NotHeld.class);
    assertThat(denied.denials().getFirst().code()).isEqualTo(WALLET_IN_DEBT);
  }

  @Test
  void aQuestionChangesNothingAndTellsWhatWouldBe() {
    var ask = new WalletCommand.CheckCredits(WalletWords.CREDITS, credits("10"), null, null, false);
    var told = wallet(grant("a", "10")).when(ask, at(1));
    assertThat(told.events()).isEmpty();
    assertThat(figures(told.reply(WalletReply.WouldHold.class).balance()))
        .isEqualTo("balance 10, held 10, debt 0");
  }

  @Test
  void aWalletThatIsNotOpenHoldsNothing() {
    var denied =
        Given.nothing(new WalletAggregate(newWallet()), memory())
            .when(hold("r", "0"), at(1))
            .reply(WalletReply.NotHeld.class);
    assertThat(denied.denials().getFirst().code()).isEqualTo(UNKNOWN_WALLET);
  }

  @Test
  void aReleaseGivesEverythingBack() {
    Wallet wallet = newWallet();
    var released =
        wallet(wallet, grant("a", "10"), grant("b", "5"))
            .after(at(1), hold("r", "12"))
            .when(release("r"), at(2))
            .reply(WalletReply.Ended.class);
    assertThat(released.status()).isEqualTo("released");
    assertThat(released.released()).isEqualTo(credits("12"));
    assertThat(figures(wallet)).isEqualTo("balance 15, held 0, debt 0");
  }

  @Test
  void aReservationEndsOnce() {
    var released = wallet(grant("a", "9")).after(at(1), hold("r", "1")).after(at(2), release("r"));
    released.when(commit("r", "1"), at(3)).thenRefused(RESERVATION_FINALIZED);
    released.when(release("r"), at(3)).thenRefused(RESERVATION_FINALIZED);
    released.when(extend("r", 60), at(3)).thenRefused(RESERVATION_FINALIZED);
    var committed =
        wallet(grant("a", "9")).after(at(1), hold("r", "1")).after(at(2), commit("r", "1"));
    committed.when(commit("r", "1"), at(3)).thenRefused(RESERVATION_FINALIZED);
    committed.when(release("r"), at(3)).thenRefused(RESERVATION_FINALIZED);
  }

  @Test
  void whatNeverWasIsNotFound() {
    var given = wallet(grant("a", "9"));
    given.when(commit("r", "1"), at(3)).thenRefused(RESERVATION_NOT_FOUND);
    given.when(release("r"), at(3)).thenRefused(RESERVATION_NOT_FOUND);
    given.when(extend("r", 60), at(3)).thenRefused(RESERVATION_NOT_FOUND);
    given.when(new WalletCommand.Find("r"), at(3)).thenRefused(RESERVATION_NOT_FOUND);
  }

  @Test
  void aHoldExpiresExactlyAtItsEnd() {
    var given = wallet(grant("a", "9")).after(at(0), hold("r", "5"));
    assertThat(given.when(new WalletCommand.Wake(), at(TTL).minusNanos(1_000)).events()).isEmpty();
    var expired = given.when(new WalletCommand.Wake(), at(TTL)).event(WalletEvent.Released.class);
    assertThat(expired.at()).isEqualTo(at(TTL));
    assertThat(expired.cause()).isEqualTo(WalletEvent.Cause.EXPIRED);
    given.when(release("r"), at(TTL)).thenRefused(RESERVATION_EXPIRED);
  }

  @Test
  void aHoldCanBeUsedUntilJustBeforeItsEnd() {
    var given = wallet(grant("a", "9")).after(at(0), hold("r", "5"));
    var ended = given.when(commit("r", "5"), at(TTL).minusNanos(1_000));
    assertThat(ended.reply(WalletReply.Ended.class).late()).isFalse();
  }

  @Test
  void whatExpiresIsThereForTheNextAtThatInstant() {
    var given = wallet(grant("a", "9")).after(at(0), hold("r1", "9"));
    assertThat(draws(given.when(hold("r2", "9"), at(TTL)))).containsExactly("a 9");
  }

  @Test
  void anExtensionProlongsAndNeverShortens() {
    var given = wallet(grant("a", "9")).after(at(0), hold("r", "5"));
    assertThat(given.when(extend("r", 400), at(10)).reply(WalletReply.Extended.class).expiresAt())
        .isEqualTo(at(410));
    assertThat(given.when(extend("r", 1), at(20)).reply(WalletReply.Extended.class).expiresAt())
        .isEqualTo(at(410));
    assertThat(given.when(new WalletCommand.Wake(), at(409)).events()).isEmpty();
    assertThat(given.when(new WalletCommand.Wake(), at(410)).events()).hasSize(1);
  }

  @Test
  void aCancellationTakesTheHoldBack() {
    Wallet wallet = newWallet();
    var ended =
        wallet(wallet, grant("a", "9"))
            .after(at(0), hold("r", "5"))
            .when(new WalletCommand.Cancel("r", Origin.of(at(0))), at(1))
            .reply(WalletReply.Ended.class);
    assertThat(ended.status()).isEqualTo("cancelled");
    assertThat(figures(wallet)).isEqualTo("balance 9, held 0, debt 0");
  }

  @Test
  void aCancellationThatOvertakesItsHoldBarsIt() {
    var given =
        wallet(grant("a", "9")).after(at(0), new WalletCommand.Cancel("r", Origin.of(at(0))));
    var barred = given.when(hold("r", "5"), at(1));
    assertThat(barred.events()).isEmpty();
    given.when(commit("r", "5"), at(1)).thenRefused(RESERVATION_NOT_FOUND);
    given.when(new WalletCommand.ListOpen(), at(1)).thenTold(new WalletReply.OpenList(List.of()));
  }

  /** It tells what was answered then, not how it stands. */
  @Test
  void whoAsksUnderTheHoldsNameIsToldTheHoldThoughItHasEnded() {
    var given = wallet(grant("a", "9"));
    given.when(named(hold("r", "5")), at(0));
    given.when(new WalletCommand.Wake(), at(TTL)).event(WalletEvent.Released.class);

    var held = given.when(named(hold("r", "5")), at(TTL)).outcome();
    assertThat(given.when(named(new WalletCommand.Find("r")), at(TTL)).outcome()).isEqualTo(held);
    assertThat(given.when(named(new WalletCommand.Bar("r", Origin.of(at(0)))), at(TTL)).outcome())
        .isEqualTo(held);
    assertThat(given.when(new WalletCommand.Find("r"), at(TTL)).outcome()).isNotEqualTo(held);
  }

  private static Request<WalletCommand> named(WalletCommand command) {
    return new Request<>(command, Operation.holding("r"));
  }

  private static WalletCommand extend(String reservation, long ttl) {
    return new WalletCommand.Extend(reservation, ttl);
  }

  /** Who is behind its journal would say so of what others rely on. */
  @Test
  void thatThereIsNoneIsToldToOthersOnceTheJournalHasNothingNewer() {
    var given = wallet(grant("a", "9"));
    assertThat(given.when(new WalletCommand.Find("none"), at(3)).outcome())
        .isInstanceOf(Outcome.Absent.class);
    assertThat(given.when(new WalletCommand.Find("none", Origin.of(at(2))), at(3)).outcome())
        .as("org and team ask again")
        .isNotInstanceOf(Outcome.Absent.class);
  }
}
