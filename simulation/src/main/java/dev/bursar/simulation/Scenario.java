package dev.bursar.simulation;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One history to be tried. All that is random follows from the seed.
 *
 * @param seed the seed
 * @param faults what goes wrong
 * @param clients how many ask at once, 1 to 8
 * @param operations how many operations each of them asks for, 1 to 100
 */
public record Scenario(long seed, Set<Fault> faults, int clients, int operations) {

  /** How many clients there may be. */
  public static final int CLIENTS_MAX = 8;

  /** How many operations a client may ask for. */
  public static final int OPERATIONS_MAX = 100;

  private static final int OPERATIONS_MIN = 4;
  private static final int OPERATIONS_MORE = 16;
  private static final int WITHOUT_FAULTS_ONE_IN = 4;

  /** The scenario of a seed: a random subset of the faults, and a quarter of all without any. */
  public static Scenario of(long seed) {
    Random random = new Random(new SplittableRandom(seed).nextLong());
    EnumSet<Fault> faults = EnumSet.noneOf(Fault.class);
    if (random.nextInt(WITHOUT_FAULTS_ONE_IN) > 0) {
      int chance = 1 + random.nextInt(3);
      for (Fault fault : Fault.values()) {
        if (random.nextInt(4) < chance) {
          faults.add(fault);
        }
      }
    }
    return new Scenario(
        seed,
        faults,
        1 + random.nextInt(CLIENTS_MAX),
        OPERATIONS_MIN + random.nextInt(OPERATIONS_MORE));
  }

  boolean has(Fault fault) {
    return faults.contains(fault);
  }

  Scenario without(Fault fault) {
    EnumSet<Fault> fewer = EnumSet.noneOf(Fault.class);
    fewer.addAll(faults);
    fewer.remove(fault);
    return new Scenario(seed, fewer, clients, operations);
  }

  Scenario withClients(int count) {
    return new Scenario(seed, faults, count, operations);
  }

  Scenario withOperations(int count) {
    return new Scenario(seed, faults, clients, count);
  }

  @Override
  public String toString() {
    return "seed %d, %d clients, %d operations each, %s"
        .formatted(seed, clients, operations, faults.isEmpty() ? "no faults" : faults);
  }
}
