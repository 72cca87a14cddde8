package dev.bursar.benchmarks.chaos;

/** Chaos that can't be made: a node that doesn't start, a database that doesn't come back. */
public final class ChaosFailure extends Exception {

  private static final long serialVersionUID = 1L;

  ChaosFailure(String message) {
    super(message);
  }

  ChaosFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
