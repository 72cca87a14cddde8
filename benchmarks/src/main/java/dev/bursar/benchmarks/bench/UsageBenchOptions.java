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

  public UsageBenchOptions {
    shapes = List.copyOf(shapes);
  }
}
