package dev.bursar.domain.ledger;

/** What an entry of the ledger records. The number is part of the hashed form: never change it. */
public enum EntryType {
  GRANT("grant", 1),
  CONSUME("consume", 2),
  EXPIRE("expire", 3),
  VOID("void", 4),
  REFUND("refund", 5),
  ADJUST("adjust", 6),
  TRANSFER_IN("transfer_in", 7),
  TRANSFER_OUT("transfer_out", 8),
  DEBT("debt", 9),
  DEBT_REPAID("debt_repaid", 10),
  LATE_USAGE("late_usage", 11);

  private final String word;
  private final int number;

  EntryType(String word, int number) {
    this.word = word;
    this.number = number;
  }

  /** The name in the API and in the read tables. */
  public String word() {
    return word;
  }

  /** The number in the hashed form. */
  public int number() {
    return number;
  }
}
