package dev.bursar.domain.team;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A team: what its members have used and hold against the team's limits. Mutable, owned by one
 * thread, changed by events alone.
 */
public final class Team {

  private final Tallies tallies;
  private final OperationMemory memory;

  /** When what is open was held; not of what an early snapshot had, or what is counted midway. */
  private final Map<String, Instant> heldAt = new HashMap<>();

  private Instant lastAt = Instant.EPOCH;

  /**
   * A team that has counted nothing.
   *
   * @param lateness how long what has ended may still be told of
   * @param memory the entity's memory of operations; a barred hold is remembered there
   */
  public Team(Lateness lateness, OperationMemory memory) {
    this.tallies = new Tallies(lateness);
    this.memory = memory;
  }

  public Tallies tallies() {
    return tallies;
  }

  /** When it last changed. */
  public Instant lastAt() {
    return lastAt;
  }

  boolean hasSeen(String reservation) {
    return placeOf(reservation) != null;
  }

  /** The entity's memory of operations. */
  OperationMemory memory() {
    return memory;
  }

  /** The open reservations, and since when each may have ended. */
  Map<String, Instant> open() {
    Map<String, Instant> open = new LinkedHashMap<>();
    for (String reservation : tallies.open().keySet()) {
      open.put(reservation, heldAt.getOrDefault(reservation, Instant.EPOCH));
    }
    return open;
  }

  /** Where the journal has what was last done for a reservation; null if nothing was. */
  @Nullable Place placeOf(String reservation) {
    return memory.place(Operation.holding(reservation).key());
  }

  void apply(TeamEvent event) {
    lastAt = event.at();
    switch (event) {
      case TeamEvent.BudgetHeld held -> {
        heldAt.put(held.reservation(), held.at());
        tallies.hold(
            held.reservation(), new Quantities(held.amount(), held.usage()), held.limits());
      }
      case TeamEvent.BudgetSettled settled -> {
        heldAt.remove(settled.closure().reservation());
        tallies.close(settled.closure(), settled.at());
        tallies.told(settled.alerts());
      }
      case TeamEvent.BudgetBarred barred -> bar(barred);
      case TeamEvent.CountingStarted started -> tallies.countOpen(started.budget(), started.open());
      case TeamEvent.CountedBefore before ->
          tallies.countBefore(before.budget(), before.since(), before.counts());
      case TeamEvent.BudgetForgotten forgotten ->
          tallies.forget(forgotten.budget(), forgotten.through());
    }
  }

  /** Takes the hold back if there is one. */
  private void bar(TeamEvent.BudgetBarred event) {
    String reservation = event.reservation();
    heldAt.remove(reservation);
    tallies.close(Closure.givenBack(reservation), event.at());
  }

  /** All of it as plain data. */
  public Snapshot snapshot() {
    return new Snapshot(lastAt, tallies.snapshot(), Map.copyOf(heldAt));
  }

  /** Takes in a snapshot; the team must be new. */
  public void restore(Snapshot from) {
    lastAt = from.lastAt();
    tallies.restore(from.tallies());
    heldAt.putAll(from.heldAt());
  }

  /**
   * A team as plain, immutable data.
   *
   * @param heldAt when what is open was held; lacks what was open in early snapshots
   */
  public record Snapshot(Instant lastAt, Tallies.Snapshot tallies, Map<String, Instant> heldAt) {}
}
