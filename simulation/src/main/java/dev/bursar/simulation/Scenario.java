package dev.bursar.simulation;

import dev.bursar.simulation.history.Size;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * One history to be tried. All that is random follows from the seed.
 *
 * @param seed the seed
 * @param faults what goes wrong
 * @param clients how many ask at once, 1 to 8
 * @param operations how many operations each of them asks for while things go wrong, 1 to 100; a
 *     few more come when those have ended
 * @param remembered how many operations an entity remembers, 5 or more
 * @param without what it has not, though by its seed it would
 * @param skipped operations that nobody asks for, though by the seed they would
 */
public record Scenario(
    long seed,
    Set<Fault> faults,
    int clients,
    int operations,
    int remembered,
    Set<Beside> without,
    SkippedOperations skipped) {

  /** One that has all that follows from its seed. */
  public Scenario(long seed, Set<Fault> faults, int clients, int operations, int remembered) {
    this(seed, faults, clients, operations, remembered, Set.of(), SkippedOperations.NONE);
  }

  /** How many clients there may be. */
  public static final int CLIENTS_MAX = Size.CLIENTS_MAX;

  /** How many operations a client may ask for. */
  public static final int OPERATIONS_MAX = 100;

  private static final int WITHOUT_FAULTS_ONE_IN = 4;

  /** More than any history has, so that no key is ever forgotten. */
  public static final int REMEMBERED_ALL = 10_000;

  private static final int FORGETFUL_ONE_IN = 5;

  /** The fewest operations that an entity remembers. */
  public static final int REMEMBERED_MIN = 5;

  private static final int REMEMBERED_MORE = 36;

  /** The scenario of a seed: a random subset of the faults, and a quarter of all without any. */
  public static Scenario of(long seed) {
    Random random = new Random(new SplittableRandom(seed).nextLong());
    EnumSet<Fault> faults = EnumSet.noneOf(Fault.class);
    int chance = 0;
    if (random.nextInt(WITHOUT_FAULTS_ONE_IN) > 0) {
      chance = 1 + random.nextInt(3);
      for (Fault fault : Fault.values()) {
        if (!fault.isOfSidecars() && random.nextInt(4) < chance) {
          faults.add(fault);
        }
      }
    }
    Size size = Size.of(random);
    int remembered =
        random.nextInt(FORGETFUL_ONE_IN) > 0
            ? REMEMBERED_ALL
            : REMEMBERED_MIN + random.nextInt(REMEMBERED_MORE);
    if (chance > 0 && Beside.SIDECARS.isIn(seed)) {
      for (Fault fault : Fault.values()) {
        if (fault.isOfSidecars() && random.nextInt(4) < chance) {
          faults.add(fault);
        }
      }
    }
    return new Scenario(seed, faults, size.clients(), size.operations(), remembered);
  }

  /** Whether keys are forgotten. */
  boolean isForgetful() {
    return remembered < REMEMBERED_ALL;
  }

  boolean has(Fault fault) {
    return faults.contains(fault);
  }

  Scenario without(Fault fault) {
    EnumSet<Fault> fewer = EnumSet.noneOf(Fault.class);
    fewer.addAll(faults);
    fewer.remove(fault);
    return new Scenario(seed, fewer, clients, operations, remembered, without, skipped);
  }

  Scenario withClients(int count) {
    return new Scenario(seed, faults, count, operations, remembered, without, skipped);
  }

  Scenario withOperations(int count) {
    return new Scenario(seed, faults, clients, count, remembered, without, skipped);
  }

  Scenario withoutForgetting() {
    return new Scenario(seed, faults, clients, operations, REMEMBERED_ALL, without, skipped);
  }

  /** Whether it has this, by its seed, and that is not left out. */
  boolean has(Beside what) {
    return !without.contains(what) && what.isIn(seed);
  }

  /** Whether a sidecar or somebody else decides from leases. */
  boolean hasLeases() {
    return has(Beside.SIDECARS) || has(Beside.HOLDERS);
  }

  /** The same without that. */
  public Scenario without(Set<Beside> what) {
    return new Scenario(seed, faults, clients, operations, remembered, Set.copyOf(what), skipped);
  }

  Scenario without(Beside what) {
    EnumSet<Beside> more = EnumSet.of(what);
    more.addAll(without);
    return without(more);
  }

  /** The same, and nobody asks for these, either. */
  Scenario skipping(Collection<OperationName> more) {
    return new Scenario(seed, faults, clients, operations, remembered, without, skipped.and(more));
  }

  @Override
  public String toString() {
    return "seed %d, %s, %s each and some when all is well again, %s%s%s%s"
        .formatted(
            seed,
            counted(clients, "client"),
            counted(operations, "operation"),
            faults.isEmpty() ? "no faults" : faults,
            isForgetful() ? ", %d keys remembered".formatted(remembered) : "",
            without.isEmpty() ? "" : ", without " + new TreeSet<>(without),
            skipped.isEmpty() ? "" : ", skipping " + skipped);
  }

  private static String counted(int many, String what) {
    return many + " " + what + (many == 1 ? "" : "s");
  }
}
