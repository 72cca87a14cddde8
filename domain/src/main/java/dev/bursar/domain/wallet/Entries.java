package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the entries of one transaction: next sequence, running figures, chained hashes. */
final class Entries {

  private final Wallet wallet;
  private final Transaction header;
  private final byte[] attributionDigest;
  private final List<Posting> postings = new ArrayList<>(2);

  /** What is left of the grants that these entries are on. */
  private final Map<String, Credits> remaining = new HashMap<>(2);

  private Credits balance;
  private Credits debt;
  private byte[] head;

  /** Entries that a reservation causes, or nothing in particular. */
  Entries(
      Wallet wallet,
      Purse purse,
      Instant at,
      @Nullable String reservation,
      Attribution attribution) {
    this(wallet, purse, at, reservation, null, attribution);
  }

  /** Entries that correct what an earlier transaction did, if it is known which. */
  static Entries correcting(
      Wallet wallet, Purse purse, Instant at, @Nullable String corrects, Attribution attribution) {
    return new Entries(wallet, purse, at, null, corrects, attribution);
  }

  private Entries(
      Wallet wallet,
      Purse purse,
      Instant at,
      @Nullable String reservation,
      @Nullable String corrects,
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
            corrects,
            attribution,
            head,
            List.of());
    this.attributionDigest = CanonicalEntry.attributionDigest(attribution);
  }

  /** The name of the transaction. */
  String transaction() {
    return header.id();
  }

  /** The hash of the last entry so far. */
  byte[] head() {
    return head;
  }

  /** An entry on a grant that the wallet has: positive adds to it. */
  void onGrant(EntryType type, String grant, Credits amount) {
    on(wallet.grant(grant).grant, type, amount);
  }

  /**
   * An entry on a grant, which may be one that these entries bring in.
   *
   * @return what the amount is worth by the grant's cost basis, with its sign; null without one
   */
  @Nullable Credits on(Grant grant, EntryType type, Credits amount) {
    Credits before = left(grant);
    Credits worthBefore = grant.worth(before);
    Credits worthAfter = grant.worth(before.plus(amount));
    Credits worth =
        worthBefore == null || worthAfter == null ? null : worthAfter.minus(worthBefore);
    on(grant, type, amount, worth);
    return worth;
  }

  /** An entry on a grant that is worth this much, whatever its other credits are worth. */
  void on(Grant grant, EntryType type, Credits amount, @Nullable Credits worth) {
    if (amount.isZero()) {
      return;
    }
    remaining.put(grant.id(), left(grant).plus(amount));
    balance = balance.plus(amount);
    if (type == EntryType.DEBT_REPAID) {
      debt = debt.plus(amount);
    }
    Money cost = grant.costBasis();
    post(
        type,
        grant.id(),
        amount,
        cost == null || worth == null ? null : new Money(worth, cost.currency()));
  }

  /** What has come to a grant pays debt first. */
  void repay(Grant grant, Credits come) {
    on(grant, EntryType.DEBT_REPAID, debt.min(come).negated());
  }

  /** Credits come back to a grant that the wallet has: they end with it, or pay debt first. */
  void giveBack(EntryType type, String grant, Credits amount) {
    onGrant(type, grant, amount);
    free(grant, amount);
  }

  /** So much of a grant is free to be used, which it was not: it ends with it, or pays debt. */
  void free(String grant, Credits amount) {
    EntryType ended = wallet.grant(grant).ended;
    if (ended != null) {
      onGrant(ended, grant, amount.negated());
    } else {
      repay(wallet.grant(grant).grant, amount);
    }
  }

  private Credits left(Grant grant) {
    GrantState known = wallet.grants().get(grant.id());
    return remaining.getOrDefault(grant.id(), known == null ? Credits.ZERO : known.remaining());
  }

  /** What no grant covered; negative when it need not be paid after all. */
  void debt(Credits amount) {
    if (!amount.isZero()) {
      debt = debt.plus(amount);
      post(EntryType.DEBT, null, amount, null);
    }
  }

  private void post(EntryType type, @Nullable String grant, Credits amount, @Nullable Money value) {
    long sequence = wallet.ledgerSequence() + postings.size() + 1;
    Posting unhashed = new Posting(sequence, type, amount, balance, debt, grant, value, head);
    byte[] canonical =
        CanonicalEntry.bytes(
            wallet.org(), wallet.name(), header, unhashed, attributionDigest, head);
    head = CanonicalEntry.sha256(canonical);
    postings.add(new Posting(sequence, type, amount, balance, debt, grant, value, head));
  }

  Transaction done() {
    return new Transaction(
        header.id(),
        header.postedAt(),
        header.creditType(),
        header.reservation(),
        header.corrects(),
        header.attribution(),
        header.previousHash(),
        List.copyOf(postings));
  }

  /** The figures after these entries, with this much held. */
  Balance figures(Credits held) {
    return new Balance(header.creditType(), balance, held, debt);
  }
}
