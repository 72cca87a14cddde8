package dev.bursar.benchmarks.customers;

/** A customer that the node would not have; the message is one line, with the node's own words. */
public final class SetupFailure extends Exception {

  private static final long serialVersionUID = 1L;

  SetupFailure(String message) {
    super(message);
  }
}
