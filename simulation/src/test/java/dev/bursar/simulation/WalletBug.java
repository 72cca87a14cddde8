package dev.bursar.simulation;

import static dev.bursar.domain.ledger.EntryType.DEBT_REPAID;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.wallet.PlanGrantStep;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Bugs in what a wallet keeps and charges. */
enum WalletBug implements PlantedBug {
  A_CHARGE_AT_ONCE_IS_PUT_DOWN_TO_ANOTHER("model: and charged as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.HoldCredits it && it.commit()
          ? Instead.of(
              request,
              new WalletCommand.HoldCredits(
                  it.reservation(),
                  it.creditType(),
                  it.amount(),
                  it.price(),
                  it.ttlSeconds(),
                  it.overagePolicy(),
                  true,
                  it.teamHolds(),
                  it.attribution()
                      .endedBy(
                          it.attribution().trigger(), "another", it.attribution().idempotencyKey()),
                  it.origin(),
                  it.lease()))
          : request;
    }
  },

  A_HOLD_OF_THE_WALLET_IS_NOT_COUNTED("model: tells Balance") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof WalletEvent.CreditsHeld));
    }
  },

  A_HOLD_OF_THE_WALLET_IS_KEPT_AND_NOT_SUMMED("model: tells Balance") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld it
                  ? new WalletEvent.CreditsHeld(it.at(), Instead.ofNothing(it.hold()), it.balance())
                  : event);
    }
  },

  AN_EXPIRY_COMES_ONE_TICK_LATE("model: was due at") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.due(now -> now.minus(Duration.ofNanos(1_000)));
    }
  },

  NOBODY_WAKES_A_WALLET("model: and nobody was woken for it by") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new NeverDue<>(real);
    }
  },

  NOBODY_LOOKS_AFTER_A_TRANSFER("I1: leave with the transfer") {
    @Override
    public Stage.History history() {
      return WokenTest.A_TRANSFER_IS_ON_ITS_WAY;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return id.kind() == EntityId.Kind.WALLET ? new NeverDue<>(real) : real;
    }
  },

  NOBODY_WAKES_AN_ORG("I4: was given by") {
    @Override
    public Stage.History history() {
      return WokenTest.THE_WALLET_LACKS_WHAT_A_PLAN_GRANTS;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return id.kind() == EntityId.Kind.ORG ? new NeverDue<>(real) : real;
    }
  },

  NOTHING_EXPIRES("model: was due at") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.due(now -> Instant.EPOCH);
    }
  },

  A_RELEASE_GIVES_BACK_NOTHING("model: tells Balance") {
    @Override
    public WrongRules wrongRules() {
      // What fell due and is not taken in would fall due for ever.
      return WrongRules.evolving(
          event ->
              !(event instanceof WalletEvent.Released it
                  && it.cause() != WalletEvent.Cause.EXPIRED));
    }
  },

  A_RELEASE_GIVES_BACK_TWICE("model: tells Balance") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.takingIn(GivenBackTwice::new);
    }
  },

  WHAT_CHANGES_TOGETHER_COMES_ONE_BY_ONE("model: which was to come with it") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.ChangePlanGrants change
          ? Instead.of(
              request, new WalletCommand.ChangePlanGrants(List.of(change.steps().getFirst())))
          : request;
    }
  },

  A_PLAN_GRANT_COMES_WHOLE_IN_THE_MIDST_OF_AN_INTERVAL("model: and given is") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.PLANS);
    }

    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.ChangePlanGrants change
          ? Instead.of(
              request,
              new WalletCommand.ChangePlanGrants(
                  change.steps().stream().map(WalletBug::whole).toList()))
          : request;
    }
  },

  A_COMMIT_IS_ATTRIBUTED_TO_NO_KEY("model: is attributed to others") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Commit it
          ? Instead.of(
              request,
              new WalletCommand.Commit(it.reservation(), it.amount(), it.usage(), it.actor(), null))
          : request;
    }
  },

  WHAT_IS_GIVEN_COMES_BEFORE_WHAT_IT_REPLACES_GOES("model: and has not done") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      if (!(request.command() instanceof WalletCommand.ChangePlanGrants change)) {
        return request;
      }
      List<PlanGrantStep> given =
          change.steps().stream().filter(PlanGrantStep.Give.class::isInstance).toList();
      return given.isEmpty()
          ? request
          : Instead.of(request, new WalletCommand.ChangePlanGrants(given));
    }
  },

  A_GRANT_WHOSE_END_IS_MOVED_BURNS_FIRST("model: moves the end of") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.GrantTermsChanged it
                  ? new WalletEvent.GrantTermsChanged(
                      it.at(),
                      it.number(),
                      Instead.burningFirst(it.grant()),
                      it.rest(),
                      it.transaction(),
                      it.balance())
                  : event);
    }

    // More often it is seen where a grant is left.
  },

  AN_END_IS_MOVED_LATE("model: which lay ahead when that was decided") {
    @Override
    public Tampering forOneRun() {
      return new LostMoves();
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.faults().isEmpty() && scenario.has(Beside.PLANS);
    }
  },

  A_GRANT_THAT_GOES_ON_IS_SAID_TO_BE_OVER("model: over: true, and it is: false") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.SettlePlanGrants settle
          ? Instead.of(
              request,
              new OrgCommand.SettlePlanGrants(
                  settle.changes().stream()
                      .map(
                          each ->
                              new WalletReply.PlanGrantDone(
                                  each.number(), each.grant(), true, each.refusal()))
                      .toList()))
          : request;
    }
  },

  LATE_USAGE_IS_TOO_LATE_AT_ONCE("model: is refused with") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.refusing(
          event ->
              event instanceof WalletEvent.Committed it && it.late()
                  ? Refusal.of(Refusal.Code.RESERVATION_EXPIRED, "planted")
                  : null);
    }

    // Where no clock jumps, it is too late by none of them.
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Fault.CLOCK_JUMPS);
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
          ? Instead.of(
              request,
              new WalletCommand.Commit(reservation, amount.plus(new Credits(1)), usage, actor, key))
          : request;
    }
  },

  A_COMMIT_IS_DECIDED_AS_A_RELEASE("model: under its key") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Commit commit
          ? Instead.of(
              request,
              new WalletCommand.Release(
                  commit.reservation(), commit.actor(), commit.idempotencyKey()))
          : request;
    }
  },

  A_COMMIT_BEYOND_ITS_HOLD_IS_NEVER_REJECTED("model: its overage policy is reject") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld held
                      && held.hold().overagePolicy() == OveragePolicy.REJECT
                  ? new WalletEvent.CreditsHeld(
                      held.at(), Instead.recordedInFull(held.hold()), held.balance())
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
    public WrongRules wrongRules() {
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
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof WalletEvent.Committed));
    }
  },

  A_GRANT_IS_TAKEN_IN_TWICE("model: tells Balance", "model: is drawn on") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolvingTwice(event -> event instanceof WalletEvent.Granted);
    }
  },

  A_GRANT_IS_ENTERED_FOR_LESS("I1: it is about") {
    @Override
    public WrongRules wrongRules() {
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
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.TransferredOut it
                  ? new WalletEvent.TransferredOut(
                      it.at(), WrongMoney.more(it.transfer()), it.transaction(), it.balance())
                  : event);
    }
  },

  A_PART_TAKES_MORE_ALONG_THAN_WAS_PAID_FOR_IT("I1: takes") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.TransferredOut it
                  ? new WalletEvent.TransferredOut(
                      it.at(), WrongMoney.dearer(it.transfer()), it.transaction(), it.balance())
                  : event);
    }
  },

  A_GRANT_LOSES_WHAT_WAS_PAID_FOR_IT("model: is told GrantAdded") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.AddGrant it
          ? Instead.of(
              request,
              new WalletCommand.AddGrant(
                  WrongMoney.free(it.grant()), it.recurrence(), it.attribution(), it.atOnce()))
          : request;
    }
  },

  A_TRANSFER_BRINGS_LESS_THAN_HAS_LEFT("I1: leave with the transfer") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.TransferIn it
              && it.transfer().amount().compareTo(Credits.of(2)) > 0
          ? Instead.of(
              request, new WalletCommand.TransferIn(WrongMoney.lessOfTheLast(it.transfer())))
          : request;
    }
  },

  A_TRANSFER_GOES_BACK_IN_PART("I1: goes back") {
    @Override
    public WrongRules wrongRules() {
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
    public WrongRules wrongRules() {
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
          ? Instead.of(
              request, new WalletCommand.Refund(it.charge(), new Credits(1), it.attribution()))
          : request;
    }
  },

  WHAT_WAS_PAID_FOR_BURNS_FIRST("model: is drawn on") {
    @Override
    public WrongRules wrongRules() {
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
          ? Instead.of(
              request,
              new WalletCommand.Refund(
                  WrongMoney.reversed(it.charge()), it.amount(), it.attribution()))
          : request;
    }
  },

  WHAT_WAS_FORGIVEN_IS_TAKEN_FOR_PAID_BACK("model: is given back") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Refund it
          ? Instead.of(
              request,
              new WalletCommand.Refund(
                  WrongMoney.paidByNobody(it.charge()), it.amount(), it.attribution()))
          : request;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.CORRECTORS);
    }
  },

  A_REVERSAL_KNOWS_NOTHING_OF_THE_ONE_BEFORE("I1: more goes back", "model: goes back") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Reverse it
          ? Instead.of(
              request,
              new WalletCommand.Reverse(
                  it.creditType(),
                  it.amount(),
                  WrongMoney.nothingReturned(it.taken()),
                  it.attribution()))
          : request;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.CORRECTORS);
    }
  },

  A_REVERSAL_BEYOND_WHAT_IS_LEFT_GIVES_BACK_THAT("model: is told Corrected") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Reverse it && isBeyond(it)
          ? Instead.of(
              request,
              new WalletCommand.Reverse(
                  it.creditType(),
                  it.taken().total().minus(it.taken().returned()),
                  it.taken(),
                  it.attribution()))
          : request;
    }

    private boolean isBeyond(WalletCommand.Reverse it) {
      return it.amount().plus(it.taken().returned()).compareTo(it.taken().total()) > 0;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.CORRECTORS);
    }
  },

  WHAT_IS_LEFT_IS_TOLD_WRONG("model: is refused") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.answering(
          decision ->
              decision instanceof Decision.Refused<Object, Object>(Refusal why)
                      && why.code() == Refusal.Code.REFUND_EXCEEDS_CHARGE
                  ? new Decision.Refused<>(
                      new Refusal(
                          why.code(),
                          why.field(),
                          why.detail().replaceFirst("of which .* can", "of which 1000000 can")))
                  : decision);
    }
  },

  A_GRANT_PAYS_NO_DEBT("I1: are owed, it has ended: false") {
    @Override
    public WrongRules wrongRules() {
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

  A_REPORT_IS_CHARGED_HALF("model: were used") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.ChargeUsage it
          ? Instead.of(
              request,
              new WalletCommand.ChargeUsage(
                  it.reservation(),
                  it.creditType(),
                  new Credits(it.amount().micros() / 2),
                  it.overagePolicy(),
                  it.reported(),
                  it.reportedAt(),
                  it.teamHolds(),
                  it.attribution(),
                  it.origin()))
          : request;
    }
  },

  A_GRANT_FOR_ONE_FEATURE_PAYS_FOR_ALL("model: is drawn on") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.Granted it
                  ? new WalletEvent.Granted(
                      it.at(), WrongMoney.forAll(it.grant()), it.transaction(), it.balance())
                  : event);
    }
  },

  A_GRANT_THAT_COMES_AGAIN_ROLLS_NOTHING_OVER("model: should follow") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.Granted it
                  ? new WalletEvent.Granted(
                      it.at(),
                      WrongMoney.rollingNothingOver(it.grant()),
                      it.transaction(),
                      it.balance())
                  : event);
    }
  },

  WHAT_IS_PROMISED_TAKES_NO_ROOM("model: there is more than can be counted") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new PromisedTooMuch<>(real);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.CORRECTORS);
    }
  },

  A_PROMISED_GRANT_NEVER_STARTS("model: and first comes") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.evolving(event -> !(event instanceof WalletEvent.GrantScheduled));
    }
  },

  CREDITS_OF_ONE_TYPE_PAY_FOR_ANOTHER("model: and held as", "model: and charged as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.HoldCredits it
              && it.creditType().equals("image")
          ? Instead.of(
              request,
              new WalletCommand.HoldCredits(
                  it.reservation(),
                  OrgShape.TYPE,
                  it.amount(),
                  it.price(),
                  it.ttlSeconds(),
                  it.overagePolicy(),
                  it.commit(),
                  it.teamHolds(),
                  it.attribution(),
                  it.origin()))
          : request;
    }
  },

  AN_EXTENSION_CUTS_A_HOLD_SHORT("model: is extended, and ends at") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new Redecided<>(
          real,
          (command, event) ->
              command instanceof WalletCommand.Extend ask
                      && event instanceof WalletEvent.HoldExtended it
                  ? new WalletEvent.HoldExtended(
                      it.at(), it.reservation(), it.at().plusSeconds(ask.ttlSeconds()))
                  : event);
    }
  },

  AN_EXTENSION_IS_LONGER_THAN_ASKED("model: is told Extended") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.Extend it
          ? Instead.of(request, new WalletCommand.Extend(it.reservation(), it.ttlSeconds() + 1))
          : request;
    }
  },

  A_HOLD_LASTS_LONGER_THAN_ASKED("model: and held as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.HoldCredits it
          ? Instead.of(
              request,
              new WalletCommand.HoldCredits(
                  it.reservation(),
                  it.creditType(),
                  it.amount(),
                  it.price(),
                  it.ttlSeconds() + 1,
                  it.overagePolicy(),
                  it.commit(),
                  it.teamHolds(),
                  it.attribution(),
                  it.origin()))
          : request;
    }
  },

  A_HOLD_IS_SAID_TO_BE_MADE_LATER("model: and said to be of") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.CreditsHeld it
                  ? new WalletEvent.CreditsHeld(
                      it.at(), Instead.madeLater(it.hold(), Duration.ofSeconds(60)), it.balance())
                  : event);
    }
  },

  WHAT_A_CLIENT_SAYS_IS_LEFT_OUT("model: and held as") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.HoldCredits it
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
                  Instead.withoutWords(it.attribution()),
                  it.origin(),
                  it.lease()))
          : request;
    }
  },

  A_KEY_IS_SAID_TO_BE_AHEAD("model: is said to be ahead") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.refusing(
          event ->
              event instanceof WalletEvent.Adjusted
                  ? new Refusal(Refusal.Code.INVALID, "Idempotency-Key", "planted")
                  : null);
    }
  },

  WHAT_IS_REPORTED_IN_TIME_IS_LATE("model: and said to be late") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.UsageCharged it
                  ? new WalletEvent.UsageCharged(
                      it.at(),
                      it.reservation(),
                      it.amount(),
                      it.debt(),
                      it.uncharged(),
                      true,
                      it.reported(),
                      it.teamHolds(),
                      it.transaction(),
                      it.balance())
                  : event);
    }
  },

  A_WALLET_THAT_OWES_HOLDS_MORE("model: is held by a wallet that owes") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new HeldInDebt<>(real);
    }
  },

  A_WALLET_IN_DEBT_SENDS_CREDITS_AWAY("model: leaves a wallet that owes") {
    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return new TransferredInDebt<>(real);
    }
  },

  THE_WALLET_OF_A_TEAM_IS_NOT_FOUND("model: is asked of", "model: and was asked for as null") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof OrgEvent.WalletPut it
                  ? new OrgEvent.WalletPut(it.at(), it.wallet(), WalletOwner.ORG, it.actor())
                  : event);
    }
  },

  AN_ENTRY_FOLLOWS_ON_NONE("I5: ") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof WalletEvent.Granted it
                  ? new WalletEvent.Granted(
                      it.at(), it.grant(), Instead.unchained(it.transaction()), it.balance())
                  : event);
    }
  },

  A_HOLD_IN_MEMORY_IS_NOT_WHAT_IT_DRAWS("I2: by its draws") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.event(
          event ->
              event instanceof WalletEvent.CreditsHeld it
                  ? new WalletEvent.CreditsHeld(it.at(), Instead.ofOneMore(it.hold()), it.balance())
                  : event);
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> living(Aggregate<C, E, R> rules) {
      return AsReal.of(rules);
    }
  };

  private static PlanGrantStep whole(PlanGrantStep step) {
    return step instanceof PlanGrantStep.Give it
        ? new PlanGrantStep.Give(it.number(), it.terms(), it.recurrence(), it.terms().amount())
        : step;
  }

  private final List<String> signs;

  WalletBug(String... signs) {
    this.signs = List.of(signs);
  }

  @Override
  public List<String> signs() {
    return signs;
  }
}
