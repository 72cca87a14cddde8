package dev.bursar.projections.journal;

import java.time.Instant;
import java.util.List;

/**
 * What was read of a slice range at one time, in order; projected and committed as one.
 *
 * @param rows the rows, perhaps none
 * @param end the position after it
 * @param complete whether nothing was left to read, so that the range is up to date with it
 * @param writtenAt when its last row was written, or the time of reading if that is earlier
 * @param readAt when it was read, by the node's clock
 * @param readNanos the same on the monotonic clock
 * @param mayRepeat whether some rows may have been projected before, as after the number of ranges
 *     was changed
 */
public record JournalPage(
    List<JournalRow> rows,
    JournalPosition end,
    boolean complete,
    Instant writtenAt,
    Instant readAt,
    long readNanos,
    boolean mayRepeat) {

  /** How many events its rows hold. */
  public int events() {
    int events = 0;
    for (JournalRow row : rows) {
      events += row.events();
    }
    return events;
  }
}
