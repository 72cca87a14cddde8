package dev.bursar.domain.team;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A team: what its members have used and hold against the team's limits. Mutable, owned by one
 * thread, changed by events alone.
 */
public final class Team {

  private final Tallies tallies;
  private final OperationMemory memory;
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

  /** Whether a hold of this time that is not found may have been forgotten. */
  boolean mayHaveForgotten(Instant madeAt) {
    return memory.mayHaveForgotten(madeAt);
  }

  /** Where the journal has what was last done for a reservation; null if nothing was. */
  @Nullable Place placeOf(String reservation) {
    return memory.place(Operation.holding(reservation).key());
  }

  void apply(TeamEvent event) {
    lastAt = event.at();
    switch (event) {
      case TeamEvent.BudgetHeld held ->
          tallies.hold(
              held.reservation(), new Quantities(held.amount(), held.usage()), held.limits());
      case TeamEvent.BudgetSettled settled -> {
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
    tallies.close(Closure.givenBack(reservation), event.at());
  }

  /** All of it as plain data. */
  public Snapshot snapshot() {
    return new Snapshot(lastAt, tallies.snapshot());
  }

  /** Takes in a snapshot; the team must be new. */
  public void restore(Snapshot from) {
    lastAt = from.lastAt();
    tallies.restore(from.tallies());
  }

  /** A team as plain, immutable data. */
  public record Snapshot(Instant lastAt, Tallies.Snapshot tallies) {}
}
