package dev.bursar.benchmarks.trace;

/** A trace that can't be used; the message is one line, made for whoever named the file. */
public final class TraceException extends Exception {

  private static final long serialVersionUID = 1L;

  TraceException(String message) {
    super(message);
  }

  TraceException(String message, Throwable cause) {
    super(message, cause);
  }
}
