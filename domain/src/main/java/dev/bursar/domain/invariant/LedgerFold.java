package dev.bursar.domain.invariant;

import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A ledger read from its first entry on, one entry at a time: checks the chain, and sums up. Needs
 * memory for credit types and grants, not for entries.
 */
final class LedgerFold {

  private static final int HASH_BYTES = 32;

  /** What the entries of one credit type come to, in millionths. */
  static final class Sums {
    private final EnumMap<EntryType, BigInteger> byType = new EnumMap<>(EntryType.class);

    /** The running figures on the last entry. */
    long balance;

    long debt;

    private void add(EntryType type, long micros) {
      byType.merge(type, BigInteger.valueOf(micros), BigInteger::add);
    }

    private BigInteger of(EntryType type) {
      return byType.getOrDefault(type, BigInteger.ZERO);
    }

    /** The balance by its equation: all that came in, less all that went out. */
    BigInteger conserved() {
      BigInteger in = of(EntryType.GRANT).add(of(EntryType.REFUND)).add(of(EntryType.TRANSFER_IN));
      BigInteger used = of(EntryType.CONSUME).add(of(EntryType.LATE_USAGE));
      BigInteger ceased = of(EntryType.EXPIRE).add(of(EntryType.VOID));
      BigInteger out = of(EntryType.DEBT_REPAID).add(of(EntryType.TRANSFER_OUT));
      return in.add(of(EntryType.ADJUST)).add(used).add(ceased).add(out);
    }

    /** The debt by its equation. */
    BigInteger owed() {
      return of(EntryType.DEBT).add(of(EntryType.DEBT_REPAID));
    }
  }

  private final String org;
  private final String wallet;
  private final Findings findings;
  private final Map<String, Sums> sums = new TreeMap<>();
  private final Map<String, BigInteger> byGrant = new HashMap<>();
  private long sequence;
  private byte[] head = CanonicalEntry.NO_HASH;
  private Instant lastAt = Instant.MIN;
  private @Nullable Transaction digested;
  private byte[] digest = CanonicalEntry.NO_HASH;

  LedgerFold(String org, String wallet, Findings findings) {
    this.org = org;
    this.wallet = wallet;
    this.findings = findings;
  }

  void take(LedgerEntry entry) {
    Posting posting = entry.posting();
    Transaction transaction = entry.transaction();
    String at = "entry " + posting.sequence();
    findings.expectEqual(entry.org(), org, "I5", at + " is of the org");
    findings.expectEqual(entry.wallet(), wallet, "I5", at + " is of the wallet");
    findings.expectEqual(posting.sequence(), sequence + 1, "I5", "the next entry's sequence");
    findings.expect(
        !transaction.postedAt().isBefore(lastAt),
        "I5",
        "%s goes back in time, to %s from %s",
        at,
        transaction.postedAt(),
        lastAt);
    chained(entry, at);
    summed(posting, sums.computeIfAbsent(transaction.creditType(), t -> new Sums()), at);
    sequence = posting.sequence();
    head = posting.hash();
    lastAt = transaction.postedAt();
  }

  private void chained(LedgerEntry entry, String at) {
    byte[] hash = entry.posting().hash();
    findings.expect(
        Arrays.equals(entry.previousHash(), head),
        "I5",
        "%s does not follow on the one before",
        at);
    findings.expect(
        Arrays.equals(CanonicalEntry.sha256(entry.canonical()), hash),
        "I5",
        "the hash of %s is not that of its canonical bytes",
        at);
    findings.expect(
        Arrays.equals(entry.canonical(), canonical(entry)),
        "I5",
        "%s says something else than its canonical bytes",
        at);
    findings.expect(
        hash.length == HASH_BYTES && LedgerEntry.id(hash).equals(entry.entryId()),
        "I5",
        "%s has the id of another, %s",
        at,
        entry.entryId());
  }

  private byte[] canonical(LedgerEntry entry) {
    Transaction transaction = entry.transaction();
    if (transaction != digested) {
      digested = transaction;
      digest = CanonicalEntry.attributionDigest(transaction.attribution());
    }
    return CanonicalEntry.bytes(
        entry.org(), entry.wallet(), transaction, entry.posting(), digest, entry.previousHash());
  }

  private void summed(Posting posting, Sums sum, String at) {
    long amount = posting.amount().micros();
    EntryType type = posting.type();
    findings.expect(
        amount != 0 && signed(type, amount),
        "I1",
        "%s: a %s of %s",
        at,
        type.word(),
        posting.amount());
    sum.add(type, amount);
    String grant = posting.grant();
    findings.expect(
        (grant == null) == (type == EntryType.DEBT),
        "I1",
        "%s: a %s %s a grant",
        at,
        type.word(),
        grant == null ? "without" : "with");
    if (grant != null) {
      byGrant.merge(grant, BigInteger.valueOf(amount), BigInteger::add);
    }
    long onBalance = type == EntryType.DEBT ? 0 : amount;
    long onDebt = type == EntryType.DEBT || type == EntryType.DEBT_REPAID ? amount : 0;
    findings.expectEqual(
        posting.balance().micros(),
        sum.balance + onBalance,
        "I5",
        at + " has the balance in micros");
    findings.expectEqual(
        posting.debt().micros(), sum.debt + onDebt, "I5", at + " has the debt in micros");
    sum.balance = posting.balance().micros();
    sum.debt = posting.debt().micros();
  }

  private static boolean signed(EntryType type, long amount) {
    return switch (type) {
      case GRANT, REFUND, TRANSFER_IN, DEBT -> amount > 0;
      case CONSUME, EXPIRE, VOID, TRANSFER_OUT, DEBT_REPAID, LATE_USAGE -> amount < 0;
      case ADJUST -> true;
    };
  }

  /** What the entries come to, by credit type. */
  Map<String, Sums> sums() {
    return sums;
  }

  /** What the entries come to on a grant, in millionths. */
  BigInteger onGrant(String grant) {
    return byGrant.getOrDefault(grant, BigInteger.ZERO);
  }

  long sequence() {
    return sequence;
  }

  byte[] head() {
    return head;
  }

  Instant lastAt() {
    return lastAt;
  }
}
