package dev.bursar.projections.journal;

import java.util.Comparator;

/**
 * A place in the journal's final order. Everything at or before it counts as read.
 *
 * @param xid number of the transaction that wrote the row, 0 or more
 * @param ordering the row's number within the journal; 0 is before every row of the transaction
 */
public record JournalPosition(long xid, long ordering) implements Comparable<JournalPosition> {

  /** Before everything. */
  public static final JournalPosition START = new JournalPosition(0, 0);

  private static final Comparator<JournalPosition> ORDER =
      Comparator.comparingLong(JournalPosition::xid).thenComparingLong(JournalPosition::ordering);

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static JournalPosition parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("not a position in the journal: " + text);
    }
    return new JournalPosition(
        Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
  }

  /** What is before this is all at or before the position itself, and nothing more. */
  JournalPosition next() {
    return new JournalPosition(xid, ordering + 1);
  }

  /** Whether this comes later. */
  public boolean isAfter(JournalPosition other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(JournalPosition other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return xid + ":" + ordering;
  }
}
