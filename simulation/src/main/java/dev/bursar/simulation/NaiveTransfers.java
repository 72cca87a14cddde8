package dev.bursar.simulation;

import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaiveBooks.Part;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has left a wallet for another, has come from another, and has gone back; in millionths. */
final class NaiveTransfers {

  private final String name;
  private final Watch watch;
  private final NaiveBooks books;
  private final Map<String, Transfer> left = new HashMap<>();
  final Map<String, BigInteger> sent = new HashMap<>();
  final Map<String, BigInteger> taken = new HashMap<>();
  final Map<String, BigInteger> returned = new HashMap<>();

  NaiveTransfers(String name, Watch watch, NaiveBooks books) {
    this.name = name;
    this.watch = watch;
    this.books = books;
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  void out(WalletEvent.TransferredOut event) {
    Transfer transfer = event.transfer();
    BigInteger amount = NaiveWallet.micros(transfer.amount().micros());
    books.entered(event.transaction(), transfer.amount().negated(), EntryType.TRANSFER_OUT);
    List<Part> draws = Part.of(transfer.draws());
    books.isBurnt(transfer.id(), amount, draws, event.at());
    books.isDrawn(
        transfer.id(), draws, NaiveBooks.entries(event.transaction(), EntryType.TRANSFER_OUT));
    left.put(transfer.id(), transfer);
    expect(sent.put(transfer.id(), amount) == null, "I4", "%s leaves twice", transfer.id());
  }

  void in(WalletEvent.TransferredIn event) {
    Transfer transfer = event.transfer();
    transfer.grants().forEach(books::add);
    books.entered(event.transaction(), transfer.amount(), EntryType.TRANSFER_IN);
    books.comes(event.transaction(), event.at());
    expect(
        taken.put(transfer.id(), NaiveWallet.micros(transfer.amount().micros())) == null,
        "I4",
        "%s comes twice",
        transfer.id());
    watch.saw(Rarity.TRANSFERRED);
  }

  /** It goes back to the grants that it left, the last drawn first. */
  void back(WalletEvent.TransferReturned event) {
    String id = event.transfer();
    BigInteger back = NaiveBooks.sum(event.transaction(), EntryType.TRANSFER_IN);
    expect(
        back.equals(sent.get(id)),
        "I1",
        "%s left with %s, and %s goes back",
        sent.get(id),
        id,
        back);
    Transfer transfer = left.get(id);
    if (transfer != null) {
      books.isDrawn(
          id + " back",
          Part.of(transfer.draws()).reversed(),
          NaiveBooks.entries(event.transaction(), EntryType.TRANSFER_IN));
    }
    books.comes(event.transaction(), event.at());
    expect(returned.put(id, back) == null, "I4", "%s goes back twice", id);
    watch.saw(Rarity.TRANSFER_RETURNED);
  }
}
