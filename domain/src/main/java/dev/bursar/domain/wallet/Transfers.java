package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Transfers between wallets of one org. They leave the one wallet and are on their way, durably,
 * until the other has them; whoever repeats a step changes nothing. A wallet knows a transfer that
 * it has taken by the grants that it became, which it keeps for ever.
 */
final class Transfers {

  private final Wallet wallet;
  private final GrantRules grants;

  Transfers(Wallet wallet, GrantRules grants) {
    this.wallet = wallet;
    this.grants = grants;
  }

  Decision<WalletEvent, WalletReply> out(WalletCommand.TransferOut ask, Instant now) {
    if (ask.to().equals(wallet.name())) {
      return new Refused<>(
          new Refusal(Code.INVALID, "to_wallet", "is the wallet that the credits are to leave"));
    }
    if (!ask.amount().isPositive()) {
      return new Refused<>(Corrections.notPositive(ask.amount()));
    }
    Purse purse = wallet.purse(ask.creditType());
    if (purse.debt.isPositive()) {
      return new Refused<>(
          Refusal.of(
              Code.WALLET_IN_DEBT,
              "the wallet owes %s %s credits itself".formatted(purse.debt, purse.creditType)));
    }
    if (purse.available().compareTo(ask.amount()) < 0) {
      return new Refused<>(Corrections.exceeds(purse.available(), ask.amount(), ask.creditType()));
    }
    List<Draw> draws = purse.draw(ask.amount());
    Entries entries = new Entries(wallet, purse, now, null, ask.attribution());
    List<@Nullable Credits> worths = new ArrayList<>(draws.size());
    for (Draw draw : draws) {
      Grant from = wallet.grant(draw.grant()).grant;
      worths.add(entries.on(from, EntryType.TRANSFER_OUT, draw.amount().negated()));
    }
    String id = Transfer.idOf(entries.head());
    List<Grant> become = new ArrayList<>(draws.size());
    for (int i = 0; i < draws.size(); i++) {
      become.add(moved(draws.get(i), worths.get(i), Transfer.grantOf(id, i + 1), now));
    }
    return new Accepted<>(
        new WalletEvent.TransferredOut(
            now,
            new Transfer(
                id,
                wallet.name(),
                ask.to(),
                ask.creditType(),
                ask.amount(),
                draws,
                become,
                arrival(id, ask.attribution())),
            entries.done(),
            entries.figures(purse.held)));
  }

  /** It is made once: who carries the credits, and how often, makes no difference to the ledger. */
  private Attribution arrival(String id, Attribution asked) {
    return new Attribution(
        "transfer",
        asked.actor(),
        asked.subject(),
        null,
        null,
        null,
        asked.idempotencyKey(),
        Map.of("transfer", id, "from_wallet", wallet.name()),
        asked.salt());
  }

  private Attribution byItself(String trigger, Map<String, String> metadata, Transfer transfer) {
    return Attribution.byItself(trigger, wallet.org(), metadata, transfer.attribution());
  }

  /** A part of a grant, as the grant that it becomes elsewhere. */
  private Grant moved(Draw draw, @Nullable Credits worth, String id, Instant now) {
    Grant from = wallet.grant(draw.grant()).grant;
    Money cost = from.costBasis();
    return new Grant(
        id,
        from.creditType(),
        draw.amount(),
        from.category(),
        from.priority(),
        now,
        from.expiresAt(),
        from.features(),
        from.models(),
        cost == null || worth == null ? null : new Money(worth.negated(), cost.currency()),
        null,
        "transfer from " + wallet.name(),
        now);
  }

  Decision<WalletEvent, WalletReply> in(WalletCommand.TransferIn ask, Instant now) {
    Transfer transfer = ask.transfer();
    if (hasTaken(transfer)) {
      return new Told<>(new WalletReply.TransferTaken(transfer.id()));
    }
    if (wallet.hasBarred(transfer.id())) {
      return new Refused<>(
          Refusal.of(Code.TRANSFER_RETURNED, "the transfer was refused, and has gone back"));
    }
    for (Grant grant : transfer.grants()) {
      if (grants.isKnown(grant.id())) {
        return new Refused<>(GrantRules.exists(grant.id()));
      }
    }
    Refusal excess = grants.excess(transfer.grants().size());
    if (excess != null) {
      return new Refused<>(excess);
    }
    wallet.requireRoom(transfer.creditType(), transfer.amount());
    Purse purse = wallet.purse(transfer.creditType());
    Attribution asked = transfer.attribution();
    Attribution attribution =
        asked == null
            ? byItself(
                "transfer",
                Map.of("transfer", transfer.id(), "from_wallet", transfer.from()),
                transfer)
            : asked;
    Entries entries = new Entries(wallet, purse, now, null, attribution);
    for (Grant grant : transfer.grants()) {
      entries.on(grant, EntryType.TRANSFER_IN, grant.amount());
      if (grant.isOverAt(now)) {
        entries.on(grant, EntryType.EXPIRE, grant.amount().negated());
      } else {
        entries.repay(grant, grant.amount());
      }
    }
    return new Accepted<>(
        new WalletEvent.TransferredIn(now, transfer, entries.done(), entries.figures(purse.held)));
  }

  /** A wallet knows what it has taken by the grants that it became. */
  private boolean hasTaken(Transfer transfer) {
    GrantState first = wallet.grants().get(transfer.grants().getFirst().id());
    return first != null && first.grant.equals(transfer.grants().getFirst());
  }

  /** A message that was sent twice may still be on its way when what it carried has gone back. */
  Decision<WalletEvent, WalletReply> bar(WalletCommand.BarTransfer ask, Instant now) {
    String id = ask.transfer().id();
    if (hasTaken(ask.transfer())) {
      return new Told<>(new WalletReply.TransferTaken(id));
    }
    return wallet.hasBarred(id)
        ? new Told<>(new WalletReply.TransferBarred(id))
        : new Accepted<>(new WalletEvent.TransferBarred(now, id));
  }

  Decision<WalletEvent, WalletReply> settle(WalletCommand.SettleTransfer ask, Instant now) {
    return wallet.transfers().containsKey(ask.transfer())
        ? new Accepted<>(new WalletEvent.TransferSettled(now, ask.transfer()))
        : new Told<>(new WalletReply.TransferEnded(ask.transfer()));
  }

  Decision<WalletEvent, WalletReply> comeBack(WalletCommand.ReturnTransfer ask, Instant now) {
    WalletSnapshot.TransferPart sent = wallet.transfers().get(ask.transfer());
    if (sent == null) {
      return new Told<>(new WalletReply.TransferEnded(ask.transfer()));
    }
    Transfer transfer = sent.transfer();
    Purse purse = wallet.purse(transfer.creditType());
    Attribution self =
        byItself(
            "transfer_returned",
            Map.of("transfer", transfer.id(), "to_wallet", transfer.to()),
            transfer);
    Entries entries = Entries.correcting(wallet, purse, now, sent.transaction(), self);
    for (Draw draw : transfer.draws().reversed()) {
      entries.giveBack(EntryType.TRANSFER_IN, draw.grant(), draw.amount());
    }
    return new Accepted<>(
        new WalletEvent.TransferReturned(
            now, transfer.id(), entries.done(), entries.figures(purse.held)));
  }

  WalletReply list() {
    return new WalletReply.TransferList(
        wallet.transfers().values().stream().map(WalletSnapshot.TransferPart::transfer).toList());
  }
}
