package dev.bursar.projections.journal;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Some rows of a slice range on the way from one position to another, decoded and in the final
 * order.
 *
 * @param rows the rows, perhaps none
 * @param end the position after them
 * @param last whether nothing is left on the way
 * @param bytes how many bytes they have as they are stored
 */
public record JournalStretch(List<JournalRow> rows, JournalPosition end, boolean last, long bytes) {

  /**
   * Reads on after one position, up to and with another.
   *
   * @param upTo up to where the range was projected before: what comes until then is final
   * @param rowsMax how many rows at the most
   * @param bytesMax how many bytes at the most, the last row's not counted
   * @throws JournalUnreadable if one of the rows can't be read
   */
  public static JournalStretch read(
      Handle handle,
      SliceRange range,
      JournalPosition after,
      JournalPosition upTo,
      int rowsMax,
      long bytesMax) {
    List<JournalTable.Stored> page =
        JournalTable.page(handle, range, after, upTo.next(), rowsMax, bytesMax);
    boolean last = !JournalTable.full(page, rowsMax, bytesMax);
    // On all processors: whoever reads a large org alone waits for this more than for the database.
    List<JournalRow> rows = page.parallelStream().map(StoredRows::decoded).toList();
    return new JournalStretch(
        rows, last ? upTo : page.getLast().position(), last, JournalTable.bytes(page));
  }

  /** How many events its rows hold. */
  public int events() {
    return JournalRow.events(rows);
  }
}
