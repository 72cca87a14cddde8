package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_EXISTS;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_VOIDED;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.OWNER_FIXED;
import static dev.bursar.domain.operation.Refusal.Code.WALLET_NOT_FOUND;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.draws;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How grants are added and start. */
final class GrantTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();

  @Test
  void aGrantIsAnEntryAndCounts() {
    Wallet wallet = newWallet();
    var then = wallet(wallet).when(grant("a", "10").add(), at(1));
    assertThat(entries(then)).containsExactly("grant a 10");
    assertThat(figures(wallet)).isEqualTo("balance 10, held 0, debt 0");
  }

  @Test
  void anIdIsUsedOnce() {
    wallet(grant("a", "1")).when(grant("a", "1").add(), at(1)).thenRefused(GRANT_EXISTS, "id");
    wallet(grant("a", "1").from(at(99)))
        .when(grant("a", "1").add(), at(1))
        .thenRefused(GRANT_EXISTS, "id");
    wallet(grant("a", "1"))
        .after(at(1), voiding("a"))
        .when(grant("a", "1").add(), at(2))
        .thenRefused(GRANT_EXISTS, "id");
  }

  @Test
  void aGrantEndsAfterThePresentAndAfterItsStart() {
    var given = wallet();
    given.when(grant("a", "1").until(at(5)).add(), at(5)).thenRefused(INVALID, "expires_at");
    given
        .when(grant("a", "1").from(at(9)).until(at(9)).add(), at(5))
        .thenRefused(INVALID, "expires_at");
    given
        .when(grant("a", "1").from(at(9)).until(at(8)).add(), at(5))
        .thenRefused(INVALID, "expires_at");
    given.after(at(5), grant("a", "1").until(at(5).plusNanos(1_000)).add());
  }

  /** The clock of the node that took the request may be ahead of the wallet's, or behind it. */
  @Test
  void aGrantThatNamesNoStartTakesEffectInTheWalletsPresent() {
    for (Instant elsewhere : List.of(at(1), at(3), Instant.EPOCH)) {
      Wallet wallet = newWallet();
      var add = grant("a", "10").from(elsewhere).every(Recurrence.Interval.DAY).add();
      var now = new WalletCommand.AddGrant(add.grant(), null, add.attribution(), true);
      var then = wallet(wallet).when(now, at(2));
      assertThat(then.reply(WalletReply.GrantAdded.class).grant().state()).isEqualTo("active");
      assertThat(wallet.grant("a").grant()).returns(at(2), Grant::effectiveAt);
      var anchored =
          new WalletCommand.AddGrant(add.grant(), add.recurrence(), add.attribution(), true);
      Wallet recurring = newWallet();
      wallet(recurring).after(at(2), anchored);
      assertThat(recurring.grant("a").grant().recurrence()).returns(at(2), Recurrence::anchor);
    }
  }

  @Test
  void aGrantTakesEffectExactlyAtItsStart() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").from(at(60)));
    assertThat(given.when(hold("r", "1"), at(60).minusNanos(1_000)).events()).isEmpty();
    assertThat(wallet.balances()).isEmpty();
    var then = given.when(hold("r", "10"), at(60));
    assertThat(entries(then)).containsExactly("grant a 10");
    assertThat(draws(then)).containsExactly("a 10");
  }

  @Test
  void aScheduledGrantIsDatedAtItsStartHoweverLateItIsNoticed() {
    var then = wallet(grant("a", "10").from(at(60))).when(WAKE, at(7_000));
    assertThat(then.event(WalletEvent.Granted.class).at()).isEqualTo(at(60));
  }

  @Test
  void aScheduledGrantPaysDebtWhenItStarts() {
    var given =
        wallet(grant("a", "10").from(at(60))).after(at(1), hold("r", "0"), commit("r", "4"));
    assertThat(entries(given.when(WAKE, at(60)))).containsExactly("grant a 10", "debt_repaid a -4");
  }

  @Test
  void aScheduledGrantThatIsVoidedNeverCounts() {
    Wallet wallet = newWallet();
    var given = wallet(wallet, grant("a", "10").from(at(60))).after(at(1), voiding("a"));
    assertThat(given.when(WAKE, at(60)).events()).isEmpty();
    given.when(voiding("a"), at(61)).thenRefused(GRANT_VOIDED, "grant");
    assertThat(wallet.ledgerSequence()).isZero();
    assertThat(wallet.grant("a").isVoided()).isTrue();
  }

  @Test
  void aBalanceThatCannotBeCountedIsRefused() {
    wallet(grant("a", "9223372036854.775807"))
        .when(grant("b", "0.000001").add(), at(1))
        .thenRefused(AMOUNT_OVERFLOW, "amount");
  }

  @Test
  void grantsToComeCountForWhatCanBeCounted() {
    wallet(grant("a", "9223372036854.775807").from(at(60)))
        .when(grant("b", "0.000001").add(), at(1))
        .thenRefused(AMOUNT_OVERFLOW, "amount");
    wallet(grant("a", "9223372036854.775807").from(at(60)))
        .after(at(1), voiding("a"))
        .after(at(2), grant("b", "9223372036854").from(at(70)).add())
        .after(at(71), WAKE, hold("r", "9223372036854"), commit("r", "9223372036854"))
        .after(at(72), grant("c", "9223372036854").add());
  }

  @Test
  void timeNeverGoesBack() {
    var given = wallet(grant("a", "10").until(at(60))).after(at(50), hold("r", "4"));
    var then = given.when(commit("r", "4"), at(10));
    assertThat(then.event(WalletEvent.Committed.class).at()).isEqualTo(at(50));
    given.after(at(100), hold("r2", "0"));
    assertThat(given.when(grant("b", "1").add(), at(1)).event(WalletEvent.Granted.class).at())
        .isEqualTo(at(100));
  }

  @Test
  void anOwnerIsFixed() {
    var given = wallet();
    given
        .when(new WalletCommand.Open(WalletOwner.ORG), at(1))
        .thenTold(new WalletReply.Opened(WalletOwner.ORG));
    given
        .when(new WalletCommand.Open(new WalletOwner("research")), at(1))
        .thenRefused(OWNER_FIXED, "owner");
  }

  @Test
  void aWalletThatIsNotOpenTakesNoGrants() {
    var given = Given.nothing(new WalletAggregate(newWallet()), memory());
    given.when(grant("a", "1").add(), at(1)).thenRefused(WALLET_NOT_FOUND);
    given.when(new WalletCommand.View(), at(1)).thenRefused(WALLET_NOT_FOUND);
    given.when(WAKE, at(1)).thenTold(new WalletReply.Woken(null));
  }

  @Test
  void grantsAreListedInBurnOrderThenThoseToComeThenThosePast() {
    var given =
        wallet(
                grant("past", "1").until(at(5)),
                grant("late", "1").priority(60),
                grant("soon", "1").priority(40),
                grant("next", "2").from(at(99)))
            .after(at(6), hold("r", "1"));
    assertThat(ids(given.when(new WalletCommand.ListGrants(null, 9), at(7))))
        .containsExactly("soon active", "late active", "next scheduled", "past expired");
    assertThat(
            ids(
                given.when(
                    new WalletCommand.ListGrants(new GrantPlace("active", "soon"), 2), at(7))))
        .containsExactly("late active", "next scheduled");
  }

  @Test
  void pagesTakenTogetherAreTheWholeList() {
    var given = wallet();
    for (int i = 0; i < 12; i++) {
      var grant = grant("g" + i, "1").priority(i * 7 % 5);
      given.after(
          at(1), (i % 3 == 0 ? grant.from(at(99)) : i % 3 == 1 ? grant.until(at(5)) : grant).add());
    }
    given.after(at(6), new WalletCommand.Wake(), voiding("g3"));
    List<String> whole = ids(given.when(new WalletCommand.ListGrants(null, 99), at(7)));
    assertThat(whole).hasSize(12);
    for (int size = 1; size <= 12; size++) {
      List<String> all = new ArrayList<>();
      GrantPlace after = null;
      for (boolean more = true; more; ) {
        var then = given.when(new WalletCommand.ListGrants(after, size), at(7));
        var page = then.reply(WalletReply.Grants.class);
        all.addAll(ids(then));
        after = placeOf(page.grants().getLast());
        more = page.hasMore();
      }
      assertThat(all).isEqualTo(whole);
    }
  }

  private static GrantPlace placeOf(WalletReply.GrantView view) {
    return new GrantPlace(view.state(), view.grant().id());
  }

  /** The next page begins where the last grant was, wherever it is by now. */
  @Test
  void noGrantIsLeftOutWhenTheLastOfAPageEnds() {
    var given =
        wallet(
            grant("a", "1").priority(1).until(at(60)),
            grant("b", "1").priority(2),
            grant("c", "1").priority(3),
            grant("d", "1").priority(4).from(at(70)),
            grant("e", "1").priority(5).from(at(90)));
    var first = given.when(new WalletCommand.ListGrants(null, 1), at(7));
    assertThat(ids(first)).containsExactly("a active");
    GrantPlace ended = placeOf(first.reply(WalletReply.Grants.class).grants().getLast());
    assertThat(ids(given.when(new WalletCommand.ListGrants(ended, 2), at(60))))
        .containsExactly("b active", "c active");
    assertThat(ids(given.when(new WalletCommand.ListGrants(ended, 9), at(61))))
        .containsExactly("b active", "c active", "d scheduled", "e scheduled", "a expired");
    GrantPlace started = new GrantPlace("scheduled", "d");
    assertThat(ids(given.when(new WalletCommand.ListGrants(started, 9), at(70))))
        .containsExactly("e scheduled", "a expired");
  }

  @Test
  void theNextExpiryIsThatOfAGrantWithSomethingLeft() {
    Wallet wallet = newWallet();
    var given =
        wallet(
            wallet,
            grant("a", "1").until(at(60)),
            grant("b", "1").until(at(70)),
            grant("c", "1").until(at(80)).from(at(50)));
    assertThat(wallet.nextExpiry()).isEqualTo(at(60));
    given.after(at(1), WalletWords.charge("r", "1"));
    assertThat(wallet.nextExpiry()).isEqualTo(at(70));
    given.after(at(2), voiding("b"));
    assertThat(wallet.nextExpiry()).isNull();
    given.after(at(50), WAKE);
    assertThat(wallet.nextExpiry()).isEqualTo(at(80));
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    assertThat(copy.nextExpiry()).isEqualTo(at(80));
    given.after(at(80), WAKE);
    assertThat(wallet.nextExpiry()).isNull();
  }

  private static List<String> ids(Given.Then<WalletEvent, WalletReply> then) {
    return then.reply(WalletReply.Grants.class).grants().stream()
        .map(each -> each.grant().id() + " " + each.state())
        .toList();
  }
}
