package dev.bursar.simulation.history;

import java.util.Random;

/**
 * How long a history is.
 *
 * @param clients how many ask at once, 1 to {@link #CLIENTS_MAX}
 * @param operations how many operations each of them asks for
 */
public record Size(int clients, int operations) {

  /** How many clients there may be. */
  public static final int CLIENTS_MAX = 8;

  private static final int OPERATIONS_MIN = 4;
  private static final int OPERATIONS_MORE = 16;

  /** One that is drawn by lot: 4 to 19 operations. */
  public static Size of(Random random) {
    int clients = 1 + random.nextInt(CLIENTS_MAX);
    return new Size(clients, OPERATIONS_MIN + random.nextInt(OPERATIONS_MORE));
  }
}
