package dev.bursar.projections.journal;

/** Is told by a source how it goes on, and knows what became of what it read. Thread-safe. */
public interface JournalReader {

  /**
   * Reading begins here, for the first time or again.
   *
   * @param passed the number within the journal of the last row that does not come after this; 0 if
   *     there is none
   */
  void started(JournalPosition from, long passed);

  /** The journal's last row, as last seen. */
  void saw(JournalPosition journalHead);

  /** A page is on its way to be projected. */
  void emitted(JournalPage page);

  /** Whether nothing is on its way. */
  boolean allProjected();

  /** There was nothing to read up to the end of this page, and nothing is on its way. */
  void idle(JournalPage page);

  /** Whether nothing more is to be read. */
  boolean isClosed();
}
