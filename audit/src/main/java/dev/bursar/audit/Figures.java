package dev.bursar.audit;

import java.math.BigDecimal;
import java.util.TreeMap;

/**
 * The running figures of one credit type of one wallet, and those of one month among them. Entries
 * of other months are followed just as well, and count towards neither opening nor closing: those
 * before the month move what it opens with, those after it nothing.
 */
final class Figures {

  private final String creditType;
  private final String month;
  private final TreeMap<String, BigDecimal> amounts = new TreeMap<>();
  private long entries;
  private long ofOtherMonths;
  private long balance;
  private long debt;
  private long openingBalance;
  private long openingDebt;
  private long closingBalance;
  private long closingDebt;

  private Figures(String creditType, String month, long balance, long debt) {
    this.creditType = creditType;
    this.month = month;
    this.balance = balance;
    this.debt = debt;
    open();
  }

  private void open() {
    openingBalance = balance;
    openingDebt = debt;
    close();
  }

  private void close() {
    closingBalance = balance;
    closingDebt = debt;
  }

  /**
   * The figures before an entry, the first of its credit type: what it states, less its amount.
   *
   * @param month the month whose figures are wanted
   * @param wholeWallet whether the wallet's first entry of all is in the export, so that they must
   *     be 0
   */
  static Figures before(Entry entry, String month, boolean wholeWallet) throws Stopped {
    try {
      long balance = Math.subtractExact(entry.balance(), onBalance(entry));
      long debt = Math.subtractExact(entry.debt(), onDebt(entry));
      if (wholeWallet && (balance != 0 || debt != 0)) {
        throw wrong(
            entry,
            "it is the wallet's first entry in credit type %s, yet by its figures the wallet had a"
                + " balance of %s and a debt of %s before it",
            entry.creditType(),
            Micros.text(balance),
            Micros.text(debt));
      }
      if (debt < 0) {
        throw wrong(
            entry, "by its figures, the debt before it was negative: %s", Micros.text(debt));
      }
      return new Figures(entry.creditType(), month, balance, debt);
    } catch (ArithmeticException overflow) {
      throw wrong(entry, "its figures are beyond the range of amounts");
    }
  }

  /** Takes in the next entry. */
  void take(Entry entry) throws Stopped {
    if (!entry.kind().accepts(entry.amount())) {
      throw wrong(
          entry,
          "an entry of type %s can't have the amount %s",
          entry.kind().word(),
          Micros.text(entry.amount()));
    }
    follows(entry, "balance", balance, onBalance(entry), entry.balance());
    follows(entry, "debt", debt, onDebt(entry), entry.debt());
    if (entry.debt() < 0) {
      throw wrong(entry, "the debt after it is negative: %s", Micros.text(entry.debt()));
    }
    balance = entry.balance();
    debt = entry.debt();
    count(entry);
  }

  private void count(Entry entry) {
    int order = entry.month().compareTo(month);
    if (order == 0) {
      entries++;
      amounts.merge(entry.kind().word(), Micros.decimal(entry.amount()), BigDecimal::add);
      close();
    } else {
      ofOtherMonths++;
      if (order < 0) {
        open();
      }
    }
  }

  private static void follows(Entry entry, String name, long before, long change, long stated)
      throws Stopped {
    long expected;
    try {
      expected = Math.addExact(before, change);
    } catch (ArithmeticException overflow) {
      throw wrong(entry, "its %s is beyond the range of amounts", name);
    }
    if (stated != expected) {
      throw wrong(
          entry,
          "the running %s of %s does not follow: %s before, and %s by this entry, make %s, but it"
              + " states %s",
          name,
          entry.creditType(),
          Micros.text(before),
          Micros.text(change),
          Micros.text(expected),
          Micros.text(stated));
    }
  }

  private static long onBalance(Entry entry) {
    return entry.kind().movesBalance() ? entry.amount() : 0;
  }

  private static long onDebt(Entry entry) {
    return entry.kind().movesDebt() ? entry.amount() : 0;
  }

  private static Stopped wrong(Entry entry, String reason, Object... arguments) {
    return Stopped.at(Fault.Kind.FIGURES, entry, reason.formatted(arguments));
  }

  Totals totals() {
    return new Totals(
        creditType,
        entries,
        ofOtherMonths,
        Micros.decimal(openingBalance),
        Micros.decimal(openingDebt),
        Micros.decimal(closingBalance),
        Micros.decimal(closingDebt),
        amounts);
  }
}
