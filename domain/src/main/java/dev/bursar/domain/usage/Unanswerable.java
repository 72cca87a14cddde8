package dev.bursar.domain.usage;

/**
 * A question about usage that can't be answered as it was asked, and never will be: the message
 * says how it can.
 */
public final class Unanswerable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why it can't. */
  public enum Reason {
    /** It is about a time of which what it takes is no longer kept. */
    NOT_KEPT,
    /** Its answer is longer than answers may be. */
    TOO_MANY_ROWS,
    /** It takes longer to answer than answers may take. */
    TOO_MUCH
  }

  private final Reason reason;

  public Unanswerable(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
