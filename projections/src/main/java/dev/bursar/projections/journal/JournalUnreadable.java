package dev.bursar.projections.journal;

import org.jspecify.annotations.Nullable;

/**
 * What is in the journal can't be taken in: a row can't be read, or doesn't follow on the one
 * before. Nothing after it may be projected, of its slice, until somebody has looked.
 */
public final class JournalUnreadable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final @Nullable Integer slice;

  /**
   * @param slice which slice the row is in; null if it is not the row that is wrong
   */
  public JournalUnreadable(String message, @Nullable Integer slice, @Nullable Throwable cause) {
    super(message, cause);
    this.slice = slice;
  }

  /** Which slice stands still by it; null if it is not a row that is wrong. */
  public @Nullable Integer slice() {
    return slice;
  }
}
