package dev.bursar.domain.wallet;

import static dev.bursar.domain.enforcement.OveragePolicy.RECORD;
import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.OVERAGE_REJECTED;
import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_EXPIRED;
import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_FINALIZED;
import static dev.bursar.domain.wallet.WalletWords.GRACE;
import static dev.bursar.domain.wallet.WalletWords.TTL;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.charge;
import static dev.bursar.domain.wallet.WalletWords.chargeOf;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.commitUsage;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.holdFor;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.price;
import static dev.bursar.domain.wallet.WalletWords.refund;
import static dev.bursar.domain.wallet.WalletWords.release;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static dev.bursar.domain.wallet.WalletWords.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Refusal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Charging what the work came to. */
final class CommitTest {

  /** Two grants of 10 and 5, a hold of 8, then a commit. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # policy, actual, charged, released, debt, uncharged, entries,                                 balance, debt
          RECORD,   0,      0,       8,        0,    0,         '',                                      15,      0
          RECORD,   3.5,    3.5,     4.5,      0,    0,         consume a -3.5,                          11.5,    0
          RECORD,   8,      8,       0,        0,    0,         consume a -8,                            7,       0
          RECORD,   12,     12,      0,        0,    0,         consume a -10;consume b -2,              3,       0
          RECORD,   15,     15,      0,        0,    0,         consume a -10;consume b -5,              0,       0
          RECORD,   20,     20,      0,        5,    0,         consume a -10;consume b -5;debt 5,       0,       5
          CAP,      3.5,    3.5,     4.5,      0,    0,         consume a -3.5,                          11.5,    0
          CAP,      12,     12,      0,        0,    0,         consume a -10;consume b -2,              3,       0
          CAP,      20,     15,      0,        0,    5,         consume a -10;consume b -5,              0,       0
          REJECT,   0,      0,       8,        0,    0,         '',                                      15,      0
          REJECT,   8,      8,       0,        0,    0,         consume a -8,                            7,       0
          """)
  void lessEqualOrMoreThanWasHeld(
      OveragePolicy policy,
      String actual,
      String charged,
      String released,
      String newDebt,
      String uncharged,
      String lines,
      String balance,
      String debt) {
    Wallet wallet = newWallet();
    var then =
        wallet(wallet, grant("a", "10"), grant("b", "5"))
            .after(at(1), hold("r", "8", policy))
            .when(commit("r", actual), at(2));
    assertThat(String.join(";", entries(then))).isEqualTo(lines);
    var ended = then.reply(WalletReply.Ended.class);
    assertThat(ended.status()).isEqualTo("committed");
    assertThat(ended.amount()).isEqualTo(credits(charged));
    assertThat(ended.released()).isEqualTo(credits(released));
    assertThat(ended.debt()).isEqualTo(credits(newDebt));
    assertThat(ended.uncharged()).isEqualTo(credits(uncharged));
    assertThat(figures(wallet))
        .isEqualTo("balance " + balance + ", held 0, debt " + debt)
        .isEqualTo(figures(ended.balance()));
  }

  @Test
  void rejectKeepsTheReservationOpen() {
    var given = wallet(grant("a", "10")).after(at(1), hold("r", "8", OveragePolicy.REJECT));
    given.when(commit("r", "8.000001"), at(2)).thenRefused(OVERAGE_REJECTED, "amount");
    given.when(commit("r", "8"), at(3)).reply(WalletReply.Ended.class);
  }

  @Test
  void anExcessDrawsNothingThatOthersHold() {
    var given = wallet(grant("a", "10")).after(at(1), hold("r1", "4"), hold("r2", "4"));
    var then = given.when(commit("r1", "9"), at(2));
    assertThat(entries(then)).containsExactly("consume a -6", "debt 3");
    assertThat(figures(then.reply(WalletReply.Ended.class).balance()))
        .isEqualTo("balance 4, held 4, debt 3");
  }

  @Test
  void whatAReleaseGivesBackPaysDebtFirst() {
    Wallet wallet = newWallet();
    var given =
        wallet(wallet, grant("a", "100"))
            .after(at(1), hold("r1", "60"), hold("r2", "40"), commit("r1", "90"));
    assertThat(figures(wallet)).isEqualTo("balance 40, held 40, debt 30");
    var then = given.when(release("r2"), at(2));
    assertThat(entries(then)).containsExactly("debt_repaid a -30");
    assertThat(figures(wallet))
        .isEqualTo("balance 10, held 0, debt 0")
        .isEqualTo(figures(then.reply(WalletReply.Ended.class).balance()));
    given.when(hold("r3", "10"), at(3)).reply(WalletReply.Held.class);
    assertThat(Invariants.in(wallet)).isEmpty();
  }

  @Test
  void whatACommitLeavesOfItsHoldPaysDebtFirst() {
    Wallet wallet = newWallet();
    var given =
        wallet(wallet, grant("a", "50"), grant("b", "50"))
            .after(at(1), hold("r1", "30"), hold("r2", "70"), commit("r1", "55"));
    assertThat(figures(wallet)).isEqualTo("balance 70, held 70, debt 25");
    var then = given.when(commit("r2", "5"), at(2));
    assertThat(entries(then)).containsExactly("consume a -5", "debt_repaid b -25");
    assertThat(figures(wallet)).isEqualTo("balance 40, held 0, debt 0");
    assertThat(then.reply(WalletReply.Ended.class).released()).isEqualTo(credits("65"));
    assertThat(Invariants.in(wallet)).isEmpty();
  }

  @Test
  void whatAHoldGivesBackWhenItExpiresPaysDebtFirst() {
    Wallet wallet = newWallet();
    var given =
        wallet(wallet, grant("a", "10"))
            .after(at(1), hold("r1", "4"))
            .after(at(2), hold("r2", "6"), commit("r1", "11"));
    var then = given.when(hold("r3", "0"), at(2 + TTL));
    assertThat(entries(then)).containsExactly("debt_repaid a -6");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 1");
  }

  @Test
  void whatGoesBackToAGrantThatHasEndedPaysNoDebt() {
    Wallet wallet = newWallet();
    var given =
        wallet(wallet, grant("a", "2").until(at(10)))
            .after(at(1), hold("r1", "1"), hold("r2", "1"), commit("r1", "2"));
    var then = given.when(release("r2"), at(11));
    assertThat(entries(then)).containsExactly("expire a -1");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 1");
  }

  /** Whoever paid is given back to when what left the debt is refunded. */
  @Test
  void whatAReleasePaidGoesBackWithARefund() {
    Wallet wallet = newWallet();
    var given =
        wallet(wallet, grant("a", "6"), grant("b", "4"))
            .after(at(1), hold("r1", "6"), hold("r2", "4"));
    var charged = given.when(commit("r1", "9"), at(2));
    given.after(at(3), release("r2"));
    assertThat(figures(wallet)).isEqualTo("balance 1, held 0, debt 0");
    var back = given.when(refund(given, chargeOf(charged), "4"), at(4));
    assertThat(entries(back)).containsExactly("refund b 3", "refund a 1");
    assertThat(Invariants.in(wallet)).isEmpty();
  }

  /**
   * Looked for one by one among each other, so many grants would take minutes, even on a quiet
   * machine.
   */
  @Test
  @Timeout(120)
  void anExcessOverVeryManyGrantsIsChargedOnTime() {
    int grants = 100_000;
    WalletWords.Wording[] each = new WalletWords.Wording[grants];
    for (int i = 0; i < grants; i++) {
      each[i] = grant("g%06d".formatted(i), "1");
    }
    var then = wallet(each).after(at(1), hold("r", "50000.5")).when(commit("r", "100000"), at(2));
    var postings = then.event(WalletEvent.Committed.class).transaction().postings();
    assertThat(postings).hasSize(grants);
    assertThat(postings).allSatisfy(it -> assertThat(it.amount()).isEqualTo(credits("-1")));
  }

  @Test
  void entriesOfACommitShareOneTransactionAndOneEntryAGrant() {
    var then =
        wallet(grant("a", "10"), grant("b", "5"))
            .after(at(1), hold("r", "8"))
            .when(commit("r", "12"), at(2));
    var committed = then.event(WalletEvent.Committed.class);
    assertThat(committed.transaction().postings()).hasSize(2);
    assertThat(committed.transaction().reservation()).isEqualTo("r");
    assertThat(committed.transaction().id()).isEqualTo("txn_main_3");
  }

  /** What goes back to a grant that was voided is an entry: each of these ends leaves one. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # ended by, actor,  key
          commit,     key2,   K2
          release,    key2,   K3
          cancel,     bursar, -
          expiry,     bursar, -
          """)
  void entriesOfTheEndSayWhoEndedItAndWithWhichKey(String end, String actor, String key) {
    WalletCommand asked =
        switch (end) {
          case "commit" -> new WalletCommand.Commit("r", credits("3"), null, actor, key);
          case "release" -> new WalletCommand.Release("r", actor, key);
          case "cancel" -> new WalletCommand.Cancel("r", null);
          default -> new WalletCommand.Wake();
        };
    var ended =
        wallet(grant("a", "10"))
            .after(at(1), holdFor("r", "8", "chat", "big"), voiding("a"))
            .when(asked, at(end.equals("expiry") ? 1 + TTL : 2));
    assertThat(chargeOf(ended).attribution())
        .returns("chat", Attribution::feature)
        .returns(end, Attribution::trigger)
        .returns(actor, Attribution::actor)
        .returns(key, Attribution::idempotencyKey);
  }

  @Test
  void whatIsNotUsedIsWhatWouldHaveBurnedLast() {
    Wallet wallet = newWallet();
    wallet(wallet, grant("a", "10"), grant("b", "5"), grant("c", "5"))
        .after(at(1), hold("r", "18"), commit("r", "11"));
    assertThat(wallet.grant("a").remaining()).isEqualTo(credits("0"));
    assertThat(wallet.grant("b").remaining()).isEqualTo(credits("4"));
    assertThat(wallet.grant("c").remaining()).isEqualTo(credits("5"));
  }

  @Test
  void aOneShotIsHeldAndChargedInOneStep() {
    Wallet wallet = newWallet();
    var then = wallet(wallet, grant("a", "10"), grant("b", "5")).when(charge("r", "12"), at(1));
    assertThat(entries(then)).containsExactly("consume a -10", "consume b -2");
    var ended = then.reply(WalletReply.Ended.class);
    assertThat(ended.amount()).isEqualTo(credits("12"));
    assertThat(figures(wallet))
        .isEqualTo("balance 3, held 0, debt 0")
        .isEqualTo(figures(ended.balance()));
    assertThat(wallet.nextDue()).isNull();
  }

  @Test
  void aOneShotIsNeverChargedInPartNorTwice() {
    var given = wallet(grant("a", "10"));
    given.when(charge("r", "10.000001"), at(1)).reply(WalletReply.NotHeld.class);
    given.after(at(2), charge("r", "10"));
    assertThat(given.when(charge("r", "10"), at(3)).outcome()).isInstanceOf(Outcome.Stored.class);
    given.when(commit("r", "1"), at(4)).thenRefused(RESERVATION_FINALIZED);
  }

  @Test
  void aLaterGrantPaysDebtFirst() {
    var given = wallet(grant("a", "10")).after(at(1), hold("r", "10"), commit("r", "14"));
    var then = given.when(grant("b", "3").add(), at(2));
    assertThat(entries(then)).containsExactly("grant b 3", "debt_repaid b -3");
    assertThat(then.reply(WalletReply.GrantAdded.class).grant().remaining())
        .isEqualTo(credits("0"));
    var rest = given.when(grant("c", "3").add(), at(3));
    assertThat(entries(rest)).containsExactly("grant c 3", "debt_repaid c -1");
    assertThat(rest.reply(WalletReply.GrantAdded.class).grant().remaining())
        .isEqualTo(credits("2"));
    assertThat(given.when(hold("r2", "2"), at(4)).reply(WalletReply.Held.class)).isNotNull();
  }

  @Test
  void aLateCommitIsRecordedUntilTheGracePeriodEnds() {
    var given = wallet(grant("a", "15")).after(at(0), hold("r", "8", OveragePolicy.REJECT));
    given.after(at(TTL), new WalletCommand.Wake());
    var then = given.when(commit("r", "9"), at(TTL).plus(GRACE).minusNanos(1_000));
    assertThat(entries(then)).containsExactly("late_usage a -9");
    assertThat(then.reply(WalletReply.Ended.class).late()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # held by another, entries
          9,                 late_usage a -6;debt 2
          15,                debt 8
          7,                 late_usage a -8
          """)
  void lateUsageDrawsWhatIsAvailableAndOwesTheRest(String held, String lines) {
    var given = wallet(grant("a", "15")).after(at(0), hold("r", "8", OveragePolicy.CAP));
    given.after(at(TTL), hold("other", held));
    assertThat(String.join(";", entries(given.when(commit("r", "8"), at(TTL + 1)))))
        .isEqualTo(lines);
  }

  @Test
  void afterTheGracePeriodItIsTooLate() {
    var given = wallet(grant("a", "15")).after(at(0), hold("r", "8"));
    given.after(at(TTL), new WalletCommand.Wake());
    given.when(commit("r", "8"), at(TTL).plus(GRACE)).thenRefused(RESERVATION_EXPIRED);
  }

  @Test
  void aLateCommitIsTakenOnce() {
    var given = wallet(grant("a", "15")).after(at(0), hold("r", "8"));
    given.after(at(TTL + 1), commit("r", "8"));
    given.when(commit("r", "8"), at(TTL + 2)).thenRefused(RESERVATION_FINALIZED);
  }

  @Test
  void usageIsPricedAtTheHoldsOwnPriceAndRoundedOnce() {
    var ask = hold("r", "8", RECORD, price("tokens", "0.0000015"), who(null, null));
    var given = wallet(grant("a", "15")).after(at(0), ask);
    var then = given.when(commitUsage("r", Map.of("tokens", 3L)), at(1));
    assertThat(entries(then)).containsExactly("consume a -0.000005");
  }

  @Test
  void usageNeedsAPriceForEachMeter() {
    var priced = hold("r", "8", RECORD, price("tokens", "1"), who(null, null));
    wallet(grant("a", "15"))
        .after(at(0), priced)
        .when(commitUsage("r", Map.of("images", 1L)), at(1))
        .thenRefused(INVALID, "usage");
    wallet(grant("a", "15"))
        .after(at(0), hold("r", "8"))
        .when(commitUsage("r", Map.of("tokens", 1L)), at(1))
        .thenRefused(INVALID, "usage");
  }

  @ParameterizedTest
  @CsvSource({"9223372036855", "9223372036854775807"})
  void whatCannotBeCountedIsRefused(long units) {
    var ask = hold("r", "8", RECORD, price("tokens", "1"), who(null, null));
    wallet(grant("a", "15"))
        .after(at(0), ask)
        .when(commitUsage("r", Map.of("tokens", units)), at(1))
        .thenRefused(AMOUNT_OVERFLOW, "usage");
  }

  @Test
  void debtThatCannotBeCountedIsRefusedAndTheReservationStaysOpen() {
    var given = wallet().after(at(0), hold("r1", "0"), hold("r2", "0"));
    given.after(at(1), commit("r1", "9223372036854.775807"));
    given.when(commit("r2", "0.000001"), at(2)).thenRefused(Refusal.Code.AMOUNT_OVERFLOW);
    given.when(commit("r2", "0"), at(3)).reply(WalletReply.Ended.class);
  }
}
