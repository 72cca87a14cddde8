package dev.bursar.projections.progress;

import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.SliceRange;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A slice range as it stands on this node.
 *
 * @param range which
 * @param state whether it goes on
 * @param position up to where it is projected
 * @param upToDateAt up to when all is shown, by the node's clock; null if nothing was projected
 *     here since the node started
 * @param lagMs how long ago that was, in milliseconds
 * @param rows rows projected since the node started
 * @param failures how often it has failed since the node started
 * @param alarm why it stands still; null unless {@link State#HALTED}
 * @param standing the slices that stand still by themselves while the others go on, each with the
 *     reason
 */
public record RangeStatus(
    SliceRange range,
    State state,
    JournalPosition position,
    @Nullable Instant upToDateAt,
    long lagMs,
    long rows,
    long failures,
    @Nullable String alarm,
    SortedMap<Integer, String> standing) {

  /** Whether a range goes on. */
  public enum State {
    /** It is projected here. */
    RUNNING,
    /** It is to be projected here and can't be; it is tried again and again. */
    HALTED,
    /** It is not projected here, but on another node or not yet. */
    ELSEWHERE
  }
}
