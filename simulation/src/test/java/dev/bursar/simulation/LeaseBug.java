package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Bugs in what is held for those who decide by themselves. */
enum LeaseBug implements PlantedBug {
  A_LEASE_IS_GIVEN_BACK_WHEN_IT_EXPIRES("I9: is leased as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.HoldCredits it && it.lease() != null
          ? Instead.of(
              request,
              new WalletCommand.HoldCredits(
                  it.reservation(),
                  it.creditType(),
                  it.amount(),
                  it.price(),
                  0,
                  it.overagePolicy(),
                  it.commit(),
                  it.teamHolds(),
                  it.attribution(),
                  it.origin(),
                  it.lease()))
          : request;
    }
  },

  A_LEASE_IS_GIVEN_BACK_AS_A_RESERVATION("I9: is ended as a reservation") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new EndedAsReservations<>(real);
    }
  },

  THE_ORG_HOLDS_ONE_REQUEST_FOR_ALL_OF_A_LEASE("model: tells LimitState") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve it && it.request().isLease()
          ? Instead.of(
              request, Instead.asking(Instead.leasing(it.request(), Map.of("requests", 1L)), it))
          : request;
    }
  },

  A_LEASE_GRANTS_ONE_REQUEST_MORE_THAN_IS_HELD("I9: is leased as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.HoldCredits it && it.lease() != null
          ? Instead.of(
              request,
              new WalletCommand.HoldCredits(
                  it.reservation(),
                  it.creditType(),
                  it.amount(),
                  it.price(),
                  it.ttlSeconds(),
                  it.overagePolicy(),
                  it.commit(),
                  it.teamHolds(),
                  it.attribution(),
                  it.origin(),
                  Instead.grantingOneMore(it.lease())))
          : request;
    }
  },

  A_LEASE_IS_CLOSED_THOUGH_SOME_IS_NOT_TAKEN("I9: and not all that was used is taken") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      Operation operation = request.operation();
      return request.command() instanceof WalletCommand.SettleLease it
              && operation != null
              && operation.key().contains("close:")
          ? Instead.of(
              request,
              new WalletCommand.CloseLease(it.lease(), it.epoch(), it.actor(), it.idempotencyKey()))
          : request;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.LESSEES);
    }
  },

  WHAT_IS_ADDED_IS_ANSWERED_BY_SOMETHING_ELSE("crash: no lease") {
    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.SettleLease it && it.added() != null
          ? (Request<C>) new Request<WalletCommand>(new WalletCommand.View(), null)
          : request;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.SIDECARS);
    }
  },

  AN_EPOCH_IS_NOT_CHECKED("I9: which was over") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return real instanceof WalletAggregate it ? new AnyEpoch<>(real, it.wallet()) : real;
    }
  },

  A_USE_DOES_NOT_LOOK_WHETHER_IT_WAS_REPORTED("I4: is on its way twice") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve reserve
              && reserve.request().reported() != null
              && reserve.request().reported().lease() != null
          ? new Request<>(request.command(), null)
          : request;
    }
  },

  A_LEASE_IN_MEMORY_IS_NOT_WHAT_IS_HELD("I3: by its lease") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld it
                  ? new WalletEvent.CreditsHeld(
                      it.at(), Instead.leasedForOneMore(it.hold()), it.balance())
                  : event);
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> living(Aggregate<C, E, R> rules) {
      return AsReal.of(rules);
    }
  },

  A_SETTLEMENT_IS_SAID_TO_BE_FORGOTTEN("model: nothing so new is") {
    @Override
    public WrongRules wrongRules() {
      return refusing(
          WalletEvent.LeaseSettled.class::isInstance,
          Refusal.of(Refusal.Code.IDEMPOTENCY_KEY_EXPIRED, "planted"));
    }
  },

  A_LEASE_LACKS_WHAT_A_LIMIT_COUNTS("I9: is leased without") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new LackingMeters<>(real);
    }
  },

  AN_EXPIRED_LEASE_IS_ADDED_TO("I9: has expired, and is added to") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.LeaseSettled it && it.added() != null
                  ? new WalletEvent.LeaseSettled(
                      it.terms().expiresAt(),
                      it.lease(),
                      it.terms(),
                      it.settleBy(),
                      it.added(),
                      it.returned(),
                      it.teamHolds(),
                      it.transaction(),
                      it.balance())
                  : event);
    }
  },

  A_LEASE_IS_SAID_TO_BE_TOO_WIDE("I9: a lease for") {
    @Override
    public WrongRules wrongRules() {
      return refusing(
          event ->
              event instanceof OrgEvent.ReservationBegun it && it.plan().request().lease() != null,
          Refusal.of(Refusal.Code.LEASE_TOO_WIDE, "planted"));
    }
  },

  A_LEASE_IS_ADDED_TO_THOUGH_IT_LACKS_A_BUDGET_SET_SINCE("I11: which does not hold in") {
    @Override
    public Stage.History history() {
      return AddedThoughItLacks.SINCE_ITS_TEAM_WAS_MOVED;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new AddedThoughItLacks<>(real);
    }
  },

  A_REVOKED_LEASE_IS_ADDED_TO("I9: is revoked, and is added to") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof WalletEvent.LeaseRevoked));
    }
  },

  A_LEASE_OUTLASTS_A_WINDOW("I9: which has to end at") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.ReservationBegun it && it.plan().leaseUntil() != null
                  ? new OrgEvent.ReservationBegun(
                      it.at(),
                      it.plan()
                          .until(
                              it.at().plusSeconds(it.plan().request().ttlSeconds()),
                              it.plan().catalogVersion()))
                  : event);
    }
  },

  MORE_IS_SAID_TO_COME_BACK_OF_A_LEASE("I3: and its wallet has another lease") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Settle(Closure it)
              && it.kind() == Closure.Kind.SHRUNK
          ? Instead.of(
              request,
              new OrgCommand.Settle(
                  Closure.shrunk(it.reservation(), it.charged().plus(new Credits(1)))))
          : request;
    }
  },

  WHAT_A_LEASE_PAYS_FOR_IS_HELD_AND_USED("I3: and its wallet has another lease") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Settle(Closure it) && it.kind().hasRun()
          ? Instead.of(request, new OrgCommand.Settle(it.drawnFrom(null)))
          : request;
    }
  },

  A_LEASE_IS_FOR_ALL("I9: is drawn from it") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld it && it.hold().lease() != null
                  ? new WalletEvent.CreditsHeld(it.at(), Instead.forNobody(it.hold()), it.balance())
                  : event);
    }
  },

  A_LEASE_OF_ONE_FEATURE_PAYS_FOR_ALL("I9: is drawn from it") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld it && it.hold().lease() != null
                  ? new WalletEvent.CreditsHeld(
                      it.at(), Instead.forAnyFeature(it.hold()), it.balance())
                  : event);
    }
  },

  A_FREEZE_THAT_IS_OVER_MAKES_A_LEASE_TOO_WIDE("I9: a lease for") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return id.kind() == EntityId.Kind.ORG ? new FrozenForEver<>(real) : real;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.hasLeases() && !scenario.has(Beside.LIMITS_OF_USERS);
    }
  },

  A_LEASE_IS_SAID_TO_HAVE_ENDED("I9: nothing is added to") {
    @Override
    public WrongRules wrongRules() {
      return refusing(
          event ->
              event instanceof OrgEvent.ReservationBegun it
                  && it.plan().request().lease() != null
                  && it.plan().request().lease().more() != null,
          Refusal.of(Refusal.Code.LEASE_ENDED, "planted"));
    }
  },

  NOTHING_IS_ADDED_ONCE_ANY_BUDGET_WAS_SET("I9: nothing is added to") {
    @Override
    public Tampering forOneRun() {
      return new NotAddedSinceABudget();
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.hasLeases() && scenario.has(Beside.BUDGETERS);
    }
  };

  private static WrongRules refusing(Predicate<Object> which, Refusal refusal) {
    return WrongRules.refusing(event -> which.test(event) ? refusal : null);
  }

  private record AnyEpoch<C, E, R>(Aggregate<C, E, R> real, Wallet wallet)
      implements AsReal<C, E, R> {
    @Override
    @SuppressWarnings("unchecked")
    public Decision<E, R> decide(C command, Instant now, Instant clock) {
      C asked = command;
      if (command instanceof WalletCommand.SettleLease it) {
        Hold hold = wallet.holds().get(it.lease());
        if (hold != null && hold.lease() != null) {
          asked =
              (C)
                  new WalletCommand.SettleLease(
                      it.lease(),
                      hold.lease().epoch(),
                      it.added(),
                      it.until(),
                      it.settleSeconds(),
                      it.handBack(),
                      it.actor(),
                      it.idempotencyKey());
        }
      }
      return real.decide(asked, now, clock);
    }
  }

  private final List<String> signs;

  LeaseBug(String... signs) {
    this.signs = List.of(signs);
  }

  @Override
  public List<String> signs() {
    return signs;
  }

  @Override
  public boolean isSoughtIn(Scenario scenario) {
    return scenario.has(Beside.HOLDERS);
  }
}
