package dev.bursar.api.http;

/** Ends an operation that somebody else is to answer. Expected, and therefore cheap. */
public final class PassedOn extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PassedOn() {
    super("somebody else is to answer", null, false, false);
  }
}
