package dev.bursar.benchmarks.replay;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of one wallet as the node shows it with what its commits were answered: entry by
 * entry, reservation by reservation, and in total. Also whether the ledger is sound in itself: no
 * gap in its sequence, each balance follows from the one before, and the last is the wallet's.
 */
final class Reconciliation {

  private final String org;
  private final WalletView wallet;
  private final SentCharges sent;
  private final List<String> discrepancies = new ArrayList<>();
  private final Map<String, List<LedgerEntry>> usage = new HashMap<>();
  private final Map<Long, LedgerEntry> bySequence = new HashMap<>();
  private BigDecimal difference = BigDecimal.ZERO;
  private int ofEarlierRuns;

  private Reconciliation(String org, WalletView wallet, SentCharges sent) {
    this.org = org;
    this.wallet = wallet;
    this.sent = sent;
  }

  /**
   * What came out.
   *
   * @param difference sum of the amounts by which reservations differ, in credits
   * @param entries of the ledger
   * @param reservations compared
   * @param ofEarlierRuns entries of an earlier run with the same seed
   * @param discrepancies one line each; empty when everything adds up
   */
  record Result(
      BigDecimal difference,
      int entries,
      int reservations,
      int ofEarlierRuns,
      List<String> discrepancies) {

    Result {
      discrepancies = List.copyOf(discrepancies);
    }

    static final Result NOTHING = new Result(BigDecimal.ZERO, 0, 0, 0, List.of());

    Result plus(Result other) {
      List<String> both = new ArrayList<>(discrepancies);
      both.addAll(other.discrepancies);
      return new Result(
          difference.add(other.difference),
          entries + other.entries,
          reservations + other.reservations,
          ofEarlierRuns + other.ofEarlierRuns,
          both);
    }
  }

  static Result compare(String org, WalletView wallet, SentCharges sent) {
    return new Reconciliation(org, wallet, sent).run();
  }

  private Result run() {
    walkLedger();
    BigDecimal total = BigDecimal.ZERO;
    for (Charge charge : sent.charges()) {
      total = total.add(charge.amount());
      compareCharge(charge);
    }
    BigDecimal charged = compareUnexplained();
    if (total.compareTo(charged) != 0) {
      differ("total: commits charged " + text(total) + ", the ledger " + text(charged), null);
    }
    return new Result(
        difference, wallet.entries().size(), sent.charges().size(), ofEarlierRuns, discrepancies);
  }

  private void walkLedger() {
    long expected = 1;
    Map<String, BigDecimal> balances = new HashMap<>();
    BigDecimal debt = BigDecimal.ZERO;
    for (LedgerEntry entry : wallet.entries()) {
      if (entry.sequence() != expected) {
        differ("sequence " + entry.sequence() + " where " + expected + " was due", null);
      }
      expected = entry.sequence() + 1;
      BigDecimal before = balances.getOrDefault(entry.creditType(), BigDecimal.ZERO);
      BigDecimal after = before.add(entry.movement());
      if (after.compareTo(entry.balance()) != 0) {
        differ(
            "entry %d: balance %s, but %s %s after %s makes %s"
                .formatted(
                    entry.sequence(),
                    text(entry.balance()),
                    entry.type(),
                    text(entry.amount()),
                    text(before),
                    text(after)),
            null);
      }
      balances.put(entry.creditType(), entry.balance());
      if (entry.creditType().equals(CustomerTerms.CREDIT_TYPE)) {
        debt = debt.add(debtMovement(entry));
      }
      bySequence.put(entry.sequence(), entry);
      String reservation = entry.reservation();
      if (entry.isUsage() && reservation != null) {
        usage.computeIfAbsent(reservation, r -> new ArrayList<>(2)).add(entry);
      }
    }
    BigDecimal last = balances.getOrDefault(CustomerTerms.CREDIT_TYPE, BigDecimal.ZERO);
    if (last.compareTo(wallet.balance()) != 0) {
      differ(
          "wallet: balance " + text(wallet.balance()) + ", the last entry's " + text(last), null);
    }
    if (debt.compareTo(wallet.debt()) != 0) {
      differ("wallet: debt " + text(wallet.debt()) + ", the entries' " + text(debt), null);
    }
  }

  private void compareCharge(Charge charge) {
    List<LedgerEntry> entries = usage.getOrDefault(charge.reservation(), List.of());
    BigDecimal charged = charged(entries);
    if (charged.compareTo(charge.amount()) != 0) {
      differ(
          "%s (row %d): commit charged %s, the ledger %s"
              .formatted(charge.reservation(), charge.row(), text(charge.amount()), text(charged)),
          charged.subtract(charge.amount()));
    }
    BigDecimal owed = charged(entries.stream().filter(LedgerEntry::isDebt).toList());
    if (owed.compareTo(charge.debt()) != 0) {
      differ(
          "%s (row %d): commit left a debt of %s, the ledger %s"
              .formatted(charge.reservation(), charge.row(), text(charge.debt()), text(owed)),
          null);
    }
    for (Charge.Line line : charge.entries()) {
      compareLine(charge, line);
    }
  }

  private void compareLine(Charge charge, Charge.Line line) {
    LedgerEntry entry = bySequence.get(line.sequence());
    boolean same =
        entry != null
            && charge.reservation().equals(entry.reservation())
            && entry.amount().compareTo(line.amount()) == 0
            && entry.balance().compareTo(line.balance()) == 0;
    if (!same) {
      differ(
          "%s (row %d): commit named entry %d of %s to balance %s, the ledger has %s"
              .formatted(
                  charge.reservation(),
                  charge.row(),
                  line.sequence(),
                  text(line.amount()),
                  text(line.balance()),
                  entry == null
                      ? "none"
                      : text(entry.amount()) + " to balance " + text(entry.balance())),
          null);
    }
  }

  /**
   * What is charged to reservations of this run; what is charged to others must be an earlier
   * run's.
   */
  private BigDecimal compareUnexplained() {
    Set<String> known = new HashSet<>();
    for (Charge charge : sent.charges()) {
      if (!known.add(charge.reservation())) {
        differ(charge.reservation() + ": answered to row " + charge.row() + " and another", null);
      }
    }
    BigDecimal charged = BigDecimal.ZERO;
    for (LedgerEntry entry : wallet.entries()) {
      if (!entry.isUsage()) {
        continue;
      }
      if (entry.reservation() != null && known.contains(entry.reservation())) {
        charged = charged.add(entry.amount().abs());
      } else if (sent.isOfEarlierRun(entry)) {
        ofEarlierRuns++;
      } else {
        differ(
            "entry %d: %s of %s for %s, which no commit of this run was answered"
                .formatted(
                    entry.sequence(), entry.type(), text(entry.amount()), entry.reservation()),
            entry.amount());
      }
    }
    return charged;
  }

  private static BigDecimal charged(List<LedgerEntry> entries) {
    return entries.stream().map(e -> e.amount().abs()).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal debtMovement(LedgerEntry entry) {
    return switch (entry.type()) {
      case "debt" -> entry.amount().abs();
      case "debt_repaid" -> entry.amount().abs().negate();
      default -> BigDecimal.ZERO;
    };
  }

  private void differ(String line, @Nullable BigDecimal by) {
    discrepancies.add(org + ": " + line);
    if (by != null) {
      difference = difference.add(by.abs());
    }
  }

  private static String text(BigDecimal amount) {
    return amount.stripTrailingZeros().toPlainString();
  }
}
