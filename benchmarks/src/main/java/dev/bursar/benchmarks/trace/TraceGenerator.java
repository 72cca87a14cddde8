package dev.bursar.benchmarks.trace;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Made-up LLM calls with the shape of real conversation traffic: short and long prompts in two
 * humps around 300 and 1,100 tokens with a tail to 14,000, answers around 100 and 400 tokens up to
 * 1,000, and arrivals in bursts, five and a half a second on average.
 */
public final class TraceGenerator {

  /**
   * How many rows there are unless told otherwise: about as many as in an hour of the real thing.
   */
  public static final int ROWS = 20_000;

  private static final LocalDateTime START = LocalDateTime.of(2026, 1, 5, 9, 0);
  private static final double ARRIVALS_PER_SECOND = 5.5;

  private TraceGenerator() {}

  /** The same rows for the same seed; fewer rows are the first of more. */
  public static List<TraceRow> rows(long seed, int count) {
    Random random = Seed.random(seed, "trace");
    List<TraceRow> rows = new ArrayList<>(count);
    LocalDateTime at = START;
    for (int i = 0; i < count; i++) {
      at = at.plus(gap(random));
      boolean chatty = random.nextDouble() < 0.45;
      rows.add(new TraceRow(at, inputTokens(random, chatty), outputTokens(random, chatty)));
    }
    return rows;
  }

  /** Two thirds of the arrivals follow close on one another, the rest after a pause; to 100 ns. */
  private static Duration gap(Random random) {
    double mean = (random.nextDouble() < 0.66 ? 0.5 : 1.97) / ARRIVALS_PER_SECOND;
    double seconds = -mean * StrictMath.log(1 - random.nextDouble());
    return Duration.ofNanos(Math.round(seconds * 1e7) * 100);
  }

  private static int inputTokens(Random random, boolean chatty) {
    double tail = random.nextDouble();
    double median = tail < 0.15 ? 2_900 : chatty ? 300 : 1_080;
    double spread = tail < 0.15 ? 0.4 : chatty ? 0.5 : 0.2;
    return tokens(random, median, spread, 14_000);
  }

  private static int outputTokens(Random random, boolean chatty) {
    boolean brief = random.nextDouble() < (chatty ? 0.3 : 0.85);
    return tokens(random, brief ? 95 : 400, brief ? 0.5 : 0.12, 1_000);
  }

  private static int tokens(Random random, double median, double spread, int most) {
    double tokens = median * StrictMath.exp(spread * random.nextGaussian());
    return Math.clamp(Math.round(tokens), 2, most);
  }
}
