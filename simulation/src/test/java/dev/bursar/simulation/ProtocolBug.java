package dev.bursar.simulation;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import dev.bursar.entities.EntityMessage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Bugs in what entities tell each other, remember and write. */
enum ProtocolBug implements PlantedBug {
  A_SETTLEMENT_OF_THE_ORG_IS_LOST("I11: was not told", "I12: still holds budget") {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return to.kind() == EntityId.Kind.ORG && message instanceof EntityMessage.TakeClosure;
    }

    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return Instead.nothing(request, command -> command instanceof OrgCommand.Settle);
    }
  },

  THAT_AN_END_IS_ON_RECORD_IS_NOT_TOLD("I12: telling does not come to an end") {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.ClosureTaken;
    }

    // All that has ended is told over and over, to the end: in few histories that is little.
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.faults().isEmpty() && scenario.clients() * scenario.operations() < 10;
    }
  },

  THAT_A_TRANSFER_HAS_COME_IS_NEVER_TOLD(
      "I12: telling does not come to an end", "I4: still on its way") {
    @Override
    public boolean swallows(EntityId to, EntityMessage message) {
      return message instanceof EntityMessage.WalletAnswered it
          && it.answer() instanceof Answer.Done<WalletReply> done
          && done.value() instanceof WalletReply.TransferTaken;
    }
  },

  THAT_THE_WALLET_HAS_WHAT_A_PLAN_GRANTS_IS_NEVER_ON_RECORD(
      "I4: and acme has not got that on record", "I12: telling does not come to an end") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.SettlePlanGrants
          ? Instead.of(request, new OrgCommand.SettlePlanGrants(List.of()))
          : request;
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.PLANS);
    }
  },

  A_SETTLEMENT_OF_THE_TEAM_IS_LOST("I11: was not told", "I12: still holds budget") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return Instead.nothing(request, command -> command instanceof TeamCommand.Settle);
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

  A_REQUEST_DOES_NOT_WAIT_FOR_WHAT_ITS_PLAN_GRANTS("model: and its wallet lacks") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve reserve
          ? Instead.of(request, reserve.walletToldThrough(Long.MAX_VALUE))
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

  THE_TEAM_TAKES_NOTHING_BACK("I12: still holds budget") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return Instead.nothing(
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
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Fault.MESSAGE_LOST);
    }

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
          ? Instead.of(request, new TeamCommand.CheckBudget(hold.asked(), hold.limits()))
          : request;
    }
  },

  WHAT_THE_TEAM_DENIES_IS_ALLOWED(
      "I11: has never held it", "model: and at no time it was those of") {
    @Override
    public EntityMessage message(EntityId to, EntityMessage message) {
      return message
                  instanceof
                  EntityMessage.TeamAnswered(
                      String reservation,
                      Answer.Done<TeamReply>(TeamReply reply, boolean again),
                      long row)
              && reply instanceof TeamReply.NotHeld no
          ? new EntityMessage.TeamAnswered(
              reservation, new Answer.Done<>(new TeamReply.Held(limits(no)), again), row)
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
                      Answer.Done<WalletReply>(WalletReply reply, boolean again),
                      long row)
              && reply instanceof WalletReply.NotHeld
          ? new EntityMessage.WalletAnswered(
              reservation,
              new Answer.Done<>(
                  new WalletReply.WouldHold(
                      new Balance("platform", Credits.ZERO, Credits.ZERO, Credits.ZERO)),
                  again),
              row)
          : message;
    }
  },

  WHAT_IS_FOUND_IS_TAKEN_FOR_AN_ANSWER("I4: , then Done", "I11: was not told") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Fault.TWO_INCARNATIONS);
    }

    @Override
    public EntityMessage message(EntityId to, EntityMessage message) {
      return message
              instanceof
              EntityMessage.WalletFound(String reservation, Answer<WalletReply> found, long row)
          ? new EntityMessage.WalletAnswered(reservation, found, row)
          : message;
    }
  },

  IT_IS_DENIED_WITHOUT_A_BAR("I4: was allowed by") {
    @Override
    public Stage.History history() {
      return TakenOverTest.A_NO_OF_A_FORMER_TEAM;
    }

    @Override
    public Tampering forOneRun() {
      return new UnbarredDenials();
    }
  },

  A_CHARGE_IS_DENIED_WITHOUT_A_BAR("I12: was denied, and is") {
    @Override
    public Stage.History history() {
      return LateCopiesTest.OF_A_DENIED_CHARGE;
    }

    @Override
    public Tampering forOneRun() {
      return new UnbarredDenials();
    }
  },

  A_TRANSFER_IS_BARRED_THAT_HAS_COME("I1: leave with the transfer") {
    @Override
    public Stage.History history() {
      return LateCopiesTest.OF_A_REFUSED_TRANSFER;
    }

    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.BarTransfer it
          ? Instead.of(
              request, new WalletCommand.BarTransfer(WrongMoney.lessOfTheLast(it.transfer())))
          : request;
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

  A_KEY_IS_FORGOTTEN_TOO_SOON("model: and nothing so new is") {
    @Override
    public int remembered(int operations) {
      return Math.max(1, operations / 2);
    }
  },

  A_KEY_IS_FORGOTTEN_AFTER_HALF_A_DAY("model: and nothing so new is") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.HOURS);
    }

    @Override
    public Duration rememberedFor() {
      return World.REMEMBERED_FOR.dividedBy(2);
    }
  },

  A_REPORT_THAT_IS_FORGOTTEN_IS_TAKEN_FOR_NEW(
      "I4: is on its way twice", "I4: has a second effect", "I4: is charged by") {
    @Override
    public Stage.History history() {
      return ReportedAgainTest.CHARGED_AND_FORGOTTEN;
    }

    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof OrgCommand.Reserve it && it.request().hasRun()
          ? Instead.of(
              request,
              new OrgCommand.Reserve(
                  it.request(),
                  it.key(),
                  it.actor(),
                  it.idempotencyKey(),
                  it.salt(),
                  Long.MAX_VALUE))
          : request;
    }
  },

  WHAT_AN_ENTITY_HAS_FORGOTTEN_IS_TAKEN_FOR_NEW("I4: has a second effect") {
    @Override
    public Stage.History history() {
      return LongAgoTest.CHARGED_AND_FORGOTTEN;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof LookedFor<?> it && it.origin() != null
          ? Instead.of(request, it.from(it.origin().soughtThrough(Long.MAX_VALUE)))
          : request;
    }
  },

  WHAT_WAS_FORGOTTEN_BEFORE_A_RESTART_IS_TAKEN_FOR_NEW(
      "I4: is on its way twice", "I4: has a second effect", "I4: is charged by") {
    @Override
    public void restored(OperationMemory memory) {
      LostParts.nothingForgotten(memory);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.isForgetful();
    }
  },

  A_SEARCH_OF_THE_JOURNAL_OVERLOOKS_A_CHARGE("I12: still holds budget") {
    @Override
    public Stage.History history() {
      return LongAgoTest.CHARGED_AND_FORGOTTEN;
    }

    @Override
    public <E> Batch<E> readBack(Batch<E> row) {
      return Instead.withoutCharges(row);
    }
  },

  A_LATE_SNAPSHOT_IS_STORED("I6-refused: does not recover") {
    @Override
    public Stage.History history() {
      return LateSnapshotTest.OVERTAKEN;
    }

    @Override
    public boolean savesLateSnapshots() {
      return true;
    }
  },

  AN_ATTEMPT_TO_REPORT_THAT_CAME_TO_NOTHING_BEGINS_AGAIN("I4: begins twice") {
    @Override
    public Stage.History history() {
      return ReportedAgainTest.CAME_TO_NOTHING;
    }

    @Override
    public boolean hasOtherRules() {
      return true;
    }

    @Override
    public <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
      return BegunAgain.of(real);
    }
  },

  WHO_TOOK_A_RESERVATION_OVER_IS_NOT_LOOKED_AT("I4: was allowed by") {
    @Override
    public Stage.History history() {
      return TakenOverTest.A_LATE_NO;
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.deciding(
          event ->
              event instanceof OrgEvent.ReservationTakenOver it
                  ? new OrgEvent.ReservationTakenOver(it.at(), it.reservation(), 0)
                  : event);
    }
  },

  WHAT_IS_SET_ALREADY_IS_TOLD_WITHOUT_A_LOOK("I4: is done, and was never in force") {
    @Override
    public Stage.History history() {
      return ReplacedTest.SET_AS_IT_WAS;
    }

    @Override
    public WrongRules wrongRules() {
      return WrongRules.answering(
          decision ->
              decision instanceof Decision.Unchanged<Object, Object>(Object reply)
                  ? new Decision.Told<>(reply)
                  : decision);
    }
  },

  WHAT_IS_NOT_THERE_IS_TOLD_WITHOUT_A_LOOK("model: is refused") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.answering(
          decision ->
              decision instanceof Decision.Absent<Object, Object>(Refusal refusal)
                  ? new Decision.Refused<>(refusal)
                  : decision);
    }
  },

  A_UNIT_THAT_IS_NOT_THERE_IS_TOLD_WITHOUT_A_LOOK("model: is refused") {
    @Override
    public Stage.History history() {
      return ReplacedTest.REMOVED;
    }

    @Override
    public WrongRules wrongRules() {
      return WHAT_IS_NOT_THERE_IS_TOLD_WITHOUT_A_LOOK.wrongRules();
    }
  },

  WHAT_IS_TOLD_AGAIN_IS_NOT_SAID_TO_BE("I4: is told again, and not as") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return answer instanceof Answer.Done<T> done
          ? new Answer.Done<>(done.value(), false)
          : answer;
    }
  },

  ONLY_THE_FIRST_LIMIT_OF_A_TEAM_IS_TOLD("model: and at no time it was those of") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return DenialsToldOtherwise.of(
          answer,
          denials ->
              DenialsToldOtherwise.onlyTheFirst(
                  denials, each -> each.limit() != null && each.limit().scope().countedByTeam()));
    }
  },

  WHERE_LIMITS_DENY_NOTHING_IS_TOLD_OF_THE_WALLET("model: and nothing is said of the wallet") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return DenialsToldOtherwise.of(
          answer,
          denials ->
              DenialsToldOtherwise.without(
                  denials,
                  each ->
                      each.code() == DenialCode.INSUFFICIENT_CREDITS
                          || each.code() == DenialCode.WALLET_IN_DEBT));
    }
  },

  THE_FARTHEST_LIMIT_IS_TOLD_FIRST("model: and not by the nearest first") {
    @Override
    public <T> Answer<T> heard(Answer<T> answer) {
      return DenialsToldOtherwise.of(answer, List::reversed);
    }
  },

  A_FRESH_ANSWER_WAITS_FOR_NOTHING("I11: is missing from a fresh answer") {
    @Override
    public boolean waitsForWhatHasEnded() {
      return false;
    }
  };

  private final List<String> signs;

  ProtocolBug(String... signs) {
    this.signs = List.of(signs);
  }

  private static List<LimitState> limits(TeamReply.NotHeld no) {
    return no.denials().stream().map(Denial::limit).filter(Objects::nonNull).toList();
  }

  @Override
  public List<String> signs() {
    return signs;
  }
}
