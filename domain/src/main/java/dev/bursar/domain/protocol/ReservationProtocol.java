package dev.bursar.domain.protocol;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.enforcement.BudgetDenials;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The org's side of making a reservation. The org has decided its own part and journals it; team
 * and wallet are asked at the same time. Allowed is what all of them hold, durably. One no, and
 * those that hold take it back, and the denial goes on record with all that stood in the way. What
 * is to be charged at once is asked of the wallet last, when all others hold it.
 *
 * <p>Every message may be repeated: whoever is asked twice gives the answer that it gave first. So
 * a reservation that was begun and not brought to an end, by a crash or a lost message, is simply
 * driven on.
 *
 * @param <W> whoever waits for an answer
 */
public final class ReservationProtocol<W> {

  private static final long ASK_AGAIN_AFTER_MS = 2_000;

  /** How many may wait for one answer. */
  private static final int WAITING_MAX = 1_000;

  private final Map<String, Course<W>> courses = new HashMap<>();
  private final Map<String, Course<W>> byOperation = new HashMap<>();
  private final LastRows rows = new LastRows();

  /** How many reservations are on their way. */
  public int size() {
    return courses.size();
  }

  /** Whether this reservation is on its way. */
  public boolean drives(String reservation) {
    return courses.containsKey(reservation);
  }

  /**
   * Lets a request wait for the one with the same identity that is on its way; null if there is
   * none, and the request is to be decided.
   */
  public @Nullable List<Effect<W>> joined(@Nullable Operation operation, W waiting) {
    Course<W> known = operation == null ? null : byOperation.get(operation.key());
    return known == null ? null : join(known, operation, waiting);
  }

  /**
   * The org has decided its part.
   *
   * @param reply what it decided
   * @param replayed whether that repeats what it decided for an earlier request
   * @param durable whether that is in the journal already, and may be driven by others, too
   * @param operation the request's identity
   * @param waiting who waits for the answer
   * @param nowMs a monotonic time, in milliseconds
   */
  public List<Effect<W>> decided(
      OrgReply reply,
      boolean replayed,
      boolean durable,
      @Nullable Operation operation,
      W waiting,
      long nowMs) {
    return switch (reply) {
      case OrgReply.Begun begun -> {
        Course<W> known = courses.get(begun.plan().reservation());
        if (known != null) {
          yield join(known, operation, waiting);
        }
        Course<W> course = start(begun.plan(), true, operation, nowMs);
        course.adopted = durable;
        if (!durable && !replayed) {
          course.decidedNow(rows.ofTeam(begun.plan()), rows.ofWallet(begun.plan()));
        }
        course.waiting.add(new Course.Waiting<>(waiting, replayed));
        yield ask(course);
      }
      case OrgReply.Considered considered -> {
        List<Effect<W>> joined = joined(operation, waiting);
        if (joined != null) {
          yield joined;
        }
        Course<W> course = start(considered.plan(), false, operation, nowMs);
        course.ownDurable = true;
        course.denials.addAll(considered.denials());
        course.waiting.add(new Course.Waiting<>(waiting, replayed));
        yield ask(course);
      }
      case OrgReply.Denied denied ->
          List.of(
              new Effect.Reply<>(
                  waiting, Decided.Denied.answer(denied.plan(), denied.denials(), replayed)));
      case OrgReply other -> throw new IllegalArgumentException("no decision: " + other);
    };
  }

  /**
   * A request that was answered before, and whose reservation has ended since: team and wallet say
   * again what they said, and nothing is held or charged anew.
   */
  public List<Effect<W>> repeated(Plan plan, @Nullable Operation operation, W waiting, long nowMs) {
    Course<W> known = courses.get(plan.reservation());
    if (known != null) {
      return join(known, operation, waiting);
    }
    Course<W> course = start(plan, true, operation, nowMs);
    course.repeating = true;
    course.ownDurable = true;
    course.waiting.add(new Course.Waiting<>(waiting, true));
    return ask(course);
  }

  /** Drives on what was begun before a crash; nobody waits for it. */
  public List<Effect<W>> driveOn(Plan plan, long nowMs) {
    if (courses.containsKey(plan.reservation())) {
      return List.of();
    }
    Course<W> course = start(plan, true, null, nowMs);
    course.adopted = true;
    return ask(course);
  }

  /**
   * The org's own part is in the journal, from an earlier try: others may drive it, too.
   *
   * @param plan as it is there: what was decided first may be void, and other limits have applied
   */
  public List<Effect<W>> adopt(Plan plan) {
    Course<W> course = courses.get(plan.reservation());
    if (course == null || course.ownDurable || course.closing) {
      return List.of();
    }
    return anew(course, plan);
  }

  /** What the others have answered so far, they may have taken back since. */
  private List<Effect<W>> anew(Course<W> course, Plan plan) {
    course.decidedAs(plan);
    course.adopted = true;
    course.ownDurable = false;
    askAllAnew(course);
    return ask(course);
  }

  private static void askAllAnew(Course<?> course) {
    course.denials.clear();
    course.teamAnswered = !course.plan.asksTeam();
    course.teamHolds = false;
    course.teamHoldsVoid = false;
    course.walletAnswered = false;
    course.walletAsked = false;
    course.wallet = null;
    course.walletHoldsVoid = false;
  }

  private Course<W> start(Plan plan, boolean holding, @Nullable Operation operation, long nowMs) {
    Course<W> course = new Course<>(plan, holding, operation, nowMs);
    courses.put(plan.reservation(), course);
    if (operation != null) {
      byOperation.put(operation.key(), course);
    }
    return course;
  }

  private void finish(Course<W> course) {
    courses.remove(course.plan.reservation());
    if (course.operation != null) {
      byOperation.remove(course.operation.key(), course);
    }
  }

  private List<Effect<W>> join(Course<W> course, @Nullable Operation operation, W waiting) {
    Operation first = course.operation;
    if (first != null && operation != null && first.fingerprint() != operation.fingerprint()) {
      return List.of(new Effect.Reply<>(waiting, new Answer.Refused<>(Refusal.keyReused())));
    }
    if (course.waiting.size() >= WAITING_MAX) {
      return List.of(new Effect.Reply<>(waiting, new Answer.Busy<>()));
    }
    course.waiting.add(new Course.Waiting<>(waiting, true));
    if (course.denialRecorded && !course.asksWhetherBegun) {
      List<Effect<W>> effects = replies(course, denial(course));
      course.waiting.clear();
      return effects;
    }
    return List.of();
  }

  // ---- asking

  private List<Effect<W>> ask(Course<W> course) {
    Plan plan = course.plan;
    if (course.adopted && !course.ownDurable) {
      return askOrg(course, new OrgCommand.TakeOver(plan.reservation()));
    }
    List<Effect<W>> effects = new ArrayList<>(2);
    String team = plan.request().subject().team();
    if (!course.teamAnswered && team != null) {
      effects.add(new Effect.AskTeam<>(plan.reservation(), team, course.teamRequest()));
    }
    if (plan.creditType().isEmpty()) {
      // No rate: there is no amount to ask the wallet about.
      course.walletAnswered = true;
    } else if (!course.walletAnswered && !course.chargesLast()) {
      effects.add(askWallet(course));
    }
    return effects.isEmpty() ? proceed(course) : effects;
  }

  /** One question to the org at a time: it answers each, in its order. */
  private static <W> List<Effect<W>> askOrg(Course<W> course, OrgCommand command) {
    if (course.orgAsked != null) {
      return List.of();
    }
    course.orgAsked = command;
    return List.of(new Effect.AskOrg<>(course.plan.reservation(), new Request<>(command, null)));
  }

  private static <W> Effect<W> askWallet(Course<W> course) {
    course.walletAsked = true;
    course.askedToCharge |= course.asksToCharge();
    Plan plan = course.plan;
    return new Effect.AskWallet<>(plan.reservation(), plan.wallet(), course.walletRequest());
  }

  /** Asks again what has not been answered for long; to be called now and then. */
  public List<Effect<W>> tick(long nowMs) {
    List<Effect<W>> effects = new ArrayList<>();
    for (Course<W> course : List.copyOf(courses.values())) {
      if (nowMs - course.askedAtMs >= ASK_AGAIN_AFTER_MS) {
        course.askedAtMs = nowMs;
        effects.addAll(course.closing ? close(course) : askAgain(course));
      }
    }
    return effects;
  }

  private List<Effect<W>> askAgain(Course<W> course) {
    course.walletAsked = false;
    course.askedAgain = true;
    return course.teamAnswered && course.ownDurable ? proceed(course) : ask(course);
  }

  // ---- answers

  /** The org's own part is in the journal. */
  public List<Effect<W>> durable(String reservation) {
    Course<W> course = courses.get(reservation);
    if (course == null || course.ownDurable) {
      return List.of();
    }
    course.ownDurable = true;
    return proceed(course);
  }

  /**
   * The org's own part could not be written, or was decided otherwise when it was tried again. Who
   * waits is told to ask again. The org is asked to bar it; then who may hold takes it back,
   * however often that must be asked. Until it is barred it may come into the journal after all,
   * and somebody else may find it there and go on.
   */
  public List<Effect<W>> withdrawn(String reservation) {
    Course<W> course = courses.get(reservation);
    if (course == null || course.closing) {
      return List.of();
    }
    if (course.operation != null) {
      byOperation.remove(course.operation.key(), course);
    }
    course.closing = true;
    course.denials.clear();
    course.teamToBar = false;
    course.walletToBar = false;
    course.asksWhetherBegun = true;
    course.denialRecorded = true;
    course.teamToCancel = course.holding && course.plan.asksTeam();
    course.walletToCancel = course.holding && !course.chargesLast();
    List<Effect<W>> effects = new ArrayList<>(close(course));
    effects.addAll(replies(course, new Answer.Unreachable<>()));
    course.waiting.clear();
    return effects;
  }

  private List<Effect<W>> whetherBegun(Course<W> course, Answer<OrgReply> answer) {
    return switch (answer) {
      case Answer.Done<OrgReply> done ->
          switch (done.value()) {
            case OrgReply.Begun begun -> goOn(course, begun.plan());
            case OrgReply.Barred barred -> takeBack(course);
            case OrgReply.Denied denied -> takeBack(course);
            case OrgReply other -> throw new IllegalArgumentException("no answer: " + other);
          };
      case Answer.Refused<OrgReply> unsure -> List.of();
      case Answer.Busy<OrgReply> busy -> List.of();
      case Answer.Unreachable<OrgReply> away -> List.of();
    };
  }

  private List<Effect<W>> takeBack(Course<W> course) {
    course.asksWhetherBegun = false;
    List<Effect<W>> effects = new ArrayList<>(replies(course, denial(course)));
    course.waiting.clear();
    effects.addAll(close(course));
    finishIfClosed(course);
    return effects;
  }

  /** What was given up has come into the journal after all. */
  public List<Effect<W>> begunAfterAll(Plan plan) {
    Course<W> course = courses.get(plan.reservation());
    return course == null || !course.asksWhetherBegun ? List.of() : goOn(course, plan);
  }

  /** Nobody waits for it any more; but somebody else may have been told that it is allowed. */
  private List<Effect<W>> goOn(Course<W> course, Plan plan) {
    course.asksWhetherBegun = false;
    course.closing = false;
    course.denialRecorded = false;
    return anew(course, plan);
  }

  /**
   * The team has answered. Busy and unreachable are no answers: it will be asked again.
   *
   * @param row the last row of its journal that it knew of
   */
  public List<Effect<W>> teamAnswered(String reservation, Answer<TeamReply> answer, long row) {
    Course<W> course = courses.get(reservation);
    if (course == null) {
      return List.of();
    }
    rows.ofTeam(course.plan, row);
    if (course.closing) {
      return answer instanceof Answer.Done<TeamReply> done
          ? teamClosed(course, done.value())
          : List.of();
    }
    if (!course.teamAnswered && answer instanceof Answer.Done<TeamReply> done) {
      switch (done.value()) {
        case TeamReply.Held held -> {
          course.teamHolds = course.isHeldIn(held.limits());
          course.teamHoldsVoid = !course.teamHolds;
          course.teamLimits = held.limits();
        }
        case TeamReply.NotHeld no -> course.denials.addAll(no.denials());
        case TeamReply.Barred barred -> {}
        case TeamReply other -> {
          return List.of();
        }
      }
      course.teamAnswered = true;
      return proceed(course);
    }
    return List.of();
  }

  /**
   * The team is asked to bar it, or to take it back. That it does not hold, as it may have answered
   * an earlier question, says nothing of that.
   */
  private List<Effect<W>> teamClosed(Course<W> course, TeamReply reply) {
    if (course.teamToBar) {
      if (reply instanceof TeamReply.Held) {
        return retract(course);
      }
      if (!(reply instanceof TeamReply.Barred)) {
        return List.of();
      }
      course.teamToBar = false;
      return close(course);
    }
    if (reply instanceof TeamReply.Barred || reply instanceof TeamReply.Done) {
      course.teamToCancel = false;
      finishIfClosed(course);
    }
    return List.of();
  }

  /**
   * The wallet has answered. Busy and unreachable are no answers: it will be asked again.
   *
   * @param row the last row of its journal that it knew of
   */
  public List<Effect<W>> walletAnswered(String reservation, Answer<WalletReply> answer, long row) {
    Course<W> course = courses.get(reservation);
    if (course == null) {
      return List.of();
    }
    rows.ofWallet(course.plan.wallet(), row);
    if (course.closing) {
      return answer instanceof Answer.Done<WalletReply> done
          ? walletClosed(course, done.value())
          : List.of();
    }
    if (answer instanceof Answer.Done<WalletReply> done) {
      return walletSaid(course, done.value());
    }
    if (!course.holding && answer instanceof Answer.Refused<WalletReply>(Refusal refusal)) {
      // It was only a question.
      finish(course);
      return replies(course, new Answer.Refused<>(refusal));
    }
    if (!course.repeating || course.barring || !(answer instanceof Answer.Refused)) {
      return List.of();
    }
    // It was never held: that it never will be is put on record before anybody is told so.
    course.barring = true;
    return List.of(askWallet(course));
  }

  /**
   * A reservation's wallet knows of this row of its journal: nothing of what is decided on later is
   * in the rows up to there.
   */
  public void walletKnows(String reservation, long row) {
    ReservationId id = ReservationId.parse(reservation);
    if (id != null) {
      rows.ofWallet(id.wallet(), row);
    }
  }

  /** The wallet is asked to bar it, or to take it back. */
  private List<Effect<W>> walletClosed(Course<W> course, WalletReply reply) {
    if (course.walletToBar) {
      if (isTakenBack(reply)) {
        course.walletToBar = false;
        return close(course);
      }
      boolean held =
          reply instanceof WalletReply.Open
              || reply instanceof WalletReply.Held
              || reply instanceof WalletReply.Ended
              || reply instanceof WalletReply.LeaseSettled;
      return held ? retract(course) : List.of();
    }
    if (reply instanceof WalletReply.Ended
        || reply instanceof WalletReply.LeaseSettled
        || reply instanceof WalletReply.Barred) {
      course.walletToCancel = false;
      finishIfClosed(course);
    }
    return List.of();
  }

  private List<Effect<W>> forgotten(Course<W> course) {
    finish(course);
    return replies(course, new Answer.Refused<>(Refusal.keyForgotten()));
  }

  /** It was never answered: what it held was taken back, and then it came into the journal. */
  private List<Effect<W>> takenBack(Course<W> course) {
    finish(course);
    return replies(course, new Answer.Refused<>(Refusal.withdrawn()));
  }

  private static boolean isTakenBack(WalletReply reply) {
    return reply instanceof WalletReply.Barred
        || (reply instanceof WalletReply.Ended ended && ended.status().equals("cancelled"));
  }

  private List<Effect<W>> walletSaid(Course<W> course, WalletReply reply) {
    if (course.walletAnswered) {
      return List.of();
    }
    if (course.repeating && isTakenBack(reply)) {
      return takenBack(course);
    }
    if (course.asksHowItEnded) {
      return switch (reply) {
        // That it held it is what it was asked before, perhaps more than once.
        case WalletReply.Held again -> List.of();
        case WalletReply.LeaseSettled added -> forgotten(course);
        case WalletReply.Ended ended when wasSpent(ended) -> forgotten(course);
        case WalletReply other -> takenBack(course);
      };
    }
    switch (reply) {
      case WalletReply.NotHeld no -> course.denials.addAll(no.denials());
      case WalletReply.Held held -> setAside(course, held);
      // It answers what was asked before the team was found to hold: nothing is charged by that.
      case WalletReply.WouldHold late when course.asksToCharge() -> {
        return List.of();
      }
      case WalletReply.WouldHold would -> course.wallet = would;
      case WalletReply.Open open ->
          setAside(course, new WalletReply.Held(open.hold(), open.balance()));
      case WalletReply.Ended ended when isTakenBack(ended) -> course.wallet = null;
      case WalletReply.Ended charged when course.plan.request().commit() -> course.wallet = charged;
      // It was held once, and what the wallet remembers of that is only how it ended.
      case WalletReply.Ended ended -> {
        return forgotten(course);
      }
      // So it was of what a lease holds by now.
      case WalletReply.LeaseSettled added -> {
        return forgotten(course);
      }
      case WalletReply.Barred barred -> course.wallet = null;
      case WalletReply other -> {
        return List.of();
      }
    }
    course.walletAnswered = true;
    return proceed(course);
  }

  private static void setAside(Course<?> course, WalletReply.Held held) {
    boolean asPlanned = course.isSetAsideIn(held.hold());
    course.wallet = asPlanned ? held : null;
    course.walletHoldsVoid = !asPlanned;
  }

  private List<Effect<W>> proceed(Course<W> course) {
    if (!course.ownDurable || !course.teamAnswered) {
      return List.of();
    }
    boolean barred = course.denials.isEmpty() && !course.teamAgrees();
    if (!course.walletAnswered && !(barred && course.chargesLast())) {
      return course.walletAsked ? List.of() : List.of(askWallet(course));
    }
    if (course.wallet != null && course.teamAgrees() && course.denials.isEmpty()) {
      return allowed(course);
    }
    if (!course.repeating) {
      return deny(course);
    }
    if (course.wallet == null || course.teamHoldsVoid) {
      return takenBack(course);
    }
    // What the team had never held, nobody was told to spend; but the team may have held it, and
    // have forgotten that since.
    if (course.wallet instanceof WalletReply.Ended) {
      return forgotten(course);
    }
    course.asksHowItEnded = true;
    course.walletAnswered = false;
    return List.of(askWallet(course));
  }

  /** Not only held, until nobody could spend it any more. */
  private static boolean wasSpent(WalletReply.Ended ended) {
    Lease lease = ended.terms();
    return !ended.status().equals("expired") || (lease != null && lease.reported().isPositive());
  }

  private List<Effect<W>> allowed(Course<W> course) {
    finish(course);
    List<LimitState> limits = new ArrayList<>(course.plan.limits());
    if (course.teamLimits != null) {
      limits.addAll(course.teamLimits);
    }
    limits.sort(Comparator.comparingInt(limit -> limit.scope().type().ordinal()));
    Decided.Allowed decided =
        switch (course.wallet) {
          case WalletReply.Held held ->
              new Decided.Allowed(course.plan, limits, held.hold(), held.balance(), null);
          case WalletReply.WouldHold would ->
              new Decided.Allowed(course.plan, limits, null, would.balance(), null);
          case WalletReply.Ended ended ->
              new Decided.Allowed(
                  course.plan,
                  course.plan.request().commit()
                      ? LimitState.withCharged(limits, course.plan.quantities())
                      : limits,
                  null,
                  ended.balance(),
                  ended);
          case null, default -> throw new IllegalStateException("allowed without a wallet");
        };
    return replies(course, new Answer.Done<>(decided, false));
  }

  // ---- denial

  private List<Effect<W>> deny(Course<W> course) {
    List<Denial> all = BudgetDenials.inOrder(course.denials);
    course.denials.clear();
    course.denials.addAll(all);
    if (course.plan.request().dryRun()) {
      finish(course);
      return replies(course, Decided.Denied.answer(course.plan, all, false));
    }
    course.closing = true;
    boolean asksTeam = course.plan.asksTeam();
    boolean unsure = course.mayBeHeld();
    course.teamToBar = unsure && asksTeam && !course.teamHolds && !course.teamHoldsVoid;
    // What is only held after all, the wallet takes back by itself; what it charged, it does not.
    course.walletToBar =
        (unsure || course.askedToCharge)
            && course.walletAnswered
            && !course.walletHolds()
            && !course.walletHoldsVoid;
    course.teamToCancel = course.holding && (course.teamHolds || course.teamHoldsVoid);
    course.walletToCancel =
        course.walletHolds() || course.walletHoldsVoid || (unsure && !course.walletAnswered);
    return close(course);
  }

  /**
   * First whoever said no makes sure of it, where somebody may have had another answer; then the
   * denial goes on record; and only then those that hold take it back: whoever else drives it can
   * come to no other end by then. All of that again, until it is done.
   */
  private List<Effect<W>> close(Course<W> course) {
    Plan plan = course.plan;
    if (course.asksWhetherBegun) {
      return askOrg(course, new OrgCommand.Bar(plan.reservation()));
    }
    if (course.teamToBar || course.walletToBar) {
      return asked(
          plan,
          course.teamToBar ? new TeamCommand.Bar(plan.reservation(), course.atTeam()) : null,
          course.walletToBar ? course.barAtWallet() : null);
    }
    if (!course.denialRecorded) {
      int begun = course.holding ? course.timesTakenOver : OrgCommand.Deny.NOT_BEGUN;
      return askOrg(
          course, new OrgCommand.Deny(plan, List.copyOf(course.denials), course.operation, begun));
    }
    return asked(
        plan,
        course.teamToCancel ? new TeamCommand.Cancel(plan.reservation(), course.atTeam()) : null,
        course.walletToCancel
            ? new Request<>(new WalletCommand.Cancel(plan.reservation(), course.atWallet()), null)
            : null);
  }

  private List<Effect<W>> asked(
      Plan plan, @Nullable TeamCommand ofTeam, @Nullable Request<WalletCommand> ofWallet) {
    List<Effect<W>> effects = new ArrayList<>(2);
    String team = plan.request().subject().team();
    if (ofTeam != null && team != null) {
      effects.add(new Effect.AskTeam<>(plan.reservation(), team, new Request<>(ofTeam, null)));
    }
    if (ofWallet != null) {
      effects.add(new Effect.AskWallet<>(plan.reservation(), plan.wallet(), ofWallet));
    }
    return effects;
  }

  /** Whoever had said no holds after all: all are asked once more. */
  private List<Effect<W>> retract(Course<W> course) {
    course.closing = false;
    course.teamToBar = false;
    course.walletToBar = false;
    course.teamToCancel = false;
    course.walletToCancel = false;
    askAllAnew(course);
    return ask(course);
  }

  /** The org has answered what it was asked on a reservation's behalf. */
  public List<Effect<W>> orgAnswered(String reservation, Answer<OrgReply> answer) {
    Course<W> course = courses.get(reservation);
    if (course == null) {
      return List.of();
    }
    OrgCommand asked = course.orgAsked;
    course.orgAsked = null;
    if (course.asksWhetherBegun) {
      return asked instanceof OrgCommand.Bar ? whetherBegun(course, answer) : close(course);
    }
    if (course.closing) {
      return asked instanceof OrgCommand.Deny ? denialRecorded(course, answer) : close(course);
    }
    if (course.adopted && !course.ownDurable) {
      return asked instanceof OrgCommand.TakeOver ? takenOver(course, answer) : ask(course);
    }
    return List.of();
  }

  /** From here on nobody else can bring it to an end in the org's journal without noticing. */
  private List<Effect<W>> takenOver(Course<W> course, Answer<OrgReply> answer) {
    if (answer instanceof Answer.Done<OrgReply> done
        && done.value() instanceof OrgReply.TakenOver over) {
      course.ownDurable = true;
      course.timesTakenOver = over.times();
      return ask(course);
    }
    if (answer instanceof Answer.Done<OrgReply> || answer instanceof Answer.Refused<OrgReply>) {
      // It has ended meanwhile: whoever asks again is told how.
      finish(course);
      return replies(course, new Answer.Unreachable<>());
    }
    return List.of();
  }

  /** The denial is in the journal: who waits is answered, whatever is still to be taken back. */
  private List<Effect<W>> denialRecorded(Course<W> course, Answer<OrgReply> answer) {
    if (course.denialRecorded || course.teamToBar || course.walletToBar) {
      return List.of();
    }
    OrgReply reply = answer instanceof Answer.Done<OrgReply> done ? done.value() : null;
    if (reply instanceof OrgReply.Denied denied
        && denied.plan().reservation().equals(course.plan.reservation())) {
      course.denialRecorded = true;
      // As it is on record: somebody else may have put it there.
      course.denials.clear();
      course.denials.addAll(denied.denials());
      List<Effect<W>> effects = new ArrayList<>(replies(course, denial(course)));
      course.waiting.clear();
      effects.addAll(close(course));
      finishIfClosed(course);
      return effects;
    }
    if (reply instanceof OrgReply.TakenOver
        || (reply == null && !(answer instanceof Answer.Refused<OrgReply>))) {
      return List.of();
    }
    // Somebody else has brought it, or the same request, to an end: that is told to whoever asks.
    finish(course);
    return replies(course, new Answer.Unreachable<>());
  }

  private static <W> Answer<Decided> denial(Course<W> course) {
    return Decided.Denied.answer(course.plan, List.copyOf(course.denials), false);
  }

  private void finishIfClosed(Course<W> course) {
    if (course.denialRecorded && !course.teamToCancel && !course.walletToCancel) {
      finish(course);
    }
  }

  private List<Effect<W>> replies(Course<W> course, Answer<Decided> answer) {
    List<Effect<W>> effects = new ArrayList<>(course.waiting.size());
    for (Course.Waiting<W> waiting : course.waiting) {
      Answer<Decided> mine =
          waiting.replayed() && answer instanceof Answer.Done<Decided> done
              ? new Answer.Done<>(done.value(), true)
              : answer;
      effects.add(new Effect.Reply<>(waiting.who(), mine));
    }
    return effects;
  }
}
