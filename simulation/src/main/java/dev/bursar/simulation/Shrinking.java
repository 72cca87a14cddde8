package dev.bursar.simulation;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** Makes a scenario that fails smaller, as long as the same check goes on finding it. */
public final class Shrinking {

  private static final int RUNS_MAX = 1_000;

  /** On a slow machine what is told is larger. */
  private static final Duration LASTS_MAX = Duration.ofMinutes(3);

  private final Tampering tampering;
  private final String check;
  private final BiConsumer<Integer, Simulation.Outcome> progress;
  private final long endNanos = System.nanoTime() + LASTS_MAX.toNanos();
  private Simulation.Outcome smallest;
  private int runs;

  private Shrinking(
      Simulation.Outcome failing,
      Tampering tampering,
      BiConsumer<Integer, Simulation.Outcome> progress) {
    this.smallest = failing;
    this.check = failing.check();
    this.tampering = tampering;
    this.progress = progress;
  }

  /** The same as {@link #smallest(Simulation.Outcome, Tampering, BiConsumer)}, told to nobody. */
  public static Scenario smallest(Simulation.Outcome failing, Tampering tampering) {
    return smallest(failing, tampering, (runs, outcome) -> {});
  }

  /**
   * A scenario that still fails in the same way, with fewer faults, clients and operations, and
   * less beside them, where that can be. It takes three minutes at most, and a thousand runs.
   *
   * @param failing what one that fails came to
   * @param tampering what it fails with
   * @param progress told after each run how many there were, and what the smallest came to so far
   */
  public static Scenario smallest(
      Simulation.Outcome failing,
      Tampering tampering,
      BiConsumer<Integer, Simulation.Outcome> progress) {
    Shrinking shrinking = new Shrinking(failing, tampering, progress);
    boolean fewer = true;
    while (fewer) {
      fewer = shrinking.leaveOut() | shrinking.skipOperations();
    }
    return shrinking.smallest.scenario();
  }

  private Scenario now() {
    return smallest.scenario();
  }

  /** Whether any of it could be left out: all of a kind at once, or one after the other. */
  private boolean leaveOut() {
    Scenario before = now();
    for (int count : List.of(1, now().clients() / 2, now().clients() - 1)) {
      if (count >= 1 && count < now().clients()) {
        isEnough(now().withClients(count));
      }
    }
    for (int count : List.of(1, now().operations() / 2, now().operations() - 1)) {
      if (count >= 1 && count < now().operations()) {
        isEnough(now().withOperations(count));
      }
    }
    leaveOut(before.faults(), Scenario::without);
    if (now().isForgetful()) {
      isEnough(now().withoutForgetting());
    }
    Set<Beside> beside = EnumSet.allOf(Beside.class);
    beside.removeIf(each -> !before.has(each));
    leaveOut(beside, Scenario::without);
    return !now().equals(before);
  }

  private <E> void leaveOut(Set<E> all, BiFunction<Scenario, E, Scenario> without) {
    Scenario none = now();
    for (E each : all) {
      none = without.apply(none, each);
    }
    if (all.size() < 2 || !isEnough(none)) {
      all.forEach(each -> isEnough(without.apply(now(), each)));
    }
  }

  /** Halves of what is asked for, quarters, and so on to single operations. */
  private boolean skipOperations() {
    boolean any = false;
    int size = smallest.asked().size();
    while (size > 1) {
      size = (size + 1) / 2;
      // From the end: what is asked for after it changes nothing of what comes before.
      for (int to = smallest.asked().size(); to > 0; to -= size) {
        List<OperationName> asked = smallest.asked();
        if (to <= asked.size()) {
          List<OperationName> some = asked.subList(Math.max(0, to - size), to);
          any |= isEnough(now().skipping(some));
        }
      }
    }
    return any;
  }

  /** Whether it fails in the same way: it is the smallest then. */
  private boolean isEnough(Scenario scenario) {
    if (runs >= RUNS_MAX || System.nanoTime() - endNanos > 0) {
      return false;
    }
    Simulation.Outcome outcome = Simulation.run(scenario, tampering, smallest.steps());
    boolean same = outcome.failed() && outcome.check().equals(check);
    if (same) {
      smallest = outcome;
    }
    progress.accept(++runs, smallest);
    return same;
  }
}
