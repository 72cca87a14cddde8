package dev.bursar.projections.journal;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Is told by a source how it goes on, and knows what became of what it read. Thread-safe. */
public interface JournalReader {

  /**
   * Reading begins here, for the first time or again.
   *
   * @param passed the number within the journal of the last row that does not come after this; 0 if
   *     there is none
   * @return which reading this is: what is said of an earlier one from now on counts for nothing
   */
  long started(RangePosition from, long passed);

  /** The journal's last row, as last seen. */
  void saw(JournalPosition journalHead);

  /** A page is on its way to be projected. */
  void emitted(long reading, JournalPage page);

  /** Whether nothing is on its way. */
  boolean allProjected();

  /** Ends once nothing is on its way; never, if what is on its way fails. */
  CompletionStage<Void> whenAllProjected();

  /** There was nothing to read up to the end of this page, and nothing is on its way. */
  void idle(long reading, JournalPage page);

  /** A slice stands still before a row, for this reason, while the others go on. */
  void standsStill(int slice, String reason);

  /** What waited in a slice that stands still, when it was last looked at. */
  void waits(int slice, Waiting waiting);

  /**
   * Slices of which a row could not be projected since this was last asked, each with the reason:
   * they are to stand still.
   */
  Map<Integer, String> takeFailedSlices();

  /**
   * Whether a page could not be projected since this was last asked, and nobody knows which slice
   * is to blame, if any is.
   */
  boolean takeUnexplained();

  /** Whether nothing more is to be read. */
  boolean isClosed();
}
