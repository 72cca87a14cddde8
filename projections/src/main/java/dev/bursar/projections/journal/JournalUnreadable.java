package dev.bursar.projections.journal;

import org.jspecify.annotations.Nullable;

/**
 * What is in the journal can't be taken in: a row can't be read, or doesn't follow on the one
 * before. Nothing after it may be projected until somebody has looked.
 */
public final class JournalUnreadable extends RuntimeException {

  public JournalUnreadable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
