package dev.bursar.benchmarks.load;

import java.io.IOException;

/** A call that got no answer. Whether the server carried it out is unknown. */
public final class CallFailure extends IOException {

  private static final long serialVersionUID = 1L;

  private final Outcome outcome;

  CallFailure(Outcome outcome, String message) {
    super(message);
    this.outcome = outcome;
  }

  CallFailure(Outcome outcome, Throwable cause) {
    super(outcome.label() + ": " + cause.getMessage(), cause);
    this.outcome = outcome;
  }

  /** One of the transport outcomes: connect, reset, timeout or malformed. */
  public Outcome outcome() {
    return outcome;
  }
}
