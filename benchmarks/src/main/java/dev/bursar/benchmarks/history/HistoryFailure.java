package dev.bursar.benchmarks.history;

/** A node that does not show what there is to be compared; the message is one line. */
public final class HistoryFailure extends Exception {

  private static final long serialVersionUID = 1L;

  HistoryFailure(String message) {
    super(message);
  }

  HistoryFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
