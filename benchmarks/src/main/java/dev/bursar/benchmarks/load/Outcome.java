package dev.bursar.benchmarks.load;

/** How one operation of a load loop ended. */
public enum Outcome {
  OK("ok"),
  DENIED("denied"),
  CONNECT("no connection"),
  RESET("connection reset"),
  TIMEOUT("timeout"),
  MALFORMED("malformed answer"),
  OVERLOADED("429"),
  UNAVAILABLE("503"),
  REJECTED("other 4xx"),
  SERVER_ERROR("other 5xx"),
  /** Was due in an open loop, and the loop ended before a connection was free for it. */
  UNSENT("unsent");

  private final String label;

  Outcome(String label) {
    this.label = label;
  }

  /** The name to print. */
  public String label() {
    return label;
  }

  boolean isTransport() {
    return this == CONNECT || this == RESET || this == TIMEOUT || this == MALFORMED;
  }
}
