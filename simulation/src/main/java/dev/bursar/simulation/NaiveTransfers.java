package dev.bursar.simulation;

import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaivePots.Part;
import dev.bursar.simulation.NaivePots.Pot;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What has left a wallet for another, has come from another, and has gone back; in millionths. */
final class NaiveTransfers {

  private final String name;
  private final Watch watch;
  private final Function<String, NaiveBooks> all;
  private final Map<String, Transfer> left = new HashMap<>();
  final Map<String, BigInteger> sent = new HashMap<>();
  final Map<String, BigInteger> taken = new HashMap<>();
  final Map<String, BigInteger> returned = new HashMap<>();
  private final Set<String> settled = new HashSet<>();

  NaiveTransfers(String name, Watch watch, Function<String, NaiveBooks> all) {
    this.name = name;
    this.watch = watch;
    this.all = all;
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  void out(WalletEvent.TransferredOut event) {
    Transfer transfer = event.transfer();
    BigInteger amount = NaiveWallet.micros(transfer.amount().micros());
    NaiveBooks books = all.apply(transfer.creditType());
    expect(
        books.debt().signum() == 0,
        "model",
        "%s leaves a wallet that owes %s itself",
        transfer.id(),
        books.debt());
    books.entered(event.transaction(), transfer.amount().negated(), EntryType.TRANSFER_OUT);
    List<Part> draws = Part.of(transfer.draws());
    books.isBurnt(transfer.id(), amount, null, draws, event.at());
    books.isDrawn(
        transfer.id(), draws, NaiveBooks.entries(event.transaction(), EntryType.TRANSFER_OUT));
    List<String> terms = new ArrayList<>();
    for (Part part : draws) {
      Pot pot = books.pots.get(part.grant());
      terms.add(pot == null ? "" : terms(pot.grant, part.amount()));
    }
    List<String> become =
        transfer.grants().stream()
            .map(grant -> terms(grant, NaiveWallet.micros(grant.amount().micros())))
            .toList();
    expect(become.equals(terms), "model", "%s become %s of %s", transfer.id(), become, terms);
    isWorth(transfer, event.transaction());
    left.put(transfer.id(), transfer);
    expect(sent.put(transfer.id(), amount) == null, "I4", "%s leaves twice", transfer.id());
  }

  /** What a part has cost goes along with it, and no more. */
  private void isWorth(Transfer transfer, Transaction transaction) {
    List<Grant> come = transfer.grants();
    List<Posting> gone =
        transaction.postings().stream()
            .filter(each -> each.type() == EntryType.TRANSFER_OUT)
            .toList();
    for (int part = 0; part < gone.size(); part++) {
      Money worth = gone.get(part).value();
      Money cost = come.get(part).costBasis();
      expect(
          worth == null
              ? cost == null
              : cost != null && cost.amount().equals(worth.amount().negated()),
          "I1",
          "%s takes %s along, and was worth %s",
          transfer.id(),
          cost,
          worth);
    }
  }

  /** What stays as it is when a part of a grant is moved. */
  private static String terms(Grant grant, BigInteger amount) {
    return "%s %s %d until %s for %s %s"
        .formatted(
            PlainWords.amount(amount),
            grant.category(),
            grant.priority(),
            grant.expiresAt(),
            new TreeSet<>(grant.features()),
            new TreeSet<>(grant.models()));
  }

  void in(WalletEvent.TransferredIn event) {
    Transfer transfer = event.transfer();
    NaiveBooks books = all.apply(transfer.creditType());
    transfer.grants().forEach(grant -> books.pots.add(grant, event.at()));
    books.entered(event.transaction(), transfer.amount(), EntryType.TRANSFER_IN);
    books.comes(event.transaction(), event.at());
    expect(
        taken.put(transfer.id(), NaiveWallet.micros(transfer.amount().micros())) == null,
        "I4",
        "%s comes twice",
        transfer.id());
    watch.saw(Rarity.TRANSFERRED);
  }

  /** Who has sent it knows that it has come. */
  void settled(WalletEvent.TransferSettled event) {
    expect(
        settled.add(event.transfer()) && !returned.containsKey(event.transfer()),
        "I4",
        "%s is settled, and was before, or has come back",
        event.transfer());
  }

  /** What has left is known to have come, or has come back. */
  void expectSettled() {
    for (String id : sent.keySet()) {
      expect(
          settled.contains(id) || returned.containsKey(id),
          "I4",
          "%s has left, and is still on its way",
          id);
    }
  }

  /** It goes back to the grants that it left, the last drawn first. */
  void back(WalletEvent.TransferReturned event) {
    String id = event.transfer();
    NaiveBooks books = all.apply(event.transaction().creditType());
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
