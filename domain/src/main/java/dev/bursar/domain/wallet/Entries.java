package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the entries of one transaction: next sequence, running figures, chained hashes. */
final class Entries {

  private final Wallet wallet;
  private final Transaction header;
  private final byte[] attributionDigest;
  private final List<Posting> postings = new ArrayList<>(2);
  private Credits balance;
  private Credits debt;
  private byte[] head;

  Entries(
      Wallet wallet,
      Purse purse,
      Instant at,
      @Nullable String reservation,
      Attribution attribution) {
    this.wallet = wallet;
    this.balance = purse.balance;
    this.debt = purse.debt;
    this.head = wallet.ledgerHead();
    this.header =
        new Transaction(
            "txn_" + wallet.name() + "_" + (wallet.ledgerSequence() + 1),
            at,
            purse.creditType,
            reservation,
            attribution,
            head,
            List.of());
    this.attributionDigest = CanonicalEntry.attributionDigest(attribution);
  }

  /** An entry on a grant: positive adds to it. */
  void onGrant(EntryType type, String grant, Credits amount) {
    if (amount.isZero()) {
      return;
    }
    balance = balance.plus(amount);
    if (type == EntryType.DEBT_REPAID) {
      debt = debt.plus(amount);
    }
    post(type, grant, amount);
  }

  /** What no grant covered. */
  void debt(Credits amount) {
    if (amount.isPositive()) {
      debt = debt.plus(amount);
      post(EntryType.DEBT, null, amount);
    }
  }

  private void post(EntryType type, @Nullable String grant, Credits amount) {
    long sequence = wallet.ledgerSequence() + postings.size() + 1;
    Posting unhashed = new Posting(sequence, type, amount, balance, debt, grant, head);
    byte[] canonical =
        CanonicalEntry.bytes(
            wallet.org(), wallet.name(), header, unhashed, attributionDigest, head);
    head = CanonicalEntry.sha256(canonical);
    postings.add(new Posting(sequence, type, amount, balance, debt, grant, head));
  }

  Transaction done() {
    return new Transaction(
        header.id(),
        header.postedAt(),
        header.creditType(),
        header.reservation(),
        header.attribution(),
        header.previousHash(),
        List.copyOf(postings));
  }

  /** The figures after these entries, with this much held. */
  Balance figures(Credits held) {
    return new Balance(header.creditType(), balance, held, debt);
  }
}
