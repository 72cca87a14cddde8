package dev.bursar.domain.wallet;

import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.EXCEEDS_AVAILABLE;
import static dev.bursar.domain.operation.Refusal.Code.GRANT_EXISTS;
import static dev.bursar.domain.operation.Refusal.Code.INVALID;
import static dev.bursar.domain.operation.Refusal.Code.LIMIT_REACHED;
import static dev.bursar.domain.operation.Refusal.Code.TRANSFER_RETURNED;
import static dev.bursar.domain.operation.Refusal.Code.WALLET_IN_DEBT;
import static dev.bursar.domain.operation.Refusal.Code.WALLET_NOT_FOUND;
import static dev.bursar.domain.wallet.WalletWords.GRACE;
import static dev.bursar.domain.wallet.WalletWords.START;
import static dev.bursar.domain.wallet.WalletWords.adjust;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.entries;
import static dev.bursar.domain.wallet.WalletWords.figures;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.transferIn;
import static dev.bursar.domain.wallet.WalletWords.transferOut;
import static dev.bursar.domain.wallet.WalletWords.voiding;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Place;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How credits go from one wallet of an org to another. */
final class TransferTest {

  private static final WalletCommand WAKE = new WalletCommand.Wake();

  private final Wallet wallet = newWallet();
  private final Wallet other = new Wallet("acme", "research", GRACE, memory());
  private final Given<WalletCommand, WalletEvent, WalletReply> there = wallet(other);

  /** Two grants of 5, the first of which burns first. */
  private Given<WalletCommand, WalletEvent, WalletReply> two() {
    return wallet(
        wallet,
        grant("a", "5").priority(1).until(at(600)).only(Set.of("chat"), Set.of("big")).cost("10"),
        grant("b", "5").priority(2).category(Grant.Category.PLAN));
  }

  private static Transfer sent(Given.Then<WalletEvent, WalletReply> then) {
    return then.reply(WalletReply.Transferred.class).transfer();
  }

  private static WalletCommand.SettleTransfer settle(Transfer transfer) {
    return new WalletCommand.SettleTransfer(transfer.id());
  }

  private static WalletCommand.ReturnTransfer comeBack(Transfer transfer) {
    return new WalletCommand.ReturnTransfer(transfer.id());
  }

  private static List<Transfer> underWay(Given<WalletCommand, WalletEvent, WalletReply> given) {
    return given
        .when(new WalletCommand.ListTransfers(), at(9))
        .reply(WalletReply.TransferList.class)
        .transfers();
  }

  @Test
  void itLeavesInBurnOrderAndComesWithTheTermsOfItsGrants() {
    var given = two();
    var then = given.when(transferOut("research", "7"), at(1));
    assertThat(entries(then)).containsExactly("transfer_out a -5", "transfer_out b -2");
    assertThat(figures(wallet))
        .isEqualTo("balance 3, held 0, debt 0")
        .isEqualTo(figures(then.reply(WalletReply.Transferred.class).balance()));
    Transfer transfer = sent(then);
    assertThat(underWay(given)).containsExactly(transfer);
    String first = transfer.id() + "_1";
    String second = transfer.id() + "_2";
    assertThat(entries(there.when(transferIn(transfer), at(2))))
        .containsExactly("transfer_in " + first + " 5", "transfer_in " + second + " 2");
    assertThat(figures(other)).isEqualTo("balance 7, held 0, debt 0");
    assertThat(other.grant(first).grant())
        .returns(1, Grant::priority)
        .returns(at(600), Grant::expiresAt)
        .returns(Set.of("chat"), Grant::features)
        .returns(Set.of("big"), Grant::models)
        .returns(new Money(credits("10"), "EUR"), Grant::costBasis);
    assertThat(other.grant(second).grant())
        .returns(Grant.Category.PLAN, Grant::category)
        .returns(null, Grant::expiresAt)
        .returns(null, Grant::costBasis);
  }

  @Test
  void itComesOnceAndIsSettledOnce() {
    var given = two();
    Transfer transfer = sent(given.when(transferOut("research", "7"), at(1)));
    there.after(at(2), transferIn(transfer));
    there.when(transferIn(transfer), at(3)).thenTold(new WalletReply.TransferTaken(transfer.id()));
    given.when(settle(transfer), at(4)).then(new WalletEvent.TransferSettled(at(4), transfer.id()));
    var ended = new WalletReply.TransferEnded(transfer.id());
    given.when(settle(transfer), at(5)).thenTold(ended);
    given.when(comeBack(transfer), at(6)).thenTold(ended);
    assertThat(underWay(given)).isEmpty();
    assertThat(figures(wallet)).isEqualTo("balance 3, held 0, debt 0");
  }

  @Test
  void itIsKnownAgainWhenItsGrantsAreUsedUpOrOver() {
    Transfer transfer = sent(two().when(transferOut("research", "5"), at(1)));
    there.after(at(2), transferIn(transfer), voiding(transfer.id() + "_1"));
    there.when(transferIn(transfer), at(3)).thenTold(new WalletReply.TransferTaken(transfer.id()));
  }

  @Test
  void itComesBackInReverseOrderToWhereItCameFrom() {
    var given = two();
    Transfer transfer = sent(given.when(transferOut("research", "7"), at(1)));
    assertThat(entries(given.when(comeBack(transfer), at(2))))
        .containsExactly("transfer_in b 2", "transfer_in a 5");
    var ended = new WalletReply.TransferEnded(transfer.id());
    given.when(comeBack(transfer), at(3)).thenTold(ended);
    given.when(settle(transfer), at(3)).thenTold(ended);
    assertThat(figures(wallet)).isEqualTo("balance 10, held 0, debt 0");
  }

  /** Who carries the credits, and who is first, makes no difference to the ledger. */
  @Test
  void itsEntriesSayWhoAskedForIt() {
    var given = two();
    byte[] salt = {7, 1, 7, 2, 7, 3, 7, 4, 7, 5, 7, 6, 7, 7, 7, 8};
    Attribution asked =
        new Attribution(
            "transfer", "key_9", Subject.ofOrg("acme"), null, null, null, "K9", Map.of(), salt);
    var left =
        given.when(
            new WalletCommand.TransferOut("research", WalletWords.CREDITS, credits("7"), asked),
            at(1));
    Attribution come =
        there
            .when(transferIn(sent(left)), at(2))
            .event(WalletEvent.TransferredIn.class)
            .transaction()
            .attribution();
    assertThat(come.trigger()).isEqualTo("transfer");
    assertThat(come.actor()).isEqualTo("key_9");
    assertThat(come.idempotencyKey()).isEqualTo("K9");
    assertThat(come.salt()).isEqualTo(salt);
    assertThat(come.metadata())
        .isEqualTo(Map.of("transfer", sent(left).id(), "from_wallet", "main"));
    var back = given.when(comeBack(sent(left)), at(3)).event(WalletEvent.TransferReturned.class);
    assertThat(back.transaction().attribution())
        .returns("transfer_returned", Attribution::trigger)
        .returns(Attribution.SELF, Attribution::actor)
        .returns(salt, Attribution::salt);
  }

  @Test
  void oneThatLeftBeforeTransfersToldWhoAskedComesByItself() {
    Transfer told = sent(two().when(transferOut("research", "7"), at(1)));
    Transfer untold =
        new Transfer(
            told.id(),
            told.from(),
            told.to(),
            told.creditType(),
            told.amount(),
            told.draws(),
            told.grants(),
            null);
    var come = there.when(transferIn(untold), at(2)).event(WalletEvent.TransferredIn.class);
    assertThat(come.transaction().attribution())
        .returns("transfer", Attribution::trigger)
        .returns(Attribution.SELF, Attribution::actor);
  }

  @Test
  void whatComesBackNamesTheTransactionThatItCorrects() {
    var given = two();
    var left = given.when(transferOut("research", "7"), at(1));
    String transaction = left.reply(WalletReply.Transferred.class).transaction().id();
    given.after(at(2), WAKE);
    var back = given.when(comeBack(sent(left)), at(3)).event(WalletEvent.TransferReturned.class);
    assertThat(back.transaction().corrects()).isEqualTo(transaction);
    assertThat(back.transaction().attribution().metadata())
        .containsEntry("transfer", sent(left).id())
        .containsEntry("to_wallet", "research");
  }

  @Test
  void aWalletKeepsNothingOfATransferThatHasEnded() {
    var given = wallet(wallet, grant("a", "9000"));
    given.after(at(1), settle(sent(given.when(transferOut("research", "1"), at(1)))));
    int before = wallet.snapshot().toString().length();
    for (int i = 0; i < 100; i++) {
      Transfer done = sent(given.when(transferOut("research", "1"), at(2)));
      Transfer returned = sent(given.when(transferOut("research", "1"), at(2)));
      assertThat(wallet.snapshot().transfers()).hasSize(2);
      given.after(at(2), settle(done), comeBack(returned));
    }
    assertThat(wallet.snapshot().transfers()).isEmpty();
    assertThat(wallet.snapshot().toString().length()).isLessThan(before + 200);
  }

  @Test
  void oneThatIsOnItsWayComesBackAfterARestartAsBefore() {
    var given = two();
    var left = given.when(transferOut("research", "7"), at(1));
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    var restored = Given.nothing(new WalletAggregate(copy), memory());
    assertThat(underWay(restored)).containsExactly(sent(left));
    var back = restored.when(comeBack(sent(left)), at(9)).event(WalletEvent.TransferReturned.class);
    assertThat(back.transaction().corrects())
        .isEqualTo(left.reply(WalletReply.Transferred.class).transaction().id());
  }

  @Test
  void itsNameTellsByWhichEntryItLeft() {
    var left = two().when(transferOut("research", "7"), at(1));
    byte[] hash = left.reply(WalletReply.Transferred.class).transaction().lastHash();
    assertThat(Transfer.hashOf(sent(left).id()).orElseThrow()).isEqualTo(Arrays.copyOf(hash, 12));
    for (String none :
        List.of("", "trf_", "trf_x", sent(left).id() + "0", "trf_0F6F3F0D2C114C559D1B77AA")) {
      assertThat(Transfer.hashOf(none)).as(none).isEmpty();
    }
  }

  @Test
  void whatComesBackToAGrantThatHasEndedEndsAtOnce() {
    var given = two();
    Transfer transfer = sent(given.when(transferOut("research", "7"), at(1)));
    given.after(at(2), voiding("b")).after(at(600), WAKE);
    assertThat(entries(given.when(comeBack(transfer), at(601))))
        .containsExactly("transfer_in b 2", "void b -2", "transfer_in a 5", "expire a -5");
    assertThat(figures(wallet)).isEqualTo("balance 0, held 0, debt 0");
  }

  @Test
  void whatComesBackPaysDebtFirst() {
    var given = wallet(wallet, grant("a", "5")).after(at(1), hold("r", "2"));
    Transfer transfer = sent(given.when(transferOut("research", "3"), at(2)));
    given.after(at(3), commit("r", "4"));
    assertThat(entries(given.when(comeBack(transfer), at(4))))
        .containsExactly("transfer_in a 3", "debt_repaid a -2");
  }

  @Test
  void whatHasExpiredOnItsWayExpiresAsItComes() {
    var given = two();
    Transfer transfer = sent(given.when(transferOut("research", "7"), at(1)));
    there.after(at(2), hold("r", "0"), commit("r", "3"));
    String first = transfer.id() + "_1";
    String second = transfer.id() + "_2";
    assertThat(entries(there.when(transferIn(transfer), at(600))))
        .containsExactly(
            "transfer_in " + first + " 5",
            "expire " + first + " -5",
            "transfer_in " + second + " 2",
            "debt_repaid " + second + " -2");
    assertThat(figures(other)).isEqualTo("balance 0, held 0, debt 1");
    assertThat(other.nextDue()).isNull();
    assertThat(other.grant(first).isEnded()).isTrue();
  }

  @Test
  void whatComesInTimeExpiresWhenItWouldHave() {
    Transfer transfer = sent(two().when(transferOut("research", "5"), at(1)));
    there.after(at(599), transferIn(transfer));
    assertThat(entries(there.when(WAKE, at(700))))
        .containsExactly("expire " + transfer.id() + "_1 -5");
  }

  @Test
  void noMoreLeavesThanIsAvailableAndNothingFromAWalletInDebt() {
    var given = two().after(at(1), hold("r", "4"));
    given.when(transferOut("research", "6.000001"), at(2)).thenRefused(EXCEEDS_AVAILABLE, "amount");
    given.when(transferOut("research", "0"), at(2)).thenRefused(INVALID, "amount");
    given.when(transferOut("research", "-1"), at(2)).thenRefused(INVALID, "amount");
    given.when(transferOut("main", "1"), at(2)).thenRefused(INVALID, "to_wallet");
    given.after(at(3), commit("r", "6"));
    given.when(transferOut("research", "1"), at(4)).thenRefused(WALLET_IN_DEBT);
  }

  @Test
  void aWalletThatIsNotOpenTakesNothing() {
    Transfer transfer = sent(two().when(transferOut("research", "5"), at(1)));
    var unopened = Given.nothing(new WalletAggregate(newWallet()), memory());
    unopened.when(transferIn(transfer), START).thenRefused(WALLET_NOT_FOUND);
  }

  @Test
  void aNameThatAnotherGrantHasIsNotTheTransfer() {
    Transfer transfer = sent(two().when(transferOut("research", "7"), at(1)));
    there.after(at(1), grant(transfer.id() + "_1", "1").add());
    there.when(transferIn(transfer), at(2)).thenRefused(GRANT_EXISTS, "id");
  }

  @Test
  void whatCannotBeCountedIsNotTaken() {
    Transfer transfer = sent(two().when(transferOut("research", "5"), at(1)));
    there.after(at(1), grant("x", "9223372036854.775807").from(at(90)).add());
    there.when(transferIn(transfer), at(2)).thenRefused(AMOUNT_OVERFLOW, "amount");
  }

  @Test
  void aWalletHasRoomForSoManyGrants() {
    var given = two();
    Transfer one = sent(given.when(transferOut("research", "5"), at(1)));
    Transfer another = sent(given.when(transferOut("research", "3"), at(2)));
    Grant grant = one.grants().getFirst();
    for (int i = 1; i < GrantRules.GRANTS_MAX; i++) {
      Grant like = GrantRules.like(grant, "g" + i, credits("1"), null, null, at(900), null, at(0));
      other.apply(new WalletEvent.GrantScheduled(at(0), like, one.attribution()), new Place(i, 0));
    }
    there.after(at(4), transferIn(one));
    there.when(transferIn(another), at(5)).thenRefused(LIMIT_REACHED);
    there.when(grant("x", "1").add(), at(5)).thenRefused(LIMIT_REACHED);
    there.when(adjust("x", "1"), at(5)).thenRefused(LIMIT_REACHED);
  }

  @Test
  void whatIsUnderWayKeepsItsRoomToComeBack() {
    var given = wallet(wallet, grant("a", "9223372036854.775807"));
    Transfer transfer = sent(given.when(transferOut("research", "5"), at(1)));
    given.when(grant("b", "0.000001").add(), at(2)).thenRefused(AMOUNT_OVERFLOW, "amount");
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    Given.nothing(new WalletAggregate(copy), memory())
        .when(grant("b", "0.000001").add(), at(2))
        .thenRefused(AMOUNT_OVERFLOW, "amount");
    given.after(at(3), comeBack(transfer));
    assertThat(figures(wallet)).isEqualTo("balance 9223372036854.775807, held 0, debt 0");
  }

  @Test
  void onceSettledItLeavesItsRoomToOthers() {
    var given = wallet(wallet, grant("a", "9223372036854.775807"));
    Transfer transfer = sent(given.when(transferOut("research", "5"), at(1)));
    given.after(at(2), settle(transfer), grant("b", "5").add());
    given.when(grant("c", "0.000001").add(), at(3)).thenRefused(AMOUNT_OVERFLOW, "amount");
  }

  @Test
  void twoTransfersHaveTwoNames() {
    var given = two();
    Transfer one = sent(given.when(transferOut("research", "1"), at(1)));
    Transfer two = sent(given.when(transferOut("research", "1"), at(1)));
    assertThat(one.id()).isNotEqualTo(two.id());
    assertThat(underWay(given)).containsExactly(one, two);
  }

  @Test
  void whatIsUnderWayIsInTheSnapshot() {
    var given = two();
    Transfer transfer = sent(given.when(transferOut("research", "7"), at(1)));
    Wallet copy = newWallet();
    copy.restore(wallet.snapshot());
    assertThat(
            entries(
                Given.nothing(new WalletAggregate(copy), memory()).when(comeBack(transfer), at(2))))
        .containsExactly("transfer_in b 2", "transfer_in a 5");
  }

  /** Whoever carries it may have stopped: the wallet wants to be woken until it has arrived. */
  @Test
  void aTransferOnItsWayIsLookedAfter() {
    var given = two();
    Transfer transfer = sent(given.when(transferOut("research", "1"), at(1)));
    assertThat(wallet.nextDue()).isEqualTo(at(61));
    given.after(at(2), settle(transfer));
    assertThat(wallet.nextDue()).isEqualTo(at(600));
  }

  /** Once it was told that the credits won't be taken, they may be back where they came from. */
  @Test
  void aWalletThatIsOpenedLaterDoesNotTakeWhatItBarred() {
    Transfer transfer = sent(two().when(transferOut("research", "7"), at(1)));
    Wallet later = new Wallet("acme", "research", GRACE, memory());
    var unopened = Given.nothing(new WalletAggregate(later), memory());
    unopened.when(transferIn(transfer), at(2)).thenRefused(WALLET_NOT_FOUND);
    unopened
        .when(new WalletCommand.BarTransfer(transfer), at(3))
        .then(new WalletEvent.TransferBarred(at(3), transfer.id()));
    unopened.after(at(4), new WalletCommand.Open(WalletOwner.ORG));
    unopened.when(transferIn(transfer), at(5)).thenRefused(TRANSFER_RETURNED);
    assertThat(later.balances()).isEmpty();
  }

  /** It was refused and has gone back; a message that was sent twice comes only now. */
  @Test
  void whatWasBarredIsNeverTaken() {
    Transfer transfer = sent(two().when(transferOut("research", "7"), at(1)));
    WalletCommand bar = new WalletCommand.BarTransfer(transfer);
    there.after(at(2), bar);
    there.when(bar, at(3)).thenTold(new WalletReply.TransferBarred(transfer.id()));
    there.when(transferIn(transfer), at(4)).thenRefused(TRANSFER_RETURNED);
    assertThat(other.balances()).isEmpty();
  }

  @Test
  void whatWasTakenIsNotBarred() {
    Transfer transfer = sent(two().when(transferOut("research", "7"), at(1)));
    there.after(at(2), transferIn(transfer));
    there
        .when(new WalletCommand.BarTransfer(transfer), at(3))
        .thenTold(new WalletReply.TransferTaken(transfer.id()));
  }
}
