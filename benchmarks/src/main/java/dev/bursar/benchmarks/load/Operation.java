package dev.bursar.benchmarks.load;

/** What a load loop does over and over: one call, or a few that count as one. */
@FunctionalInterface
public interface Operation {

  /**
   * Does it once, on the caller's connection.
   *
   * @param number 0, 1, 2, …: never the same twice in one loop, warm-up included
   */
  Outcome perform(HttpConnection connection, long number) throws CallFailure;
}
