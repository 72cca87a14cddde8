package dev.bursar.simulation.history;

import java.util.Arrays;
import java.util.Random;

/** A Zipf distribution over the ranks 0 to n−1: rank k has a weight of 1 / (k+1)^exponent. */
public final class Zipf {

  private final double[] cumulative;

  /**
   * @param ranks 1 to 1,000,000
   * @param exponent 0 (all alike) or more; around 1 for customers and their users
   */
  public Zipf(int ranks, double exponent) {
    if (ranks < 1 || ranks > 1_000_000 || !(exponent >= 0)) {
      throw new IllegalArgumentException("ranks " + ranks + ", exponent " + exponent);
    }
    cumulative = new double[ranks];
    double sum = 0;
    for (int k = 0; k < ranks; k++) {
      sum += StrictMath.pow(k + 1, -exponent);
      cumulative[k] = sum;
    }
  }

  /** The share of a rank, 0 to 1. */
  public double share(int rank) {
    double below = rank == 0 ? 0 : cumulative[rank - 1];
    return (cumulative[rank] - below) / cumulative[cumulative.length - 1];
  }

  /** A rank. */
  public int draw(Random random) {
    double point = random.nextDouble() * cumulative[cumulative.length - 1];
    int found = Arrays.binarySearch(cumulative, point);
    return Math.min(found < 0 ? -found - 1 : found + 1, cumulative.length - 1);
  }
}
