package dev.bursar.projections.verify;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.journal.BatchCodec;

/** Folds a team, and compares its budgets with what was charged. */
final class TeamVerification {

  private final Team team;
  private final FoldedEntity<TeamEvent> folded;
  private final BudgetVerification budgets;

  TeamVerification(EntityId id, Lateness lateness, Reservations reservations, Findings findings) {
    OperationMemory memory = new OperationMemory(0, 0);
    this.team = new Team(lateness, memory);
    this.folded =
        new FoldedEntity<>(
            id, new Entity<>(new TeamAggregate(team), memory), BatchCodec.teams(), findings);
    this.budgets =
        new BudgetVerification(
            id, Reservations.Counting.TEAM, reservations, lateness.lateFor(), findings);
  }

  void take(StoredRow row) {
    folded.take(row, this::folded);
  }

  private void folded(StoredRow row, Batch<TeamEvent> batch) {
    for (Recorded<TeamEvent> recorded : batch.recorded()) {
      switch (recorded.event()) {
        case TeamEvent.BudgetHeld held ->
            budgets.held(
                held.reservation(),
                new Quantities(held.amount(), held.usage()),
                held.limits(),
                row.writtenAtMs());
        case TeamEvent.BudgetSettled settled ->
            budgets.settled(settled.closure(), settled.at().toEpochMilli(), row.writtenAtMs());
        case TeamEvent.BudgetBarred barred ->
            budgets.takenBack(barred.reservation(), barred.at().toEpochMilli(), row.writtenAtMs());
        case TeamEvent.CountingStarted started ->
            budgets.countOpen(started.budget(), started.open());
        case TeamEvent.CountedBefore before ->
            budgets.countBefore(before.budget(), before.since(), before.counts());
        case TeamEvent.BudgetForgotten forgotten ->
            budgets.forgotten(forgotten.budget(), forgotten.through());
      }
    }
  }

  void finish() {
    if (!folded.isBroken()) {
      budgets.finish(team.tallies());
    }
  }
}
