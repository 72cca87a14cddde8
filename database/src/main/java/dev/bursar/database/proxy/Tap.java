package dev.bursar.database.proxy;

/** Listens in on one connection of a {@link TcpProxy}. Each direction has a thread of its own. */
public interface Tap {

  /** What is about to be passed on to the server. */
  void asked(byte[] bytes, int length);

  /**
   * What the server has answered.
   *
   * @return whether it is passed on; if not, the connection is cut
   */
  boolean passes(byte[] bytes, int length);
}
