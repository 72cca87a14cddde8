package dev.bursar.benchmarks.chaos;

/**
 * Listens in on one connection of a {@link CuttingProxy}. Each direction has a thread of its own.
 */
interface Tap {

  /** What is about to be passed on to the server. */
  void asked(byte[] bytes, int length);

  /**
   * What the server has answered.
   *
   * @return whether it is passed on; if not, the connection is cut
   */
  boolean passes(byte[] bytes, int length);
}
