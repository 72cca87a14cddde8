package dev.bursar.domain.invariant;

import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
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
        new Posting(p.sequence(), p.type(), p.amount(), p.balance(), p.debt(), p.grant(), hash),
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
            from.endings()));
    return Invariants.in(changed).stream().map(Violation::invariant).toList();
  }

  @Test
  void aTypeHasItsSign() {
    for (EntryType type : EntryType.values()) {
      Posting p = entries.getFirst().posting();
      Posting zero =
          new Posting(1, type, Credits.ZERO, Credits.ZERO, Credits.ZERO, p.grant(), p.hash());
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
}
