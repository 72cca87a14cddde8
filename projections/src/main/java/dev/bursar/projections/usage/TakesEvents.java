package dev.bursar.projections.usage;

/** A question takes many single events, for which there is another place. */
final class TakesEvents extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TakesEvents() {
    super("no sums answer it", null, false, false);
  }
}
