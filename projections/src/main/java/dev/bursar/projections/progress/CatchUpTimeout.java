package dev.bursar.projections.progress;

/** The read models did not catch up in time. The message says which ranges, and why if known. */
public final class CatchUpTimeout extends RuntimeException {

  CatchUpTimeout(String message) {
    super(message);
  }
}
