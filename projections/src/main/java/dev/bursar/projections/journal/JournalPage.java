package dev.bursar.projections.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a slice range at one time, in order; projected and committed as one.
 *
 * @param follows what has to be stored as the range's position until it is projected
 * @param rows the rows, perhaps none
 * @param end the position after it
 * @param passed the number within the journal of the last row that is known not to come after it; 0
 *     if none is known
 * @param writtenAt when its last row was written, or the time of reading if that is earlier
 * @param asOf up to when all is shown with it, by the node's clock: when it was read if nothing was
 *     left to read, else when its last row was written, or the first one that has to wait for a
 *     transaction before it; null if it is of one slice that had stood still
 * @param asOfNanos the same on the monotonic clock
 * @param mayRepeat whether some rows may have been projected before, as after the number of ranges
 *     was changed
 */
public record JournalPage(
    RangePosition follows,
    List<JournalRow> rows,
    RangePosition end,
    long passed,
    Instant writtenAt,
    @Nullable Instant asOf,
    long asOfNanos,
    boolean mayRepeat) {

  /** How many events its rows hold. */
  public int events() {
    return JournalRow.events(rows);
  }
}
