package dev.bursar.domain.invariant;

import dev.bursar.domain.credits.Money;
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
 * memory for credit types, grants and debts, not for entries.
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

  /**
   * What the values on a grant come to.
   *
   * @param micros in millionths of the currency
   */
  record Worth(String currency, BigInteger micros) {}

  private final String org;
  private final String wallet;
  private final Findings findings;
  private final Map<String, Sums> sums = new TreeMap<>();
  private final Map<String, BigInteger> byGrant = new HashMap<>();
  private final Map<String, Worth> worthOfGrant = new HashMap<>();

  /** What is left of the debt of each transaction, but for what was paid. */
  private final Map<String, BigInteger> debtOf = new HashMap<>();

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
    valued(posting, at);
    summed(posting, sums.computeIfAbsent(transaction.creditType(), t -> new Sums()), at);
    if (posting.type() == EntryType.DEBT) {
      owed(transaction, posting, at);
    }
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
    findings.expect(
        !posting.balance().isNegative() && !posting.debt().isNegative(),
        "I1",
        "%s leaves a balance of %s and a debt of %s",
        at,
        posting.balance(),
        posting.debt());
    sum.balance = posting.balance().micros();
    sum.debt = posting.debt().micros();
  }

  private static boolean signed(EntryType type, long amount) {
    return switch (type) {
      case GRANT, REFUND, TRANSFER_IN -> amount > 0;
      case CONSUME, EXPIRE, VOID, TRANSFER_OUT, DEBT_REPAID, LATE_USAGE -> amount < 0;
      case ADJUST, DEBT -> true;
    };
  }

  /** A value has the amount's sign, and a grant has one currency, on all of its entries or none. */
  private void valued(Posting posting, String at) {
    String grant = posting.grant();
    Money value = posting.value();
    if (grant == null) {
      findings.expect(value == null, "I1", "%s: a value without a grant", at);
      return;
    }
    boolean first = !byGrant.containsKey(grant);
    Worth before = worthOfGrant.get(grant);
    findings.expect(
        first || (before == null) == (value == null),
        "I1",
        "%s: some entries on %s have a value, others have none",
        at,
        grant);
    if (value == null) {
      return;
    }
    long amount = posting.amount().micros();
    long worth = value.amount().micros();
    findings.expect(
        worth == 0 || (worth > 0) == (amount > 0),
        "I1",
        "%s: %s is worth %s",
        at,
        posting.amount(),
        value.amount());
    BigInteger sum = before == null ? BigInteger.ZERO : before.micros;
    findings.expect(
        before == null || before.currency.equals(value.currency()),
        "I1",
        "%s: a value in %s on %s, which has another currency",
        at,
        value.currency(),
        grant);
    BigInteger after = sum.add(BigInteger.valueOf(worth));
    findings.expect(after.signum() >= 0, "I1", "%s: %s is worth less than nothing", at, grant);
    worthOfGrant.put(grant, new Worth(value.currency(), after));
  }

  /** A debt becomes less by a correction alone, and by no more than there was. */
  private void owed(Transaction transaction, Posting posting, String at) {
    String corrects = transaction.corrects();
    BigInteger amount = BigInteger.valueOf(posting.amount().micros());
    findings.expect(
        (amount.signum() < 0) == (corrects != null),
        "I1",
        "%s: a debt of %s in a transaction that corrects %s",
        at,
        posting.amount(),
        corrects);
    BigInteger left =
        debtOf.merge(corrects == null ? transaction.id() : corrects, amount, BigInteger::add);
    findings.expect(
        left.signum() >= 0, "I1", "%s forgives more than %s left as a debt", at, corrects);
  }

  /** What the entries come to, by credit type. */
  Map<String, Sums> sums() {
    return sums;
  }

  /** What the values of the entries on a grant come to; null if they have none. */
  @Nullable Worth worthOf(String grant) {
    return worthOfGrant.get(grant);
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
