package dev.bursar.projections.rebuild;

import java.io.Serial;

/**
 * A rebuild that came to nothing: the read tables are as they were. The message is one line, made
 * for the person who started it.
 */
public final class RebuildFailure extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  RebuildFailure(String message) {
    super(message);
  }

  RebuildFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
