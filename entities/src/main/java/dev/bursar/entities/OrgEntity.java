package dev.bursar.entities;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.Effect;
import dev.bursar.domain.protocol.ReservationProtocol;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage.AskFor;
import dev.bursar.entities.EntityMessage.AskSettled;
import dev.bursar.entities.EntityMessage.Reserve;
import dev.bursar.entities.EntityMessage.TakeClosure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An org's entity at work. It drives the protocol by which a reservation is decided together with
 * team and wallet; when it starts, it drives on or settles what it finds open.
 */
public final class OrgEntity extends RunningEntity<OrgCommand, OrgEvent, OrgReply> {

  private static final Logger LOG = LoggerFactory.getLogger(OrgEntity.class);

  private static final int ALLOWED_MAX = 10_000;

  private final ReservationProtocol<Reserve> protocol = new ReservationProtocol<>();
  private final Questions questions =
      new Questions(each -> Reopened.findAtWallet(this, each, origin(each)));

  /** Those that were found open; what is asked about besides is whether late usage came. */
  private final Map<String, Plan> reopened = new HashMap<>();

  /** Those that have expired, and since when late usage may have come. */
  private final Map<String, Instant> lapsed = new HashMap<>();

  private final Unsettled unsettled = new Unsettled();

  /** The last that somebody was told are allowed: nobody else can bring them to another end. */
  private final Set<String> allowed =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > ALLOWED_MAX;
            }
          });

  private final PlanGrantTelling planGrants = new PlanGrantTelling(this);

  /** Requests whose like, of the same identity, is being decided. */
  private final Map<String, List<Reserve>> deciding = new HashMap<>();

  /**
   * Starts it: it recovers, and looks at what is open from before.
   *
   * @param reply what an event answers to the command that led to it
   */
  public OrgEntity(
      EntityId id,
      Function<OrgEvent, OrgReply> reply,
      Limits limits,
      Host<OrgCommand, OrgEvent> host) {
    super(id, reply, limits, host);
    reopen();
  }

  @Override
  void reopen() {
    planGrants.look();
    inbox.add(
        new Request<>(new OrgCommand.ListOpen(), null),
        new Replying<>(
            inbox,
            answer -> {
              if (answer instanceof Answer.Done<OrgReply> done
                  && done.value() instanceof OrgReply.Open open) {
                found(open);
                open.plans().forEach(this::reopen);
                lapsed.clear();
                lapsed.putAll(open.lapsed());
                lapsed.keySet().forEach(questions::add);
                lookAgain();
              } else {
                reopenLater();
              }
            }));
  }

  /**
   * The wallet may have ended any of them, and said so, before this was started. What is open when
   * it looks again, it would have heard of by then.
   */
  private void found(OrgReply.Open open) {
    if (!unsettled.hasLooked()) {
      open.plans().forEach(plan -> unsettled.add(plan.reservation()));
      open.lapsed().keySet().forEach(unsettled::add);
      unsettled.looked();
    }
  }

  private void reopen(Plan plan) {
    if (!protocol.drives(plan.reservation())) {
      reopened.put(plan.reservation(), plan);
      questions.add(plan.reservation());
    }
  }

  /** Since when something may have become of a reservation; null if only just now. */
  private @Nullable Origin origin(String reservation) {
    Plan plan = reopened.get(reservation);
    Instant expired = lapsed.get(reservation);
    return plan != null
        ? Origin.recordedAt(plan.madeAt())
        : expired != null ? Origin.knownAt(expired) : null;
  }

  /** What was given up may have come into the journal after all. */
  @Override
  void written(Batch<OrgEvent> batch) {
    for (Recorded<OrgEvent> each : batch.recorded()) {
      switch (each.event()) {
        case OrgEvent.ReservationBegun begun -> begunAfterAll(begun.plan());
        case OrgEvent.OrgPut put -> planGrants.look();
        case OrgEvent.WalletPut put -> planGrants.look();
        case OrgEvent.PlanGrantsSettled settled -> planGrants.settled(settled.changes());
        case OrgEvent other -> {}
      }
    }
  }

  private void begunAfterAll(Plan plan) {
    run(protocol.begunAfterAll(plan));
    if (!protocol.drives(plan.reservation())) {
      unsettled.add(plan.reservation());
    }
    reopen(plan);
  }

  @Override
  void onOther(EntityMessage message) {
    switch (message) {
      case Reserve reserve -> reserve(reserve);
      case AskSettled ask -> askSettled(ask);
      case EntityMessage.TeamAnswered it ->
          run(protocol.teamAnswered(it.reservation(), it.answer(), it.row()));
      case EntityMessage.OrgAnswered it -> run(protocol.orgAnswered(it.reservation(), it.answer()));
      case EntityMessage.WalletAnswered it when planGrants.isAsked(it.reservation()) ->
          planGrants.answered(it.answer());
      case EntityMessage.WalletAnswered it ->
          run(protocol.walletAnswered(it.reservation(), it.answer(), it.row()));
      case EntityMessage.WalletFound it -> found(it);
      case EntityMessage.MainWalletOpened it -> planGrants.opened();
      case EntityMessage other -> {}
    }
  }

  /** Whoever is told that all is on record is told so once it is: not of what nobody has heard. */
  private void askSettled(AskSettled ask) {
    if (unsettled.isNone()) {
      decideNow(ask);
    } else if (isStopping()) {
      notSettled(ask);
    } else if (unsettled.waiting() >= limits.waitingMax()) {
      ask.replyTo().tell(new Answer.Busy<>());
    } else {
      unsettled.await(
          host.nowMs() + limits.settledWithin().toMillis(),
          () -> decideNow(ask),
          () -> notSettled(ask));
    }
  }

  private void decideNow(AskSettled ask) {
    inbox.add(ask.request(), new Replying<>(inbox, ask.replyTo()::tell));
  }

  private static void notSettled(AskSettled ask) {
    ask.replyTo().tell(new Answer.Unreachable<>());
  }

  @Override
  void notTaken(Closure closure) {
    unsettled.add(closure.reservation());
  }

  /** One identity, one course: its like waits until what comes of the first is known. */
  private void reserve(Reserve asked) {
    Operation operation = asked.operation();
    List<Effect<Reserve>> joined = protocol.joined(operation, asked);
    List<Reserve> alike = operation == null ? null : deciding.get(operation.key());
    if (joined != null) {
      run(joined);
    } else if (alike != null
        ? alike.size() >= limits.waitingMax()
        : protocol.size() + planGrants.waiting() >= limits.reservationsMax()) {
      asked.replyTo().tell(new Answer.Busy<>());
    } else if (alike != null) {
      alike.add(asked);
    } else {
      if (operation != null) {
        deciding.put(operation.key(), new ArrayList<>(0));
      }
      decide(asked, new Reserving(asked));
    }
  }

  /** What the wallet has refused is not waited for once more. */
  private void decide(Reserve asked, Reserving by) {
    OrgCommand.Reserve command = asked.command();
    long through = planGrants.answeredThrough();
    inbox.add(
        new Request<>(
            through == 0 ? command : command.walletToldThrough(through), asked.operation()),
        by);
  }

  /** What comes of the first is known: its like join it, or find it in the memory of operations. */
  private void letAlikeGoOn(@Nullable Operation operation) {
    List<Reserve> alike = operation == null ? null : deciding.remove(operation.key());
    for (Reserve each : alike == null ? List.<Reserve>of() : alike) {
      // Its key is the same; what it asks for may be something else.
      List<Effect<Reserve>> joined = protocol.joined(each.operation(), each);
      if (joined != null) {
        run(joined);
      } else {
        decide(each, new Reserving(each));
      }
    }
  }

  /** What was begun may have been denied since, by a course that knew no key: that counts then. */
  private void recalled(OrgReply reply, Reserving reserving) {
    Reserve asked = reserving.asked;
    switch (reply) {
      case OrgReply.Begun begun when begun.plan().request().hasRun() ->
          recalledReport(begun, reserving);
      case OrgReply.Begun begun -> recalledBegun(begun, asked);
      // Only what was reported is remembered by how it ended; what came to nothing is not found.
      case OrgReply.Settled settled -> alreadyReported(asked);
      case OrgReply other -> decided(other, asked);
    }
  }

  private void find(String reservation, Consumer<Answer<OrgReply>> then) {
    inbox.add(
        new Request<>(new OrgCommand.FindReservation(reservation), null),
        new Replying<>(inbox, then));
  }

  private static void deniedBefore(Reserve asked, OrgReply.Denied denied) {
    asked.replyTo().tell(Decided.Denied.answer(denied.plan(), denied.denials(), true));
  }

  private static void alreadyReported(Reserve asked) {
    asked.replyTo().tell(new Answer.Refused<>(Refusal.alreadyReported()));
  }

  /** Only what is on record may be told to be there; what is still open may come to nothing. */
  private void recalledReport(OrgReply.Begun begun, Reserving reserving) {
    Reserve asked = reserving.asked;
    String reservation = begun.plan().reservation();
    find(
        reservation,
        answer -> {
          switch (answer) {
            // It was charged: somebody was told so.
            case Answer.Done<OrgReply> done
                when done.value() instanceof OrgReply.Begun && allowed.contains(reservation) ->
                alreadyReported(asked);
            case Answer.Done<OrgReply> done when done.value() instanceof OrgReply.Begun ->
                decided(begun, asked);
            // It ended after it was recalled, or before how it ended was remembered.
            case Answer.Refused<OrgReply> ended when !reservation.equals(reserving.ended) ->
                decide(asked, new Reserving(asked, reservation));
            // Recalled once more as it was begun: it was not rejected, which is remembered.
            case Answer.Refused<OrgReply> ended -> alreadyReported(asked);
            case Answer.Busy<OrgReply> busy -> asked.replyTo().tell(new Answer.Busy<>());
            case Answer.Done<OrgReply> done when done.value() instanceof OrgReply.Denied denied ->
                deniedBefore(asked, denied);
            case Answer.Done<OrgReply> unclear -> asked.replyTo().tell(new Answer.Unreachable<>());
            case Answer.Unreachable<OrgReply> away ->
                asked.replyTo().tell(new Answer.Unreachable<>());
          }
        });
  }

  private void recalledBegun(OrgReply.Begun begun, Reserve asked) {
    String reservation = begun.plan().reservation();
    find(
        reservation,
        answer -> {
          switch (answer) {
            case Answer.Done<OrgReply> done when done.value() instanceof OrgReply.Denied denied ->
                deniedBefore(asked, denied);
            case Answer.Busy<OrgReply> busy -> asked.replyTo().tell(new Answer.Busy<>());
            case Answer.Unreachable<OrgReply> away ->
                asked.replyTo().tell(new Answer.Unreachable<>());
            case Answer.Done<OrgReply> done
                when done.value() instanceof OrgReply.Begun && !allowed.contains(reservation) ->
                decided(begun, asked);
            // It has ended, or was allowed here: that is told again, and nothing is decided.
            case Answer.Done<OrgReply> known -> repeat(begun, asked);
            case Answer.Refused<OrgReply> ended -> repeat(begun, asked);
          }
        });
  }

  private void repeat(OrgReply.Begun begun, Reserve asked) {
    run(protocol.repeated(begun.plan(), asked.operation(), asked, host.nowMs()));
  }

  private void decided(OrgReply reply, Reserve asked) {
    run(protocol.decided(reply, true, true, asked.operation(), asked, host.nowMs()));
  }

  private void found(EntityMessage.WalletFound it) {
    String reservation = it.reservation();
    protocol.walletKnows(reservation, it.row());
    if (!questions.isAsked(reservation) || !Reopened.isFinal(it.answer())) {
      return;
    }
    questions.answered(reservation);
    if (protocol.drives(reservation)) {
      // A retry was faster: this tells how it stood, and is no answer to what the retry asked.
      return;
    }
    Plan plan = reopened.remove(reservation);
    Closure closure =
        it.answer() instanceof Answer.Done<WalletReply> done
            ? Reopened.closure(reservation, done.value())
            : null;
    if (closure != null) {
      settle(closure, plan);
      return;
    }
    if (plan != null && it.answer() instanceof Answer.Refused<WalletReply>) {
      run(protocol.driveOn(plan, host.nowMs()));
    }
    unsettled.settled(reservation);
  }

  private void settle(Closure closure, @Nullable Plan plan) {
    inbox.add(
        new Request<>(new OrgCommand.Settle(closure), null),
        new Replying<>(
            inbox,
            answer -> {
              if (Reopened.isFinal(answer)) {
                unsettled.settled(closure.reservation());
              } else {
                if (plan != null) {
                  reopened.put(closure.reservation(), plan);
                }
                unsettled.add(closure.reservation());
              }
            }));
  }

  @Override
  void onTick() {
    run(protocol.tick(host.nowMs()));
    questions.onTick();
    planGrants.onTick(host.nowMs());
    unsettled.onTick(host.nowMs());
    askAgain(reopened.keySet());
    askAgain(unsettled.all());
  }

  /** A retry that is told of a charge from before the crash, for one, does not settle it. */
  private void askAgain(Collection<String> reservations) {
    for (String reservation : reservations) {
      if (!protocol.drives(reservation)) {
        questions.add(reservation);
      }
    }
  }

  @Override
  boolean isBusy() {
    return protocol.size() > 0
        || !questions.isEmpty()
        || !reopened.isEmpty()
        || unsettled.isBusy()
        || planGrants.isBusy();
  }

  @Override
  void onStop() {
    unsettled.giveUp();
    planGrants.giveUp();
  }

  /** When it starts again, it asks about all that is open. */
  @Override
  boolean mayStop() {
    return protocol.size() == 0 && questions.isEmpty();
  }

  private void run(List<Effect<Reserve>> effects) {
    for (Effect<Reserve> effect : effects) {
      switch (effect) {
        case Effect.AskWallet<Reserve> ask ->
            tell(
                EntityId.wallet(id.org(), ask.wallet()),
                new AskFor<>(ask.reservation(), ask.request(), host.self()));
        case Effect.AskTeam<Reserve> ask ->
            tell(
                EntityId.team(id.org(), ask.team()),
                new AskFor<>(ask.reservation(), ask.request(), host.self()));
        case Effect.AskOrg<Reserve> ask ->
            inbox.add(
                ask.request(),
                new Replying<>(
                    inbox,
                    answer ->
                        host.self()
                            .tell(new EntityMessage.OrgAnswered(ask.reservation(), answer))));
        case Effect.Reply<Reserve> reply -> {
          if (reply.answer() instanceof Answer.Done<Decided> done
              && done.value() instanceof Decided.Allowed it
              && !it.plan().request().dryRun()) {
            allowed.add(it.plan().reservation());
          }
          reply.waiting().replyTo().tell(reply.answer());
        }
      }
    }
  }

  /**
   * What of this reservation is in the journal, by what that says; null if it is something else.
   */
  private static @Nullable Plan planOf(String reservation, @Nullable OrgReply reply) {
    return reply instanceof OrgReply.Begun begun && begun.plan().reservation().equals(reservation)
        ? begun.plan()
        : null;
  }

  /**
   * What the journal has under this identity, from an earlier try or another incarnation.
   *
   * @param inJournal null if that could not be read
   */
  private void stands(String reservation, @Nullable OrgReply inJournal) {
    Plan plan = planOf(reservation, inJournal);
    run(plan == null ? protocol.withdrawn(reservation) : protocol.adopt(plan));
  }

  /** Follows a request to reserve through the org's own deciding and writing. */
  private final class Reserving implements Inbox.Caller<OrgReply> {
    private final Reserve asked;
    private @Nullable String begun;

    /** Whether it was decided again, since writing what was decided first had failed. */
    private boolean again;

    /** Until when it waits for the wallet, by the host's time; 0 if it does not. */
    private long waitsUntilMs;

    /** The reservation that a report was recalled to have begun, and which has ended; or null. */
    private final @Nullable String ended;

    Reserving(Reserve asked) {
      this(asked, null);
    }

    Reserving(Reserve asked, @Nullable String ended) {
      this.asked = asked;
      this.ended = ended;
    }

    @Override
    public void decided(Outcome<OrgReply> outcome) {
      again = begun != null;
      if (outcome instanceof Outcome.Replied<OrgReply> replied
          && replied.reply() instanceof OrgReply.Begun reply
          && begun == null) {
        begun = reply.plan().reservation();
        run(
            protocol.decided(
                reply, replied.replayed(), false, asked.operation(), asked, host.nowMs()));
        letAlikeGoOn(asked.operation());
      }
    }

    @Override
    public void done(Outcome<OrgReply> outcome) {
      if (begun != null) {
        doneAfterBegun(begun, outcome);
        return;
      }
      switch (outcome) {
        case Outcome.Replied<OrgReply> replied
            when replied.reply() instanceof OrgReply.WalletBehind behind -> {
          waitForWallet(behind);
          return;
        }
        case Outcome.Replied<OrgReply> replied when replied.reply() instanceof OrgReply.Settled ->
            alreadyReported(asked);
        case Outcome.Replied<OrgReply> replied ->
            run(
                protocol.decided(
                    replied.reply(),
                    replied.replayed(),
                    true,
                    asked.operation(),
                    asked,
                    host.nowMs()));
        case Outcome.Stored<OrgReply> stored -> recall(stored);
        case Outcome.Unchanged<OrgReply> never ->
            throw new IllegalStateException("a reservation changes something");
        case Outcome.Absent<OrgReply> never ->
            throw new IllegalStateException("a reservation ends nothing");
        case Outcome.Forgotten<OrgReply> never ->
            throw new IllegalStateException("nothing is looked for in the journal of an org");
        case Outcome.Refused<OrgReply> refused ->
            asked.replyTo().tell(new Answer.Refused<>(refused.refusal()));
        case Outcome.Failed<OrgReply> failed -> {
          LOG.error("a rule failed", failed.fault());
          asked.replyTo().tell(new Answer.Unreachable<>());
        }
      }
      letAlikeGoOn(asked.operation());
    }

    /** It is decided once the wallet has what plan and add-ons grant, or not at all. */
    private void waitForWallet(OrgReply.WalletBehind behind) {
      if (isStopping()) {
        failed(new Answer.Unreachable<>());
      } else if (planGrants.waiting() >= limits.waitingMax()) {
        failed(new Answer.Busy<>());
      } else {
        if (waitsUntilMs == 0) {
          waitsUntilMs = host.nowMs() + limits.settledWithin().toMillis();
        }
        planGrants.await(
            behind.changes(),
            waitsUntilMs,
            through ->
                inbox.add(
                    new Request<>(asked.command().walletToldThrough(through), asked.operation()),
                    this),
            () -> failed(new Answer.Unreachable<>()));
      }
    }

    /**
     * A failed write may have been decided anew, and otherwise: the first decision is void then. So
     * it is, too, where plan or catalog have changed meanwhile and the request would have to wait
     * for the wallet: what has been asked for it is taken back, and whoever asked may do so again.
     */
    private void doneAfterBegun(String reservation, Outcome<OrgReply> outcome) {
      switch (outcome) {
        case Outcome.Replied<OrgReply> replied when again -> stands(reservation, replied.reply());
        case Outcome.Replied<OrgReply> replied ->
            run(
                planOf(reservation, replied.reply()) == null
                    ? protocol.withdrawn(reservation)
                    : protocol.durable(reservation));
        case Outcome.Stored<OrgReply> stored ->
            inbox.stored(
                stored, reply -> stands(reservation, reply), fault -> stands(reservation, null));
        case Outcome.Unchanged<OrgReply> never -> run(protocol.withdrawn(reservation));
        case Outcome.Absent<OrgReply> never -> run(protocol.withdrawn(reservation));
        case Outcome.Forgotten<OrgReply> never -> run(protocol.withdrawn(reservation));
        case Outcome.Refused<OrgReply> refused -> run(protocol.withdrawn(reservation));
        case Outcome.Failed<OrgReply> failed -> run(protocol.withdrawn(reservation));
      }
    }

    private void recall(Outcome.Stored<OrgReply> stored) {
      inbox.stored(
          stored,
          reply -> recalled(reply, this),
          fault -> {
            LOG.warn("a decision could not be read back from the journal", fault);
            asked.replyTo().tell(new Answer.Unreachable<>());
          });
    }

    @Override
    public void failed(Answer<OrgReply> why) {
      if (begun != null) {
        run(protocol.withdrawn(begun));
      } else {
        asked
            .replyTo()
            .tell(
                why.map(
                    reply -> {
                      throw new IllegalStateException();
                    }));
        letAlikeGoOn(asked.operation());
      }
    }
  }

  @Override
  EntityMessage answered(String reservation, Answer<OrgReply> answer, long row) {
    return new EntityMessage.OrgAnswered(reservation, answer);
  }

  /** Nothing is asked of an org but what it remembers. */
  @Override
  @Nullable String remembered(OrgEvent event) {
    return null;
  }

  @Override
  Instant at(OrgEvent event) {
    return event.at();
  }

  @Override
  OrgCommand settle(TakeClosure message) {
    return new OrgCommand.Settle(message.closure());
  }
}
