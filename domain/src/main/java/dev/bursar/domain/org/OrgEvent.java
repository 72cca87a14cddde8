package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.WalletOwner;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has happened in an org. */
public sealed interface OrgEvent {

  /** When; never earlier than the org's event before it. */
  Instant at();

  /** The settings were set. */
  record OrgPut(Instant at, String org, OrgSettings settings, String actor) implements OrgEvent {}

  /** A unit was added or changed. */
  record UnitPut(Instant at, Unit unit, String actor) implements OrgEvent {}

  /** A unit was removed. */
  record UnitRemoved(Instant at, String unit, String actor) implements OrgEvent {}

  /** A user was added or changed. */
  record UserPut(Instant at, User user, String actor) implements OrgEvent {}

  /**
   * A budget is about to be set: from here on it is counted for, and denies nothing.
   *
   * @param open what is open, and counts against it, or would if it came late
   * @param attempt names the attempt to set it
   */
  record BudgetDrafted(Instant at, Budget budget, List<OpenPart> open, String attempt, String actor)
      implements OrgEvent {}

  /**
   * A budget was added or changed.
   *
   * @param counts what had been used before it was added, where the org itself counts it
   */
  record BudgetPut(Instant at, Budget budget, List<OpeningCount> counts, String actor)
      implements OrgEvent {}

  /** A budget was removed. */
  record BudgetRemoved(Instant at, String budget, String actor) implements OrgEvent {}

  /** Other limits count for some time. */
  record OverridePut(Instant at, LimitOverride override, String actor) implements OrgEvent {}

  /** The budgets' own limits count again. */
  record OverrideRemoved(Instant at, String override, String actor) implements OrgEvent {}

  /** A scope was frozen, or is frozen otherwise. */
  record Frozen(Instant at, Freeze freeze, String actor) implements OrgEvent {}

  /** A freeze was lifted. */
  record Unfrozen(Instant at, Scope scope, String actor) implements OrgEvent {}

  /** A wallet was noted. */
  record WalletPut(Instant at, String wallet, WalletOwner owner, String actor)
      implements OrgEvent {}

  /**
   * What its plan and its add-ons grant was settled anew; its wallet is told of the changes until
   * it has them.
   *
   * @param subscribedAt when the subscription began that they are of
   * @param changes in their order; none if it grants nothing so far
   */
  record PlanGrantsSettled(Instant at, Instant subscribedAt, List<PlanGrantChange> changes)
      implements OrgEvent {}

  /**
   * The wallet has a change of what its plan or add-ons grant.
   *
   * @param number the change's
   * @param grant the grant's name
   * @param over whether the grant was over before it could be changed
   */
  record PlanGrantTold(Instant at, long number, String grant, boolean over) implements OrgEvent {}

  /** The org agreed to a reservation, and holds its part. */
  record ReservationBegun(Instant at, Plan plan) implements OrgEvent {}

  /**
   * An open reservation is driven on, by an org that may not have begun it: one that is behind its
   * journal can't put that on record.
   *
   * @param times how often it has been by then
   */
  record ReservationTakenOver(Instant at, String reservation, int times) implements OrgEvent {}

  /** Nothing was known of this reservation, and it can't begin any more. */
  record ReservationBarred(Instant at, String reservation) implements OrgEvent {}

  /** A reservation was denied, and this is all that stood in the way. */
  record ReservationDenied(
      Instant at, Plan plan, List<Denial> denials, @Nullable Operation operation)
      implements OrgEvent {}

  /**
   * A reservation ended.
   *
   * @param alerts the thresholds that it reached
   */
  record ReservationSettled(Instant at, Closure closure, List<ThresholdAlert> alerts)
      implements OrgEvent {}
}
