package dev.bursar.projections.verify;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/**
 * Follows a wallet's ledger through its events: every entry must follow on the one before, and be
 * in the read table as it is, and nothing else be there.
 */
final class LedgerVerification implements AutoCloseable {

  private record Running(long balance, long debt) {}

  private final EntityId wallet;
  private final Findings findings;
  private final ResultIterator<Leaf> stored;
  private final DayVerification days;
  private final TreeVerification tree;
  private final Map<String, Running> running = new HashMap<>();
  private final Map<String, Credits> values = new HashMap<>();
  private long sequence;
  private byte[] head = CanonicalEntry.NO_HASH;
  private Instant postedAt = Instant.EPOCH;
  private @Nullable Leaf next;

  LedgerVerification(EntityId wallet, Snapshot snapshot, TreeVerification tree, Findings findings) {
    this.wallet = wallet;
    this.findings = findings;
    this.stored = snapshot.ledger(wallet);
    this.days = new DayVerification(wallet, snapshot, findings);
    this.tree = tree;
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
    if (transaction.postedAt().isBefore(postedAt)) {
      rule(sequence + 1, "it was posted before the entry before it");
    }
    postedAt = transaction.postedAt();
    for (LedgerEntry entry : LedgerEntry.of(wallet.org(), wallet.name(), transaction)) {
      follow(entry);
      OptionalLong leaf = tree.take(entry, projected);
      if (projected) {
        findings.entries++;
        days.take(entry);
        compare(entry, leaf);
      }
    }
  }

  private void follow(LedgerEntry entry) {
    Posting posting = entry.posting();
    long number = posting.sequence();
    if (number != sequence + 1) {
      rule(number, "it comes after entry " + sequence);
    }
    if (!Arrays.equals(entry.previousHash(), head)) {
      rule(number, "its previous hash is not the hash of the entry before it");
    }
    if (!Arrays.equals(CanonicalEntry.sha256(entry.canonical()), posting.hash())) {
      rule(number, "its hash is not that of what it says");
    }
    String creditType = entry.transaction().creditType();
    Running before = running.getOrDefault(creditType, new Running(0, 0));
    long amount = posting.amount().micros();
    boolean debt = posting.type() == EntryType.DEBT;
    boolean repaid = posting.type() == EntryType.DEBT_REPAID;
    Running after =
        new Running(
            before.balance() + (debt ? 0 : amount), before.debt() + (debt || repaid ? amount : 0));
    if (posting.balance().micros() != after.balance() || posting.debt().micros() != after.debt()) {
      rule(
          number,
          "balance %s and debt %s do not follow from the entry before it, %s and %s would"
              .formatted(
                  posting.balance(),
                  posting.debt(),
                  new Credits(after.balance()),
                  new Credits(after.debt())));
    }
    Money value = posting.value();
    if (value != null && posting.grant() != null) {
      values.merge(posting.grant(), value.amount(), Credits::plus);
    }
    // Goes on from what it says, so that one fault is told once.
    running.put(creditType, new Running(posting.balance().micros(), posting.debt().micros()));
    sequence = number;
    head = posting.hash();
  }

  private void rule(long number, String what) {
    findings.add(Discrepancy.Kind.INVARIANT, wallet, "entry %d: %s".formatted(number, what));
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

  /** What the entries of a credit type come to: the balance equation. */
  Credits balance(String creditType) {
    return new Credits(running.getOrDefault(creditType, new Running(0, 0)).balance());
  }

  /** The debt that the entries of a credit type come to. */
  Credits debt(String creditType) {
    return new Credits(running.getOrDefault(creditType, new Running(0, 0)).debt());
  }

  /** What the entries on a grant are worth; nothing where it has no cost basis. */
  Credits value(String grant) {
    return values.getOrDefault(grant, Credits.ZERO);
  }

  @Override
  public void close() {
    stored.close();
  }
}
