package dev.bursar.benchmarks.replay;

/** Why a replay can't go on; the message is one line, made for whoever started it. */
public final class ReplayFailure extends Exception {

  private static final long serialVersionUID = 1L;

  ReplayFailure(String message) {
    super(message);
  }

  ReplayFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
