package dev.bursar.benchmarks.inhouse;

/** A request that can't be read; names the field. */
final class BadRequest extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BadRequest(String field, String message) {
    super(field + ": " + message, null, false, false);
  }
}
