package dev.bursar.domain.invariant;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Figures;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.GrantState;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.Wallet;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What must hold of a wallet and its ledger: conservation (I1), no overspend (I2), escrow (I3), the
 * chain (I5) and leases (I9). The ledger is read entry by entry from its first, and may be compared
 * with its wallet at any point on the way. What does not hold is told, never thrown.
 */
public final class Invariants {

  private final Findings inLedger = new Findings();
  private final LedgerFold ledger;

  /** Of the wallet of this name, none of whose entries has been read. */
  public Invariants(String org, String wallet) {
    this.ledger = new LedgerFold(org, wallet, inLedger);
  }

  /** Reads the next entry of the ledger. */
  public void read(LedgerEntry entry) {
    ledger.take(entry);
  }

  /** The sequence of the last entry read; 0 before the first. */
  public long sequence() {
    return ledger.sequence();
  }

  /** The hash of the last entry read, 32 bytes; all zero before the first. */
  public byte[] head() {
    return ledger.head();
  }

  /** The figures after the last entry read, by credit type. */
  public List<Figures> figures() {
    return ledger.sums().entrySet().stream()
        .map(
            each ->
                new Figures(
                    each.getKey(),
                    new Credits(each.getValue().balance),
                    new Credits(each.getValue().debt)))
        .toList();
  }

  /** What does not hold in the entries read so far. */
  public List<Violation> inLedger() {
    return inLedger.all();
  }

  /** What does not hold in the entries, in the wallet, or between the two: it has read them all. */
  public List<Violation> with(Wallet wallet) {
    Findings findings = new Findings();
    inLedger.all().forEach(v -> findings.expect(false, v.invariant(), "%s", v.detail()));
    within(wallet, findings);
    agree(wallet, findings);
    return findings.all();
  }

  /** What does not hold in the wallet, whatever its ledger says. */
  public static List<Violation> in(Wallet wallet) {
    Findings findings = new Findings();
    within(wallet, findings);
    return findings.all();
  }

  // ---- the wallet by itself

  private static void within(Wallet wallet, Findings findings) {
    Map<String, BigInteger> heldOfGrant = new HashMap<>();
    Map<String, BigInteger> heldOfType = new HashMap<>();
    for (Hold hold : wallet.holds().values()) {
      add(heldOfType, hold.creditType(), hold.amount());
      holdCovered(wallet, hold, heldOfGrant, findings);
    }
    Map<String, BigInteger> remaining = new HashMap<>();
    for (GrantState grant : wallet.grants().values()) {
      add(remaining, grant.grant().creditType(), grant.remaining());
      grantSound(grant, heldOfGrant, findings);
    }
    Set<String> types = new TreeSet<>(heldOfType.keySet());
    for (Balance figures : wallet.balances()) {
      String type = figures.creditType();
      types.remove(type);
      equal(figures.balance(), of(remaining, type), "I1", type + " balance by grants", findings);
      equal(figures.held(), of(heldOfType, type), "I3", type + " held by open holds", findings);
      findings.expect(
          figures.held().compareTo(figures.balance()) <= 0,
          "I2",
          "%s: %s is held of %s",
          type,
          figures.held(),
          figures.balance());
      findings.expect(!figures.debt().isNegative(), "I1", "%s: debt %s", type, figures.debt());
    }
    types.forEach(type -> findings.expect(false, "I3", "holds of %s, and no figures", type));
  }

  private static void holdCovered(
      Wallet wallet, Hold hold, Map<String, BigInteger> heldOfGrant, Findings findings) {
    String name = "hold " + hold.reservation();
    BigInteger drawn = BigInteger.ZERO;
    for (Draw draw : hold.draws()) {
      drawn = drawn.add(micros(draw.amount()));
      add(heldOfGrant, draw.grant(), draw.amount());
      findings.expect(draw.amount().isPositive(), "I2", "%s draws %s", name, draw.amount());
      GrantState on = wallet.grants().get(draw.grant());
      findings.expect(
          on != null && on.grant().creditType().equals(hold.creditType()),
          "I2",
          "%s lies on %s, which is no grant of its credit type",
          name,
          draw.grant());
    }
    equal(hold.amount(), drawn, "I2", name + " by its draws", findings);
    Lease lease = hold.lease();
    if (lease != null) {
      findings.expectEqual(hold.amount(), lease.left(), "I3", name + " by its lease");
      findings.expect(
          lease.epoch() >= 1
              && !lease.reported().isNegative()
              && !lease.returned().isNegative()
              && !lease.left().isNegative(),
          "I9",
          "%s is leased as %s",
          name,
          lease);
    }
  }

  private static void grantSound(
      GrantState state, Map<String, BigInteger> heldOfGrant, Findings findings) {
    String id = state.grant().id();
    String name = "grant " + id;
    equal(state.held(), of(heldOfGrant, id), "I3", name + " held by draws", findings);
    findings.expect(
        !state.held().isNegative() && state.held().compareTo(state.remaining()) <= 0,
        "I2",
        "%s: %s held of %s left",
        name,
        state.held(),
        state.remaining());
    findings.expect(
        !state.isEnded() || state.remaining().equals(state.held()),
        "I1",
        "%s has ended with %s left, %s of it held",
        name,
        state.remaining(),
        state.held());
  }

  // ---- the wallet and its ledger

  private void agree(Wallet wallet, Findings findings) {
    findings.expectEqual(
        wallet.ledgerSequence(), ledger.sequence(), "I5", "the wallet's last sequence");
    findings.expect(
        Arrays.equals(wallet.ledgerHead(), ledger.head()), "I5", "the wallet has another head");
    findings.expect(
        !wallet.lastAt().isBefore(ledger.lastAt()),
        "I5",
        "the wallet last changed at %s, before its last entry at %s",
        wallet.lastAt(),
        ledger.lastAt());
    Set<String> types = new TreeSet<>(ledger.sums().keySet());
    for (Balance figures : wallet.balances()) {
      String type = figures.creditType();
      types.remove(type);
      LedgerFold.Sums sums = ledger.sums().getOrDefault(type, new LedgerFold.Sums());
      equal(figures.balance(), sums.conserved(), "I1", type + " balance by entries", findings);
      equal(figures.debt(), sums.owed(), "I1", type + " debt by entries", findings);
    }
    types.forEach(type -> findings.expect(false, "I1", "entries of %s, and no figures", type));
    for (GrantState grant : wallet.grants().values()) {
      String id = grant.grant().id();
      equal(grant.remaining(), ledger.onGrant(id), "I1", "grant " + id + " by entries", findings);
      worthAgrees(grant, findings);
    }
  }

  /** The values on a grant are what is left of its cost, if any of it has come. */
  private void worthAgrees(GrantState state, Findings findings) {
    Grant grant = state.grant();
    LedgerFold.Worth byEntries = ledger.worthOf(grant.id());
    Money cost = grant.costBasis();
    if (cost == null || byEntries == null) {
      findings.expect(
          byEntries == null && (cost == null || state.remaining().isZero()),
          "I1",
          "grant %s: values of %s, and a cost of %s",
          grant.id(),
          byEntries,
          cost);
      return;
    }
    findings.expectEqual(
        byEntries.currency(), cost.currency(), "I1", "grant " + grant.id() + " currency");
    Credits left = grant.worth(state.remaining());
    findings.expectEqual(
        byEntries.micros(),
        left == null ? null : micros(left),
        "I1",
        "grant " + grant.id() + " by values, in micros");
  }

  private static void equal(
      Credits actual, BigInteger expected, String invariant, String what, Findings findings) {
    findings.expectEqual(micros(actual), expected, invariant, what + ", in micros");
  }

  private static void add(Map<String, BigInteger> sums, String key, Credits amount) {
    sums.merge(key, micros(amount), BigInteger::add);
  }

  private static BigInteger of(Map<String, BigInteger> sums, String key) {
    return sums.getOrDefault(key, BigInteger.ZERO);
  }

  private static BigInteger micros(Credits amount) {
    return BigInteger.valueOf(amount.micros());
  }
}
