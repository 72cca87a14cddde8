package dev.bursar.simulation.history;

/** What a client does next. */
public sealed interface Step {

  /** It asks for something new, with a key that nobody has used; a report has none. */
  record New(Call call, String key) implements Step {}

  /** It tells of work once more that somebody has told of. */
  record ReportAgain(Call.Report call) implements Step {}

  /**
   * It asks once more for something that it was answered, with the same key.
   *
   * @param at which of those that there are, by the order in which they were answered
   */
  record Again(int at) implements Step {}

  /** It asks for something with the key of something else, which was carried out. */
  record Reuse(Call call, String key) implements Step {}

  /**
   * It ends a reservation with a key that others may have used, or will, to end it in another way.
   */
  record Contested(Call.Commit call, String key) implements Step {}
}
