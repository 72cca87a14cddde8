package dev.bursar.api.otlp;

/** What a span comes to. */
sealed interface Reading {

  /** It tells of no model call, or of one that used nothing, or repeats what others tell of. */
  record Nothing() implements Reading {}

  /** It tells of a model call. */
  record Counted(ModelCall call) implements Reading {}

  /**
   * It tells of usage, but can't be accounted for.
   *
   * @param field the attribute or field at fault
   * @param detail a sentence for a person
   */
  record Refused(String field, String detail) implements Reading {}
}
