package dev.bursar.simulation;

import static dev.bursar.domain.ledger.EntryType.DEBT_REPAID;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import dev.bursar.entities.EntityMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Bugs that somebody could make, each of which the simulation has to find. */
enum PlantedBug implements Tampering {
  A_HOLD_OF_THE_WALLET_IS_NOT_COUNTED("model: tells Balance") {
    @Override
    WrongRules rules() {
      return WrongRules.evolving(event -> !(event instanceof WalletEvent.CreditsHeld));
    }
  },

  A_HOLD_OF_THE_TEAM_IS_NOT_COUNTED("model: tells LimitState") {
    @Override
    WrongRules rules() {
      return WrongRules.evolving(event -> !(event instanceof TeamEvent.BudgetHeld));
    }
  },

  A_HOLD_OF_THE_ORG_IS_NOT_COUNTED("model: tells LimitState") {
    @Override
    WrongRules rules() {
      return WrongRules.evolving(event -> !(event instanceof OrgEvent.ReservationBegun));
    }
  },

  A_HOLD_OF_THE_WALLET_IS_KEPT_AND_NOT_SUMMED("model: tells Balance") {
    @Override
    WrongRules rules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld it
                  ? new WalletEvent.CreditsHeld(it.at(), ofNothing(it.hold()), it.balance())
                  : event);
    }
  },

  A_HOLD_OF_THE_TEAM_IS_KEPT_AND_NOT_SUMMED("model: tells LimitState") {
    @Override
    WrongRules rules() {
      return WrongRules.event(
          event ->
              event instanceof TeamEvent.BudgetHeld it
                  ? new TeamEvent.BudgetHeld(
                      it.at(), it.reservation(), Credits.ZERO, it.usage(), it.limits())
                  : event);
    }
  },

  AN_EXPIRY_COMES_ONE_TICK_LATE("model: which ends at") {
    @Override
    WrongRules rules() {
      return WrongRules.due(now -> now.minus(Duration.ofNanos(1_000)));
    }
  },

  NOTHING_EXPIRES("model: which ends at") {
    @Override
    WrongRules rules() {
      return WrongRules.due(now -> Instant.EPOCH);
    }
  },

  A_RELEASE_GIVES_BACK_NOTHING("model: tells Balance") {
    @Override
    WrongRules rules() {
      // What fell due and is not taken in would fall due for ever.
      return WrongRules.evolving(
          event ->
              !(event instanceof WalletEvent.Released it
                  && it.cause() != WalletEvent.Cause.EXPIRED));
    }
  },

  A_RELEASE_GIVES_BACK_TWICE("model: tells Balance") {
    @Override
    WrongRules rules() {
      return WrongRules.takingIn(GivenBackTwice::new);
    }
  },

  A_COMMIT_IS_OFF_BY_THE_LEAST("model: under its key") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command()
                  instanceof
                  WalletCommand.Commit(
                      String reservation,
                      Credits amount,
                      Map<String, Long> usage,
                      String actor,
                      String key)
              && amount != null
          ? instead(
              request,
              new WalletCommand.Commit(reservation, amount.plus(new Credits(1)), usage, actor, key))
          : request;
    }
  },

  A_COMMIT_IS_DECIDED_AS_A_RELEASE("model: under its key") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Commit commit
          ? instead(
              request,
              new WalletCommand.Release(
                  commit.reservation(), commit.actor(), commit.idempotencyKey()))
          : request;
    }
  },

  A_COMMIT_BEYOND_ITS_HOLD_IS_NEVER_REJECTED("model: its overage policy is reject") {
    @Override
    WrongRules rules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld held
                      && held.hold().overagePolicy() == OveragePolicy.REJECT
                  ? new WalletEvent.CreditsHeld(
                      held.at(), recordedInFull(held.hold()), held.balance())
                  : event);
    }
  },

  GRACE_IS_HALVED("model: is refused with Refusal[code=RESERVATION_EXPIRED") {
    @Override
    public Duration grace() {
      return World.GRACE.dividedBy(2);
    }
  },

  A_RULE_THROWS("crash: a planted fault") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event -> {
            if (event instanceof WalletEvent.HoldExtended) {
              throw new IllegalStateException("a planted fault");
            }
            return event;
          });
    }
  },

  A_COMMIT_ENDS_NO_HOLD("model: tells Balance") {
    @Override
    WrongRules rules() {
      return WrongRules.evolving(event -> !(event instanceof WalletEvent.Committed));
    }
  },

  A_GRANT_IS_TAKEN_IN_TWICE("model: tells Balance", "model: is drawn on") {
    @Override
    WrongRules rules() {
      return WrongRules.evolvingTwice(event -> event instanceof WalletEvent.Granted);
    }
  },

  A_COMMIT_IS_CHARGED_TO_THE_WINDOW_OF_ITS_END("model: tells LimitState") {
    @Override
    WrongRules rules() {
      return WrongRules.takingIn(ChargedToAnotherWindow::new);
    }
  },

  A_COMMIT_COUNTS_NOWHERE("model: tells LimitState") {
    @Override
    WrongRules rules() {
      return WrongRules.event(
          event ->
              event instanceof TeamEvent.BudgetSettled settled
                  ? new TeamEvent.BudgetSettled(
                      settled.at(),
                      Closure.givenBack(settled.closure().reservation()),
                      settled.alerts())
                  : event);
    }
  },

  A_SETTLEMENT_IS_OF_LESS_THAN_WAS_CHARGED("I11: and its wallet has charged") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Settle it && it.closure().kind().hasRun()
          ? instead(
              request,
              new OrgCommand.Settle(
                  Closure.of(
                      it.closure().reservation(),
                      new Credits(it.closure().charged().micros() / 2),
                      it.closure().kind())))
          : request;
    }
  },

  A_CHARGE_IS_SETTLED_AS_GIVEN_BACK("I11: in its wallet") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.Settle it && it.closure().kind().hasRun()
          ? instead(request, new TeamCommand.Settle(Closure.givenBack(it.closure().reservation())))
          : request;
    }
  },

  A_GRANT_IS_ENTERED_FOR_LESS("I1: it is about") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.Granted it
                  ? new WalletEvent.Granted(
                      it.at(), WrongMoney.more(it.grant()), it.transaction(), it.balance())
                  : event);
    }
  },

  A_TRANSFER_LEAVES_FOR_MORE_THAN_IS_ENTERED("I1: it is about") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.TransferredOut it
                  ? new WalletEvent.TransferredOut(
                      it.at(), WrongMoney.more(it.transfer()), it.transaction(), it.balance())
                  : event);
    }
  },

  A_TRANSFER_BRINGS_LESS_THAN_HAS_LEFT("I1: leave with the transfer") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.TransferIn it
              && it.transfer().amount().compareTo(Credits.of(2)) > 0
          ? instead(
              request,
              new WalletCommand.TransferIn(
                  WrongMoney.lessOfTheLast(it.transfer()), it.attribution()))
          : request;
    }
  },

  A_TRANSFER_GOES_BACK_IN_PART("I1: goes back") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.TransferReturned it
                  ? new WalletEvent.TransferReturned(
                      it.at(),
                      it.transfer(),
                      WrongMoney.withoutEntries(it.transaction()),
                      it.balance())
                  : event);
    }
  },

  A_REFUND_IS_ENTERED_FOR_LESS("I1: is given back, and the entries are") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.Refunded it
                  ? new WalletEvent.Refunded(
                      it.at(),
                      it.corrects(),
                      it.amount(),
                      it.paidDebt(),
                      WrongMoney.withoutEntries(it.transaction()),
                      it.balance())
                  : event);
    }
  },

  A_REFUND_OF_ALL_IS_OF_PART("model: is told Corrected") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Refund it && it.amount() == null
          ? instead(
              request, new WalletCommand.Refund(it.charge(), new Credits(1), it.attribution()))
          : request;
    }
  },

  WHAT_WAS_PAID_FOR_BURNS_FIRST("model: is drawn on") {
    @Override
    WrongRules rules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.Granted it
                  ? new WalletEvent.Granted(
                      it.at(),
                      WrongMoney.ofTheOtherCategory(it.grant()),
                      it.transaction(),
                      it.balance())
                  : event);
    }
  },

  A_REFUND_GOES_TO_THE_FIRST_THAT_WAS_DRAWN_ON("model: is given back") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Refund it
          ? instead(
              request,
              new WalletCommand.Refund(
                  WrongMoney.reversed(it.charge()), it.amount(), it.attribution()))
          : request;
    }
  },

  A_GRANT_PAYS_NO_DEBT("I1: are owed, it has ended: false") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.Granted it
                  ? new WalletEvent.Granted(
                      it.at(),
                      it.grant(),
                      WrongMoney.without(DEBT_REPAID, it.transaction()),
                      it.balance())
                  : event);
    }
  },

  A_SETTLEMENT_OF_THE_ORG_IS_LOST("I11: was not told", "I12: still holds budget") {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return to.kind() == EntityId.Kind.ORG && message instanceof EntityMessage.TakeClosure;
    }

    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(request, command -> command instanceof OrgCommand.Settle);
    }
  },

  A_SETTLEMENT_OF_THE_TEAM_IS_LOST("I11: was not told", "I12: still holds budget") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(request, command -> command instanceof TeamCommand.Settle);
    }
  },

  A_COMMIT_DOES_NOT_LOOK_WHETHER_IT_WAS_DONE("I4: first Ended", "I4: has a second effect") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public boolean looksWhetherDone(Object command) {
      return !(command instanceof WalletCommand.Commit);
    }
  },

  A_CORRECTION_DOES_NOT_LOOK_WHETHER_IT_WAS_DONE("I4: has a second effect") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public boolean looksWhetherDone(Object command) {
      return !(command instanceof WalletCommand.TransferOut
          || command instanceof WalletCommand.Adjust
          || command instanceof WalletCommand.Refund);
    }
  },

  WHAT_A_KEY_WAS_USED_FOR_IS_NOT_COMPARED("I4: with a key that was used for something else") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      Operation operation = request.operation();
      return operation == null || operation.isReport()
          ? request
          : new Request<>(request.command(), new Operation(operation.key(), 0));
    }
  },

  A_CHARGE_DOES_NOT_LOOK_WHETHER_IT_WAS_DONE("I4: begins twice") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      Operation operation = request.operation();
      return request.command() instanceof OrgCommand.Reserve && operation != null
          ? new Request<>(request.command(), null)
          : request;
    }
  },

  A_REPORT_IS_DENIED_BY_A_BUDGET("model: is rejected") {
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

  A_REPORT_DOES_NOT_LOOK_WHETHER_IT_WAS_MADE("I4: is on its way twice") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve reserve && reserve.request().hasRun()
          ? new Request<>(request.command(), null)
          : request;
    }
  },

  A_REPORT_THAT_IS_CHARGED_IS_FORGOTTEN_BY_THE_TEAM("I11: has never held it") {
    @Override
    public Tampering forOneRun() {
      return new ForgottenReports();
    }
  },

  A_REPORT_IS_CHARGED_HALF("model: were used") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.ChargeUsage it
          ? instead(
              request,
              new WalletCommand.ChargeUsage(
                  it.reservation(),
                  it.creditType(),
                  new Credits(it.amount().micros() / 2),
                  it.overagePolicy(),
                  it.reported(),
                  it.reportedAt(),
                  it.teamHolds(),
                  it.attribution()))
          : request;
    }
  },

  A_REPORT_COUNTS_IN_TODAYS_WINDOW("model: falls under", "model: applies and") {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      if (!(request.command() instanceof OrgCommand.Reserve it)) {
        return request;
      }
      Reported reported = it.request().reported();
      return reported == null
          ? request
          : (Request<C>)
              new Request<OrgCommand>(
                  new OrgCommand.Reserve(
                      it.request()
                          .as(
                              new Reported(
                                  reported.source(),
                                  reported.id(),
                                  reported.happenedAt().minus(Duration.ofDays(1)))),
                      it.key(),
                      it.actor(),
                      it.idempotencyKey(),
                      it.salt()),
                  request.operation());
    }
  },

  A_REPORT_SKIPS_ONE_BUDGET("model: falls under") {
    @Override
    WrongRules rules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.ReservationBegun begun && begun.plan().request().hasRun()
                  ? new OrgEvent.ReservationBegun(begun.at(), without("org-month", begun.plan()))
                  : event);
    }
  },

  A_REPORT_SKIPS_ONE_BUDGET_OF_THE_TEAM("model: the team counts") {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.CountUsage it
          ? (Request<C>)
              new Request<TeamCommand>(
                  new TeamCommand.CountUsage(
                      it.reservation(),
                      it.used(),
                      it.limits().stream()
                          .filter(each -> !each.budget().id().equals("red-life"))
                          .toList(),
                      it.counted()),
                  request.operation())
          : request;
    }
  },

  THE_TEAM_TAKES_NOTHING_BACK("I12: still holds budget") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return ignoring(
          request,
          command -> command instanceof TeamCommand.Cancel || command instanceof TeamCommand.Bar);
    }
  },

  AN_ANSWER_LEAVES_BEFORE_IT_IS_IN_THE_JOURNAL("I4: is allowed, and") {
    @Override
    public boolean saysWrittenTooEarly() {
      return true;
    }
  },

  THE_JOURNAL_TAKES_ROWS_OF_TWO_WRITERS("I8: the journal has row") {
    @Override
    public boolean takesRowsTwice() {
      return true;
    }
  },

  A_SNAPSHOT_LEAVES_OUT_A_HOLD("I6: comes to another state") {
    @Override
    @SuppressWarnings("unchecked")
    public <S> S snapshot(S state) {
      return state instanceof WalletSnapshot it ? (S) LostParts.withoutAHold(it) : state;
    }
  },

  A_PART_OF_A_MEMORY_LACKS_ITS_LAST_OPERATION("I6: comes to another state") {
    @Override
    public List<OperationMemory.Part> parts(List<OperationMemory.Part> parts) {
      return parts.stream().map(LostParts::withoutTheLast).toList();
    }
  },

  RECOVERY_LEAVES_THE_LAST_ROW_OUT("I6-refused: does not recover") {
    @Override
    public boolean recoversWithoutTheLastRow() {
      return true;
    }
  },

  A_PROJECTION_READS_PAST_WHAT_IS_STILL_OPEN("I7: takes row") {
    @Override
    public boolean projectsWhatIsStillOpen() {
      return true;
    }
  },

  A_PROJECTION_DOES_NOT_LOOK_WHETHER_ANOTHER_WAS_FASTER("I7: takes row") {
    @Override
    public boolean projectsTwice() {
      return true;
    }
  },

  THE_OTHER_WALLET_NEVER_HEARS_OF_A_TRANSFER("I1: leave with the transfer") {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.AskFor<?> ask
          && (ask.request().command() instanceof WalletCommand.TransferIn
              || ask.request().command() instanceof WalletCommand.BarTransfer);
    }
  },

  A_CLOSURE_IS_TOLD_ONLY_ONCE("I11: was not told") {
    @Override
    public Tampering forOneRun() {
      Set<String> told = new HashSet<>();
      return new Tampering() {
        @Override
        public boolean swallows(EntityId to, EntityMessage message) {
          return message instanceof EntityMessage.TakeClosure closure && !told.add(closure.key());
        }
      };
    }
  },

  WHAT_THE_TEAM_WOULD_HOLD_IS_ALLOWED("I11: has never held it") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof TeamCommand.HoldBudget hold
          ? instead(request, new TeamCommand.CheckBudget(hold.asked(), hold.limits()))
          : request;
    }
  },

  WHAT_THE_TEAM_DENIES_IS_ALLOWED("I11: has never held it") {
    @Override
    public EntityMessage message(EntityId to, EntityMessage message) {
      return message
                  instanceof
                  EntityMessage.TeamAnswered(
                      String reservation,
                      Answer.Done<TeamReply>(TeamReply reply, boolean again))
              && reply instanceof TeamReply.NotHeld
          ? new EntityMessage.TeamAnswered(
              reservation, new Answer.Done<>(new TeamReply.Held(List.of()), again))
          : message;
    }
  },

  WHAT_THE_WALLET_WOULD_HOLD_IS_ALLOWED("I4: and the wallet has it as") {
    @Override
    public EntityMessage message(EntityId to, EntityMessage message) {
      return message
                  instanceof
                  EntityMessage.WalletAnswered(
                      String reservation,
                      Answer.Done<WalletReply>(WalletReply reply, boolean again))
              && reply instanceof WalletReply.NotHeld
          ? new EntityMessage.WalletAnswered(
              reservation,
              new Answer.Done<>(
                  new WalletReply.WouldHold(
                      new Balance("platform", Credits.ZERO, Credits.ZERO, Credits.ZERO)),
                  again))
          : message;
    }
  },

  IT_IS_DENIED_WITHOUT_A_BAR("I4: was allowed by") {
    @Override
    public @Nullable EntityMessage answers(EntityId to, EntityMessage message) {
      if (message instanceof EntityMessage.AskFor<?> ask) {
        if (ask.request().command() instanceof TeamCommand.Bar bar && bar.madeAt() == null) {
          return new EntityMessage.TeamAnswered(
              ask.reservation(), new Answer.Done<>(new TeamReply.Barred(), false));
        }
        if (ask.request().command() instanceof WalletCommand.Bar bar && bar.madeAt() == null) {
          return new EntityMessage.WalletAnswered(
              ask.reservation(),
              new Answer.Done<>(new WalletReply.Barred(ask.reservation()), false));
        }
      }
      return null;
    }
  },

  A_HOLD_IS_TAKEN_BACK_WITHOUT_ASKING_THE_ORG("I4: was allowed by") {
    @Override
    public @Nullable EntityMessage answers(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.AskFor<?> ask
              && ask.request().command() instanceof OrgCommand.Bar
          ? new EntityMessage.OrgAnswered(
              ask.reservation(), new Answer.Done<>(new OrgReply.Barred(), false))
          : null;
    }
  },

  A_FROZEN_SCOPE_IS_NOT_LOOKED_AT("I2: is frozen") {
    @Override
    WrongRules rules() {
      return WrongRules.evolving(event -> !(event instanceof OrgEvent.Frozen));
    }
  },

  A_CHANGED_LIMIT_IS_NOT_TAKEN_IN("I2: is let through", "model: tells LimitState") {
    @Override
    WrongRules rules() {
      return WrongRules.takingIn(
          () -> {
            Set<String> there = new HashSet<>();
            return event ->
                event instanceof OrgEvent.BudgetPut put && !there.add(put.budget().id())
                    ? List.of()
                    : List.of(event);
          });
    }
  },

  A_BUDGET_IS_LEFT_OUT("model: falls under") {
    @Override
    WrongRules rules() {
      return WrongRules.event(
          event ->
              event instanceof OrgEvent.BudgetPut put && put.budget().id().equals("each-user")
                  ? new OrgEvent.BudgetRemoved(put.at(), put.budget().id(), put.actor())
                  : event);
    }
  },

  A_MESSAGE_GOES_TO_ANOTHER_ORG("I10: is of another wallet") {
    @Override
    public EntityId goesTo(EntityId to) {
      return to.kind() == EntityId.Kind.WALLET
          ? EntityId.wallet(SimulatedClient.ORG, to.name())
          : to;
    }
  },

  NOBODY_ASKS_WHAT_HAS_BECOME_OF_OPEN_RESERVATIONS("I11: was not told", "I12: still holds budget") {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.TakeClosure
          || (message instanceof EntityMessage.AskFor<?> ask
              && ask.request().command() instanceof WalletCommand.Find);
    }
  },

  A_FRESH_ANSWER_WAITS_FOR_NOTHING("I11: is missing from a fresh answer") {
    @Override
    public boolean waitsForWhatHasEnded() {
      return false;
    }
  };

  /**
   * What a violation has to be, if this is what it is due to: of an invariant, and after a colon
   * words of the check that finds the bug itself, and not what follows from it later.
   */
  private final List<String> signs;

  PlantedBug(String... signs) {
    this.signs = List.of(signs);
  }

  /** Whether a violation is one that this bug leads to. */
  boolean leadsTo(Violation violation) {
    return signs.stream()
        .map(sign -> sign.split(": ", 2))
        .anyMatch(
            sign -> violation.invariant().equals(sign[0]) && violation.detail().contains(sign[1]));
  }

  /** What is wrong with the rules; null if the bug is elsewhere. */
  @Nullable WrongRules rules() {
    return null;
  }

  @Override
  public boolean hasOtherRules() {
    return rules() != null;
  }

  @Override
  public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    WrongRules wrong = rules();
    return wrong == null ? real : wrong.of(real);
  }

  private static Plan without(String budget, Plan plan) {
    return new Plan(
        plan.reservation(),
        plan.request(),
        plan.wallet(),
        plan.creditType(),
        plan.amount(),
        plan.price(),
        plan.limits().stream().filter(each -> !each.budget().equals(budget)).toList(),
        plan.teamLimits(),
        plan.actor(),
        plan.idempotencyKey(),
        plan.salt(),
        plan.departments(),
        plan.madeAt(),
        plan.countsAt());
  }

  private static Hold ofNothing(Hold hold) {
    return with(hold, Credits.ZERO, List.of(), hold.overagePolicy());
  }

  private static Hold recordedInFull(Hold hold) {
    return with(hold, hold.amount(), hold.draws(), OveragePolicy.RECORD);
  }

  private static Hold with(
      Hold hold, Credits amount, List<Draw> draws, OveragePolicy overagePolicy) {
    return new Hold(
        hold.reservation(),
        hold.creditType(),
        amount,
        draws,
        hold.price(),
        hold.madeAt(),
        hold.expiresAt(),
        overagePolicy,
        hold.teamHolds(),
        hold.attribution());
  }

  @SuppressWarnings("unchecked")
  private static <C> Request<C> instead(Request<C> request, Object command) {
    return new Request<>((C) command, request.operation());
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
}
