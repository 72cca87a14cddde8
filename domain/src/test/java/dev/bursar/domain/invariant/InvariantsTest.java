package dev.bursar.domain.invariant;

import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.charge;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.credits;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static dev.bursar.domain.wallet.WalletWords.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The invariants hold of what happened, and not of what was changed. */
final class InvariantsTest {

  private static final Attribution WHO = who(null, null);

  private final Wallet wallet = newWallet();
  private final List<LedgerEntry> entries = new ArrayList<>();

  @BeforeEach
  void aLedgerOfSevenEntries() {
    var given = wallet(wallet);
    for (var command :
        List.of(
            grant("a", "10").add(),
            grant("b", "5").until(at(90)).add(),
            hold("r1", "4"),
            commit("r1", "13"),
            hold("r2", "1"),
            grant("c", "9").add(),
            hold("r3", "0"))) {
      for (WalletEvent event : given.when(command, at(60)).events()) {
        Transaction transaction = event.transaction();
        if (transaction != null) {
          entries.addAll(LedgerEntry.of("acme", "main", transaction));
        }
      }
    }
  }

  private List<Violation> read(List<LedgerEntry> ledger) {
    Invariants invariants = new Invariants("acme", "main");
    ledger.forEach(invariants::read);
    return invariants.with(wallet);
  }

  private List<Violation> change(int index, UnaryOperator<LedgerEntry> change) {
    List<LedgerEntry> changed = new ArrayList<>(entries);
    changed.set(index, change.apply(changed.get(index)));
    return read(changed);
  }

  @Test
  void whatHappenedHolds() {
    assertThat(entries).hasSize(5);
    assertThat(read(entries)).isEmpty();
    assertThat(Invariants.in(wallet)).isEmpty();
  }

  @Test
  void anEntryRemovedSwappedRepeatedOrAppendedBreaksTheChain() {
    for (int i = 0; i < entries.size(); i++) {
      List<LedgerEntry> removed = new ArrayList<>(entries);
      removed.remove(i);
      assertThat(read(removed)).extracting(Violation::invariant).contains("I5");
      List<LedgerEntry> repeated = new ArrayList<>(entries);
      repeated.add(i, entries.get(i));
      assertThat(read(repeated)).extracting(Violation::invariant).contains("I5");
      List<LedgerEntry> swapped = new ArrayList<>(entries);
      swapped.set(i, entries.get((i + 1) % entries.size()));
      swapped.set((i + 1) % entries.size(), entries.get(i));
      assertThat(read(swapped)).extracting(Violation::invariant).contains("I5");
    }
  }

  @Test
  void aChangedFigureIsSeenEvenIfItsBytesAreLeft() {
    for (int i = 0; i < entries.size(); i++) {
      assertThat(change(i, e -> with(e, amount(e.posting()), e.canonical())))
          .extracting(Violation::invariant)
          .contains("I5", "I1");
    }
  }

  @Test
  void changedBytesAreSeenEvenIfTheFigureIsLeft() {
    byte[] bytes = entries.getFirst().canonical().clone();
    bytes[bytes.length - 1]++;
    assertThat(change(0, e -> with(e, e.posting(), bytes)))
        .extracting(Violation::invariant)
        .containsOnly("I5");
  }

  @Test
  void anEntryRewrittenWithItsHashBreaksTheNext() {
    List<Violation> found = change(1, InvariantsTest::rewritten);
    assertThat(found).extracting(Violation::detail).anyMatch(d -> d.contains("does not follow"));
  }

  @Test
  void aTailRewrittenWithItsHashesIsNotTheWalletsLedger() {
    List<Violation> found = change(entries.size() - 1, InvariantsTest::rewritten);
    assertThat(found).extracting(Violation::detail).anyMatch(d -> d.contains("another head"));
  }

  private static Posting amount(Posting p) {
    return new Posting(
        p.sequence(),
        p.type(),
        p.amount().plus(new Credits(1)),
        p.balance(),
        p.debt(),
        p.grant(),
        p.value(),
        p.hash());
  }

  private static LedgerEntry rewritten(LedgerEntry e) {
    Posting p = amount(e.posting());
    byte[] digest = CanonicalEntry.attributionDigest(e.transaction().attribution());
    byte[] bytes =
        CanonicalEntry.bytes("acme", "main", e.transaction(), p, digest, e.previousHash());
    byte[] hash = CanonicalEntry.sha256(bytes);
    return with(
        e,
        new Posting(
            p.sequence(), p.type(), p.amount(), p.balance(), p.debt(), p.grant(), p.value(), hash),
        bytes);
  }

  private static LedgerEntry with(LedgerEntry e, Posting posting, byte[] canonical) {
    return new LedgerEntry(
        LedgerEntry.id(posting.hash()),
        e.org(),
        e.wallet(),
        e.transaction(),
        posting,
        e.previousHash(),
        canonical);
  }

  @Test
  void aWalletWhoseFiguresWereChangedIsSeen() {
    WalletSnapshot sound = wallet.snapshot();
    Balance figures = sound.balances().getFirst();
    assertThat(restored(sound, more(figures, "1", "0"), sound.grants())).contains("I1");
    assertThat(restored(sound, more(figures, "0", "-1"), sound.grants())).contains("I1");
    assertThat(restored(sound, figures, sound.grants().subList(0, 0))).contains("I1");
  }

  private static Balance more(Balance of, String balance, String debt) {
    return new Balance(
        of.creditType(),
        of.balance().plus(Credits.parse(balance)),
        of.held(),
        of.debt().plus(Credits.parse(debt)));
  }

  private static List<String> restored(
      WalletSnapshot from, Balance figures, List<WalletSnapshot.GrantPart> grants) {
    return Invariants.in(copy(from, figures, grants)).stream().map(Violation::invariant).toList();
  }

  private static Wallet copy(
      WalletSnapshot from, Balance figures, List<WalletSnapshot.GrantPart> grants) {
    Wallet changed = newWallet();
    changed.restore(
        new WalletSnapshot(
            from.owner(),
            from.lastAt(),
            from.ledgerSequence(),
            from.ledgerHead(),
            List.of(figures),
            grants,
            from.scheduled(),
            from.holds().stream().filter(hold -> hold.draws().isEmpty()).toList(),
            from.lapsed(),
            from.transfers(),
            from.barredTransfers(),
            from.endings(),
            from.planChanges(),
            from.usedAhead(),
            from.cutShort()));
    return changed;
  }

  @Test
  void aTypeHasItsSign() {
    for (EntryType type : EntryType.values()) {
      Posting p = entries.getFirst().posting();
      Posting zero =
          new Posting(
              1, type, Credits.ZERO, Credits.ZERO, Credits.ZERO, p.grant(), p.value(), p.hash());
      assertThat(change(0, e -> with(e, zero, e.canonical())))
          .extracting(Violation::invariant)
          .contains("I1");
    }
  }

  @Test
  void aFaultEverywhereDoesNotFillTheMemory() {
    Invariants invariants = new Invariants("acme", "other");
    for (int i = 0; i < 10_000; i++) {
      invariants.read(entries.getFirst());
    }
    assertThat(invariants.inLedger()).hasSize(Findings.KEPT_MAX);
  }

  // ---- debts and values, on ledgers made by hand: each entry is right but for what is tried

  private static Transaction transaction(String id, String corrects, Posting... postings) {
    return new Transaction(
        id, at(60), "platform", null, corrects, WHO, CanonicalEntry.NO_HASH, List.of(postings));
  }

  private static Posting debt(String amount, String after) {
    return new Posting(
        0, EntryType.DEBT, credits(amount), Credits.ZERO, credits(after), null, null, new byte[0]);
  }

  private static Posting worth(EntryType type, String amount, String after, Money value) {
    return new Posting(
        0, type, credits(amount), credits(after), Credits.ZERO, "g", value, new byte[0]);
  }

  private static Money euros(String amount) {
    return new Money(credits(amount), "EUR");
  }

  /** What is found in a ledger of these transactions, once they are numbered and hashed. */
  private static List<String> found(Transaction... transactions) {
    Invariants invariants = new Invariants("acme", "main");
    byte[] head = CanonicalEntry.NO_HASH;
    long sequence = 0;
    for (Transaction each : transactions) {
      byte[] digest = CanonicalEntry.attributionDigest(each.attribution());
      for (Posting p : each.postings()) {
        sequence++;
        Posting numbered = hashed(p, sequence, p.hash());
        byte[] bytes = CanonicalEntry.bytes("acme", "main", each, numbered, digest, head);
        Posting hashed = hashed(p, sequence, CanonicalEntry.sha256(bytes));
        invariants.read(
            new LedgerEntry(
                LedgerEntry.id(hashed.hash()), "acme", "main", each, hashed, head, bytes));
        head = hashed.hash();
      }
    }
    return invariants.inLedger().stream().map(v -> v.invariant() + " " + v.detail()).toList();
  }

  private static Posting hashed(Posting p, long sequence, byte[] hash) {
    return new Posting(
        sequence, p.type(), p.amount(), p.balance(), p.debt(), p.grant(), p.value(), hash);
  }

  @Test
  void aDebtBecomesLessByACorrectionAloneAndByNoMoreThanThereWas() {
    Transaction left = transaction("t1", null, debt("5", "5"));
    assertThat(found(left, transaction("t2", "t1", debt("-5", "0")))).isEmpty();
    assertThat(found(left, transaction("t2", "t1", debt("-2", "3")))).isEmpty();
    assertThat(found(left, transaction("t2", null, debt("-5", "0"))))
        .anyMatch(d -> d.startsWith("I1 entry 2: a debt of -5"));
    assertThat(found(left, transaction("t2", "t1", debt("1", "6"))))
        .anyMatch(d -> d.startsWith("I1 entry 2: a debt of 1"));
    assertThat(
            found(
                left,
                transaction("t2", null, debt("2", "7")),
                transaction("t3", "t2", debt("-3", "4"))))
        .containsExactly("I1 entry 3 forgives more than t2 left as a debt");
    assertThat(found(left, transaction("t2", "t1", debt("-6", "-1"))))
        .anyMatch(d -> d.contains("leaves a balance of 0 and a debt of -1"));
  }

  @Test
  void valuesAreOfOneCurrencyHaveTheAmountsSignAndNeverPassTheirCost() {
    Posting come = worth(EntryType.GRANT, "10", "10", euros("5"));
    assertThat(
            found(
                transaction("t1", null, come),
                transaction("t2", null, worth(EntryType.CONSUME, "-2", "8", euros("-1"))),
                transaction(
                    "t3", null, worth(EntryType.CONSUME, "-0.000001", "7.999999", euros("0")))))
        .isEmpty();
    assertThat(foundAfter(come, worth(EntryType.CONSUME, "-2", "8", null)))
        .containsExactly("I1 entry 2: some entries on g have a value, others have none");
    assertThat(foundAfter(come, worth(EntryType.CONSUME, "-2", "8", euros("1"))))
        .containsExactly("I1 entry 2: -2 is worth 1");
    assertThat(foundAfter(come, worth(EntryType.CONSUME, "-2", "8", euros("-5.1"))))
        .containsExactly("I1 entry 2: g is worth less than nothing");
    Money dollars = new Money(credits("-1"), "USD");
    assertThat(foundAfter(come, worth(EntryType.CONSUME, "-2", "8", dollars)))
        .containsExactly("I1 entry 2: a value in USD on g, which has another currency");
    Posting bare = worth(EntryType.GRANT, "10", "10", null);
    assertThat(foundAfter(bare, worth(EntryType.CONSUME, "-2", "8", euros("-1"))))
        .contains("I1 entry 2: some entries on g have a value, others have none");
    assertThat(found(transaction("t1", null, valueOnDebt())))
        .containsExactly("I1 entry 1: a value without a grant");
  }

  private static Posting valueOnDebt() {
    return new Posting(
        0, EntryType.DEBT, credits("1"), Credits.ZERO, credits("1"), null, euros("1"), new byte[0]);
  }

  private static List<String> foundAfter(Posting one, Posting two) {
    return found(transaction("t1", null, one), transaction("t2", null, two));
  }

  @Test
  void valuesThatAreNotWhatIsLeftOfTheCostAreSeen() {
    Wallet valued = newWallet();
    var given = wallet(valued);
    List<LedgerEntry> ledger = new ArrayList<>();
    for (var command : List.of(grant("v", "3").cost("1").add(), charge("r", "1"))) {
      Transaction transaction = given.when(command, at(1)).events().getLast().transaction();
      ledger.addAll(LedgerEntry.of("acme", "main", transaction));
    }
    assertThat(with(valued, ledger)).isEmpty();
    LedgerEntry last = ledger.getLast();
    Posting p = last.posting();
    for (Money other : new Money[] {euros("-0.333332"), new Money(credits("-0.333333"), "USD")}) {
      Posting changed =
          new Posting(
              p.sequence(),
              p.type(),
              p.amount(),
              p.balance(),
              p.debt(),
              p.grant(),
              other,
              p.hash());
      assertThat(with(valued, List.of(ledger.getFirst(), with(last, changed, last.canonical()))))
          .extracting(Violation::invariant)
          .contains("I1", "I5");
    }
    Posting first = ledger.getFirst().posting();
    Posting without =
        new Posting(
            1,
            first.type(),
            first.amount(),
            first.balance(),
            first.debt(),
            first.grant(),
            null,
            first.hash());
    assertThat(
            with(valued, List.of(with(ledger.getFirst(), without, ledger.getFirst().canonical()))))
        .extracting(Violation::detail)
        .anyMatch(d -> d.startsWith("grant v: values of null"));
  }

  private static List<Violation> with(Wallet wallet, List<LedgerEntry> ledger) {
    Invariants invariants = new Invariants("acme", "main");
    ledger.forEach(invariants::read);
    return invariants.with(wallet);
  }

  @Test
  void aDebtThatNobodyLeftIsSeen() {
    Wallet changed = newWallet();
    var given = wallet(changed, grant("a", "1")).after(at(1), hold("r", "1"), commit("r", "3"));
    assertThat(Invariants.in(changed)).isEmpty();
    given.after(at(2), grant("b", "1").add());
    List<LedgerEntry> ledger = new ArrayList<>();
    for (WalletEvent each : given.past()) {
      if (each.transaction() != null) {
        ledger.addAll(LedgerEntry.of("acme", "main", each.transaction()));
      }
    }
    assertThat(with(changed, ledger)).isEmpty();
    WalletSnapshot sound = changed.snapshot();
    Balance figures = sound.balances().getFirst();
    assertThat(figures.debt()).isEqualTo(Credits.of(1));
    assertThat(with(copy(sound, more(figures, "0", "1"), sound.grants()), ledger))
        .extracting(Violation::invariant)
        .containsExactly("I1");
  }
}
