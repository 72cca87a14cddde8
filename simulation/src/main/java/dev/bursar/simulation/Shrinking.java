package dev.bursar.simulation;

import java.util.ArrayList;
import java.util.List;

/** Makes a scenario that fails smaller, as long as the same check goes on finding it. */
public final class Shrinking {

  private static final int RUNS_MAX = 300;

  private final Tampering tampering;
  private final String check;
  private Scenario smallest;
  private int runs;

  private Shrinking(Simulation.Outcome failing, Tampering tampering) {
    this.smallest = failing.scenario();
    this.check = failing.check();
    this.tampering = tampering;
  }

  /**
   * A scenario that still fails in the same way, with fewer faults, clients and operations, and
   * less beside them, where that can be.
   *
   * @param failing what one that fails came to
   * @param tampering what it fails with
   */
  public static Scenario smallest(Simulation.Outcome failing, Tampering tampering) {
    Shrinking shrinking = new Shrinking(failing, tampering);
    while (shrinking.step()) {
      // Until nothing can be left out any more.
    }
    return shrinking.smallest;
  }

  private boolean step() {
    for (Scenario smaller : smaller()) {
      if (runs++ < RUNS_MAX && failsInTheSameWay(smaller)) {
        smallest = smaller;
        return true;
      }
    }
    return false;
  }

  private boolean failsInTheSameWay(Scenario scenario) {
    Simulation.Outcome outcome = Simulation.run(scenario, tampering, null);
    return outcome.failed() && outcome.check().equals(check);
  }

  private List<Scenario> smaller() {
    List<Scenario> all = new ArrayList<>();
    Scenario from = smallest;
    for (int clients : List.of(1, from.clients() / 2, from.clients() - 1)) {
      if (clients >= 1 && clients < from.clients()) {
        all.add(from.withClients(clients));
      }
    }
    for (int operations : List.of(from.operations() / 2, from.operations() - 1)) {
      if (operations >= 1 && operations < from.operations()) {
        all.add(from.withOperations(operations));
      }
    }
    from.faults().forEach(fault -> all.add(from.without(fault)));
    if (from.isForgetful()) {
      all.add(from.withoutForgetting());
    }
    for (Beside what : Beside.values()) {
      if (from.has(what)) {
        all.add(from.without(what));
      }
    }
    return all;
  }
}
