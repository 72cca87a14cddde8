package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Wallet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/**
 * Follows a wallet's ledger through its events: every entry must follow on the one before, and be
 * in the read table as it is, and nothing else be there.
 */
final class LedgerVerification implements AutoCloseable {

  private final EntityId wallet;
  private final Findings findings;
  private final ResultIterator<Leaf> stored;
  private final DayVerification days;
  private final TurnVerification turns;
  private final TreeVerification tree;
  private final CorrectionVerification corrections;
  private final Invariants invariants;
  private @Nullable Leaf next;

  LedgerVerification(EntityId wallet, Snapshot snapshot, TreeVerification tree, Findings findings) {
    this.wallet = wallet;
    this.findings = findings;
    this.stored = snapshot.ledger(wallet);
    this.days = new DayVerification(wallet, snapshot, findings);
    this.turns = new TurnVerification(wallet, snapshot, findings);
    this.tree = tree;
    this.corrections = new CorrectionVerification(wallet, snapshot, findings);
    this.invariants = new Invariants(wallet.org(), wallet.name());
    advance();
  }

  private void advance() {
    next = stored.hasNext() ? stored.next() : null;
  }

  /**
   * The entries of an event.
   *
   * @param projected whether they are to be in the read table
   */
  void take(Transaction transaction, boolean projected) {
    if (projected) {
      corrections.take(transaction);
    }
    for (LedgerEntry entry : LedgerEntry.of(wallet.org(), wallet.name(), transaction)) {
      invariants.read(entry);
      OptionalLong leaf = tree.take(entry, projected);
      if (projected) {
        findings.entries++;
        days.take(entry);
        turns.take(entry);
        compare(entry, leaf);
      }
    }
  }

  private void compare(LedgerEntry expected, OptionalLong leaf) {
    long number = expected.posting().sequence();
    while (next != null && sequence(next) < number) {
      extra(next);
      advance();
    }
    if (next == null || sequence(next) > number) {
      findings.add(
          Discrepancy.Kind.LEDGER, wallet, "entry %d is not in the read table".formatted(number));
      return;
    }
    List<String> differences = new ArrayList<>(EntryFields.differences(expected, next.entry()));
    if (leaf.isPresent() && leaf.getAsLong() != next.leaf()) {
      differences.add("leaf is %d, should be %d".formatted(next.leaf(), leaf.getAsLong()));
    }
    if (!differences.isEmpty()) {
      findings.add(
          Discrepancy.Kind.LEDGER,
          wallet,
          "entry %d of the read table: %s".formatted(number, String.join("; ", differences)));
    }
    advance();
  }

  /** What is in the read table beyond the events. */
  void finish() {
    while (next != null) {
      extra(next);
      advance();
    }
    days.finish();
    turns.finish();
    corrections.finish();
  }

  private static long sequence(Leaf stored) {
    return stored.entry().posting().sequence();
  }

  private void extra(Leaf stored) {
    findings.add(
        Discrepancy.Kind.LEDGER,
        wallet,
        "entry %d of the read table is in no event".formatted(sequence(stored)));
  }

  /** What does not hold in the ledger, in the wallet, or between the two. */
  List<Violation> violations(Wallet wallet) {
    return invariants.with(wallet);
  }

  @Override
  public void close() {
    stored.close();
    turns.close();
  }
}
