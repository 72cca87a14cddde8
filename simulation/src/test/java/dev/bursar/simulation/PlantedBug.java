package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.entities.EntityMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Bugs that somebody could make, each of which the simulation has to find. */
enum PlantedBug implements Tampering {
  A_HOLD_OF_THE_WALLET_IS_NOT_COUNTED {
    @Override
    Rules rules() {
      return Rules.evolving(event -> !(event instanceof WalletEvent.CreditsHeld));
    }
  },

  A_HOLD_OF_THE_TEAM_IS_NOT_COUNTED {
    @Override
    Rules rules() {
      return Rules.evolving(event -> !(event instanceof TeamEvent.BudgetHeld));
    }
  },

  A_HOLD_OF_THE_ORG_IS_NOT_COUNTED {
    @Override
    Rules rules() {
      return Rules.evolving(event -> !(event instanceof OrgEvent.ReservationBegun));
    }
  },

  AN_EXPIRY_COMES_ONE_TICK_LATE {
    @Override
    Rules rules() {
      return Rules.due(now -> now.minus(Duration.ofNanos(1_000)));
    }
  },

  NOTHING_EXPIRES {
    @Override
    Rules rules() {
      return Rules.due(now -> Instant.EPOCH);
    }
  },

  A_RELEASE_GIVES_BACK_NOTHING {
    @Override
    Rules rules() {
      return Rules.evolving(event -> !(event instanceof WalletEvent.Released));
    }
  },

  A_COMMIT_ENDS_NO_HOLD {
    @Override
    Rules rules() {
      return Rules.evolving(event -> !(event instanceof WalletEvent.Committed));
    }
  },

  A_GRANT_IS_TAKEN_IN_TWICE {
    @Override
    Rules rules() {
      return Rules.evolvingTwice(event -> event instanceof WalletEvent.Granted);
    }
  },

  A_COMMIT_IS_CHARGED_TO_THE_WINDOW_OF_ITS_END {
    @Override
    Rules rules() {
      return Rules.event(
          event ->
              event instanceof TeamEvent.BudgetSettled settled
                  ? new TeamEvent.BudgetSettled(
                      settled.at(),
                      Closure.givenBack(settled.closure().reservation()),
                      settled.alerts())
                  : event);
    }
  },

  A_SETTLEMENT_OF_THE_ORG_IS_LOST {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return to.kind() == EntityId.Kind.ORG && message instanceof EntityMessage.TakeClosure;
    }

    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(request, command -> command instanceof OrgCommand.Settle);
    }
  },

  A_SETTLEMENT_OF_THE_TEAM_IS_LOST {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(request, command -> command instanceof TeamCommand.Settle);
    }
  },

  A_COMMIT_DOES_NOT_LOOK_WHETHER_IT_WAS_DONE {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.TransferOut
              || request.command() instanceof WalletCommand.Adjust
              || request.command() instanceof WalletCommand.Refund
          ? new Request<>(request.command(), null)
          : request;
    }
  },

  A_CHARGE_DOES_NOT_LOOK_WHETHER_IT_WAS_DONE {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      Operation operation = request.operation();
      return request.command() instanceof OrgCommand.Reserve && operation != null
          ? new Request<>(request.command(), null)
          : request;
    }
  },

  A_REPORT_IS_DENIED_BY_A_BUDGET {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.CountUsage count
          ? new Request<>(
              (C) new TeamCommand.HoldBudget(count.reservation(), count.used(), count.limits()),
              request.operation())
          : request;
    }
  },

  A_REPORT_DOES_NOT_LOOK_WHETHER_IT_WAS_MADE {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve reserve && reserve.request().hasRun()
          ? new Request<>(request.command(), null)
          : request;
    }
  },

  A_REPORT_THAT_IS_CHARGED_IS_FORGOTTEN_BY_THE_TEAM {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(request, command -> command instanceof TeamCommand.CountUsage);
    }
  },

  THE_TEAM_TAKES_NOTHING_BACK {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(
          request,
          command -> command instanceof TeamCommand.Cancel || command instanceof TeamCommand.Bar);
    }
  },

  AN_ANSWER_LEAVES_BEFORE_IT_IS_IN_THE_JOURNAL {
    @Override
    public boolean saysWrittenTooEarly() {
      return true;
    }
  },

  THE_JOURNAL_TAKES_ROWS_OF_TWO_WRITERS {
    @Override
    public boolean takesRowsTwice() {
      return true;
    }
  },

  RECOVERY_LEAVES_THE_LAST_ROW_OUT {
    @Override
    public boolean recoversWithoutTheLastRow() {
      return true;
    }
  },

  A_PROJECTION_READS_PAST_WHAT_IS_STILL_OPEN {
    @Override
    public boolean projectsWhatIsStillOpen() {
      return true;
    }
  },

  A_PROJECTION_DOES_NOT_LOOK_WHETHER_ANOTHER_WAS_FASTER {
    @Override
    public boolean projectsTwice() {
      return true;
    }
  },

  THE_OTHER_WALLET_NEVER_HEARS_OF_A_TRANSFER {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.AskFor<?> ask
          && (ask.request().command() instanceof WalletCommand.TransferIn
              || ask.request().command() instanceof WalletCommand.BarTransfer);
    }
  },

  NOBODY_ASKS_WHAT_HAS_BECOME_OF_OPEN_RESERVATIONS {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.TakeClosure
          || (message instanceof EntityMessage.AskFor<?> ask
              && ask.request().command() instanceof WalletCommand.Find);
    }
  };

  /** What is wrong with the rules; null if the bug is elsewhere. */
  @Nullable Rules rules() {
    return null;
  }

  @Override
  public boolean hasOtherRules() {
    return rules() != null;
  }

  @Override
  public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    Rules wrong = rules();
    return wrong == null ? real : new Wrong<>(real, wrong);
  }

  /** A command that changes nothing in the place of one that should. */
  @SuppressWarnings("unchecked")
  private static <C> Request<C> ignoring(Request<C> request, Predicate<Object> which) {
    if (!which.test(request.command())) {
      return request;
    }
    Object nothing =
        request.command() instanceof OrgCommand
            ? new OrgCommand.ListOpen()
            : new TeamCommand.ListOpen();
    return new Request<>((C) nothing, null);
  }

  /**
   * Rules gone wrong.
   *
   * @param taken how often an event is taken in, which should be once
   * @param event what is taken in of an event
   * @param due the time by which things fall due
   */
  record Rules(
      ToIntFunction<Object> taken, UnaryOperator<Object> event, UnaryOperator<Instant> due) {

    static Rules evolving(Predicate<Object> which) {
      return new Rules(
          event -> which.test(event) ? 1 : 0, UnaryOperator.identity(), UnaryOperator.identity());
    }

    static Rules evolvingTwice(Predicate<Object> which) {
      return new Rules(
          event -> which.test(event) ? 2 : 1, UnaryOperator.identity(), UnaryOperator.identity());
    }

    static Rules event(UnaryOperator<Object> change) {
      return new Rules(event -> 1, change, UnaryOperator.identity());
    }

    static Rules due(UnaryOperator<Instant> time) {
      return new Rules(event -> 1, UnaryOperator.identity(), time);
    }
  }

  private record Wrong<C, E, R>(Aggregate<C, E, R> real, Rules rules)
      implements Aggregate<C, E, R> {

    @Override
    public Decision<E, R> decide(C command, Instant now) {
      return real.decide(command, now);
    }

    @Override
    public @Nullable E due(Instant now) {
      return real.due(rules.due.apply(now));
    }

    @Override
    @SuppressWarnings("unchecked")
    public void evolve(E event, Place place) {
      for (int i = 0; i < rules.taken.applyAsInt(event); i++) {
        real.evolve((E) rules.event.apply(event), place);
      }
    }

    @Override
    public @Nullable Operation replaces(E event) {
      return real.replaces(event);
    }

    @Override
    public R reply(E event) {
      return real.reply(event);
    }

    @Override
    public Instant lastAt() {
      return real.lastAt();
    }

    @Override
    public @Nullable Instant nextDue() {
      return real.nextDue();
    }
  }
}
