package dev.bursar.benchmarks.bench;

import java.util.List;

/**
 * What to ask of usage, at which size.
 *
 * @param events of one org in one month, from 1
 * @param rate one-shots a second, while it is measured how soon they can be seen
 * @param seconds for how long, from 1
 * @param warmupSeconds and for how long before that, not counted
 * @param shapes over how many orgs, one after the other
 * @param asked how often each question is asked, from 1
 */
public record UsageBenchOptions(
    long events, int rate, int seconds, int warmupSeconds, List<Shape> shapes, int asked) {

  private static final long EVENTS = 10_000_000;
  private static final int RATE = 2_000;

  /** For how long it is measured how soon usage can be seen, unless something else is said. */
  public static final int SECONDS = 60;

  public UsageBenchOptions {
    shapes = List.copyOf(shapes);
  }

  /** Whether it is as much as the targets are for. */
  boolean isAtSize() {
    return events >= EVENTS && rate >= RATE && seconds >= SECONDS;
  }
}
