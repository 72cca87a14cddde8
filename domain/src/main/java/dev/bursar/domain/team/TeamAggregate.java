package dev.bursar.domain.team;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.enforcement.BudgetDenials;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Forgotten;
import dev.bursar.domain.operation.Decision.Found;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Decision.Unchanged;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A team and its rules together, as an entity needs them. */
public record TeamAggregate(Team team) implements Aggregate<TeamCommand, TeamEvent, TeamReply> {

  private static final TeamReply DONE = new TeamReply.Done();

  @Override
  public Decision<TeamEvent, TeamReply> decide(TeamCommand command, Instant now) {
    return switch (command) {
      case TeamCommand.HoldBudget hold -> hold(hold, now);
      case TeamCommand.CountUsage count -> count(count, now);
      case TeamCommand.CheckBudget check -> new Told<>(check(check, now));
      // What has ended before it came is not to be held any more.
      case TeamCommand.Settle settle ->
          team.tallies().concerns(settle.closure())
              ? new Accepted<>(
                  new TeamEvent.BudgetSettled(
                      now, settle.closure(), team.tallies().alerts(settle.closure())))
              : settledBefore(settle.closure(), now);
      case TeamCommand.Cancel cancel -> cancel(cancel.reservation(), cancel.origin(), now);
      case TeamCommand.Bar bar -> bar(bar, now);
      case TeamCommand.StartCounting start ->
          overtaken(start.budget())
              ? new Refused<>(Refusal.overtaken())
              : new Accepted<>(startCounting(start, now));
      case TeamCommand.CountBefore before ->
          overtaken(before.budget())
              ? new Refused<>(Refusal.overtaken())
              : new Accepted<>(
                  new TeamEvent.CountedBefore(
                      now, before.budget().id(), before.budget().since(), before.counts()));
      case TeamCommand.ForgetBudget forget ->
          new Accepted<>(new TeamEvent.BudgetForgotten(now, forget.budget(), forget.through()));
      case TeamCommand.ViewLimits view ->
          new Told<>(new TeamReply.Limits(states(view.limits(), now)));
      case TeamCommand.ListOpen list ->
          new Unchanged<>(new TeamReply.Open(team.open(), team.tallies().lapsed()));
    };
  }

  /**
   * Whether a later draft of the budget is counted for. If that came to nothing, only one that is
   * later still is counted for: so that whoever sets this one is not to go on with it.
   */
  private boolean overtaken(Budget budget) {
    return team.tallies().countsLater(budget.id(), budget.since());
  }

  private TeamEvent startCounting(TeamCommand.StartCounting start, Instant now) {
    List<OpenPart> open = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (OpenPart part : start.open()) {
      if (!part.atTeam()
          || team.tallies().holds(part.reservation())
          || team.tallies().hasLapsed(part.reservation())) {
        open.add(part);
      } else {
        unknown.add(part.reservation());
      }
    }
    return new TeamEvent.CountingStarted(now, start.budget(), open, unknown);
  }

  private List<LimitState> states(List<Budgets.Applicable> limits, Instant now) {
    return limits.stream().map(limit -> team.tallies().state(limit, now)).toList();
  }

  private Decision<TeamEvent, TeamReply> hold(TeamCommand.HoldBudget ask, Instant now) {
    if (team.memory().mayHaveForgotten(ask.origin())) {
      // Also of what is held here: it may be in other limits than these.
      return forgotten();
    }
    List<LimitState> before = states(ask.limits(), now);
    if (team.tallies().holds(ask.reservation())) {
      return new Told<>(new TeamReply.Held(before));
    }
    List<Denial> denials = BudgetDenials.of(before, ask.asked());
    if (!denials.isEmpty()) {
      return new Told<>(new TeamReply.NotHeld(denials));
    }
    return new Accepted<>(held(ask.reservation(), ask.asked(), before, now));
  }

  private static TeamEvent held(
      String reservation, Quantities asked, List<LimitState> before, Instant now) {
    return new TeamEvent.BudgetHeld(
        now,
        reservation,
        asked.amount(),
        asked.isLease() || metered(before, asked) ? asked.usage() : Map.of(),
        LimitState.withHeld(before, asked));
  }

  /** Held like any other until the wallet has charged it; no limit stands in the way. */
  private Decision<TeamEvent, TeamReply> count(TeamCommand.CountUsage ask, Instant now) {
    if (team.memory().mayHaveForgotten(ask.origin())) {
      return forgotten();
    }
    List<LimitState> before = team.tallies().states(ask.limits(), ask.counted(), now);
    return team.tallies().holds(ask.reservation())
        ? new Told<>(new TeamReply.Held(before))
        : new Accepted<>(held(ask.reservation(), ask.used(), before, now));
  }

  private Decision<TeamEvent, TeamReply> forgotten() {
    return new Forgotten<>(team.memory().forgottenThrough());
  }

  private static boolean metered(List<LimitState> limits, Quantities asked) {
    return limits.stream().anyMatch(limit -> asked.usage().containsKey(limit.measure()));
  }

  private TeamReply check(TeamCommand.CheckBudget ask, Instant now) {
    List<LimitState> limits = states(ask.limits(), now);
    List<Denial> denials = BudgetDenials.of(limits, ask.asked());
    return denials.isEmpty()
        ? new TeamReply.Held(LimitState.withHeld(limits, ask.asked()))
        : new TeamReply.NotHeld(denials);
  }

  /** What has expired here is known by that, however long ago its hold was forgotten. */
  private Decision<TeamEvent, TeamReply> settledBefore(Closure closure, Instant now) {
    String reservation = closure.reservation();
    return switch (closure.kind()) {
      // A lease that holds less goes on: that it does so already is no reason to bar it.
      case SHRUNK -> new Told<>(DONE);
      // It has expired before, which bars it; or it was never counted here, for all that is known.
      case LATE -> new Unchanged<>(DONE);
      default ->
          team.tallies().hasLapsed(reservation) ? new Told<>(DONE) : cancel(reservation, null, now);
    };
  }

  private Decision<TeamEvent, TeamReply> cancel(
      String reservation, @Nullable Origin origin, Instant now) {
    if (team.tallies().holds(reservation)) {
      return new Accepted<>(new TeamEvent.BudgetBarred(now, reservation));
    }
    if (team.hasSeen(reservation)) {
      return new Told<>(DONE);
    }
    return origin != null && team.memory().mayHaveForgotten(origin)
        ? forgotten()
        : new Accepted<>(new TeamEvent.BudgetBarred(now, reservation));
  }

  private Decision<TeamEvent, TeamReply> bar(TeamCommand.Bar bar, Instant now) {
    Place seen = team.placeOf(bar.reservation());
    if (seen != null) {
      return new Found<>(seen);
    }
    return team.memory().mayHaveForgotten(bar.origin())
        ? forgotten()
        : new Accepted<>(new TeamEvent.BudgetBarred(now, bar.reservation()));
  }

  @Override
  public @Nullable TeamEvent due(Instant now) {
    return null;
  }

  @Override
  public void evolve(TeamEvent event, Place place) {
    team.apply(event);
  }

  @Override
  public @Nullable Operation replaces(TeamEvent event) {
    return event instanceof TeamEvent.BudgetBarred barred
        ? Operation.holding(barred.reservation())
        : null;
  }

  @Override
  public TeamReply reply(TeamEvent event) {
    return switch (event) {
      case TeamEvent.BudgetHeld held -> new TeamReply.Held(held.limits());
      case TeamEvent.BudgetSettled settled -> DONE;
      case TeamEvent.BudgetBarred barred -> new TeamReply.Barred();
      case TeamEvent.CountingStarted started -> new TeamReply.Counting(started.unknown());
      case TeamEvent.CountedBefore before -> DONE;
      case TeamEvent.BudgetForgotten forgotten -> DONE;
    };
  }

  @Override
  public Instant lastAt() {
    return team.lastAt();
  }

  @Override
  public @Nullable Instant nextDue() {
    return null;
  }
}
