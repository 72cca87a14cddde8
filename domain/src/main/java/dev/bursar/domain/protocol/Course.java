package dev.bursar.domain.protocol;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.time.Clocks;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reservation on its way: who has answered what, and what the others are to be asked. */
final class Course<W> {

  /** Somebody who waits, and whether the request is a retry. */
  record Waiting<W>(W who, boolean replayed) {}

  /** What the org makes of it: in its journal, once that is known to have it. */
  Plan plan;

  /** When that was first decided on, as far as is known here, whatever has come of it. */
  private Origin first;

  /** Whether the others are to hold; otherwise they are only asked what they would say. */
  final boolean holding;

  final @Nullable Operation operation;
  final List<Waiting<W>> waiting = new ArrayList<>(1);
  final List<Denial> denials = new ArrayList<>(0);
  boolean ownDurable;

  /**
   * Whether somebody else may have driven it before, or still may: another incarnation, or this one
   * before it lost its journal. It is taken over in the org's journal first; and nothing is denied
   * before whoever said no has made sure of it.
   */
  boolean adopted;

  /** What the org is being asked, and has not answered yet; or null. */
  @Nullable OrgCommand orgAsked;

  /** How often it had been taken over when this course took it over. */
  int timesTakenOver;

  /** Whether the team, which said no, is to make sure that it never holds; before the denial. */
  boolean teamToBar;

  /** The same of the wallet. */
  boolean walletToBar;

  /** Whether team and wallet were asked again: one of them may say no first, and yes later. */
  boolean askedAgain;

  /** Whether the wallet was asked to charge: a copy of the question may find more credits. */
  boolean askedToCharge;

  /** Whether it was answered before, and is only to be told again. */
  boolean repeating;

  /** Whether the wallet, which knows nothing of it, is to make sure of that in its journal. */
  boolean barring;

  /** Whether the wallet, which remembers that it held it, is asked what has become of that. */
  boolean asksHowItEnded;

  /** Given up: whether it has come into the journal is being asked, and that it never will. */
  boolean asksWhetherBegun;

  boolean closing;

  boolean denialRecorded;
  boolean teamToCancel;
  boolean walletToCancel;
  boolean teamAnswered;
  boolean teamHolds;

  /**
   * Whether the team holds for an earlier decision that came to nothing, and not in all limits that
   * apply by now. It answers nothing else any more, so all who drive this come to the same end: it
   * is withdrawn.
   */
  boolean teamHoldsVoid;

  @Nullable List<LimitState> teamLimits;

  /**
   * The same of the wallet: it holds another amount, or would not tell the team how it ends, which
   * holds by now.
   */
  boolean walletHoldsVoid;

  boolean walletAsked;
  boolean walletAnswered;
  @Nullable WalletReply wallet;
  long askedAtMs;

  /**
   * Up to which row nothing of it is in the team's journal; 0 where it may have been begun before.
   */
  private long teamRow;

  /** The same of the wallet's. */
  private long walletRow;

  Course(Plan plan, boolean holding, @Nullable Operation operation, long nowMs) {
    this.plan = plan;
    this.first = Origin.recordedAt(plan.madeAt());
    this.holding = holding;
    this.operation = operation;
    this.teamAnswered = !plan.asksTeam();
    this.askedAtMs = nowMs;
  }

  /**
   * Whether the wallet is asked last, when all others hold: it charges at once then, in one event,
   * and nothing that was charged has ever to be given back.
   */
  boolean chargesLast() {
    return holding && !repeating && plan.request().commit();
  }

  /** Whether the wallet's next question is to charge it. */
  boolean asksToCharge() {
    return chargesLast() && denials.isEmpty();
  }

  /** Whether it may be held by who said no, or was not asked: that is found out before a denial. */
  boolean mayBeHeld() {
    return holding && (adopted || askedAgain);
  }

  /** Whether the team holds, or has nothing to say. */
  boolean teamAgrees() {
    return teamHolds || !plan.asksTeam();
  }

  /**
   * Whether the team holds in all limits that it was to hold in, as its answer says, and a lease in
   * no window that had ended when it was made. Of work that has run the team counts nothing in
   * windows that have ended, and a rate only while it lasts: those may be lacking. Where it is only
   * asked what would hold, any answer will do: also one to a copy that came before a budget was
   * set. What is to be told again was told by what the team has held, or never.
   */
  boolean isHeldIn(List<LimitState> limits) {
    return !holding
        || plan.teamLimits().stream()
            .allMatch(
                asked ->
                    mayLack(asked.budget())
                        || limits.stream()
                            .anyMatch(held -> asked.isOf(held) && !isOver(asked.budget(), held)));
  }

  /** Whether the wallet has set aside what it was asked to, and would tell the team of its end. */
  boolean isSetAsideIn(Hold hold) {
    Lease lease = hold.lease();
    return hold.teamHolds() == plan.asksTeam()
        && (lease == null ? hold.amount().equals(plan.amount()) : lastsNoLonger(lease));
  }

  /**
   * Whether a lease that was just granted is over when the org takes it to be: for an earlier
   * decision it may last longer. Once it was reported on or added to, somebody was told of it.
   */
  private boolean lastsNoLonger(Lease lease) {
    Instant until = plan.leaseUntil();
    return until == null || lease.epoch() > 1 || !lease.expiresAt().isAfter(until);
  }

  /** The window may have ended by the team's clock, and not by the org's. */
  private boolean mayLack(Budget budget) {
    CountedWork work = plan.countedWork();
    Instant madeAt = plan.madeAt();
    return work != null
        && (madeAt == null
            || budget.window().boundsRate()
            || !madeAt.plus(Clocks.APART_MAX).isBefore(budget.windowAt(work.countsAt()).end()));
  }

  /** A lease may be spent in the windows in which it was made. */
  private boolean isOver(Budget budget, LimitState held) {
    Instant madeAt = plan.madeAt();
    return madeAt != null
        && plan.request().isLease()
        && held.windowStart().isBefore(budget.windowAt(madeAt).start());
  }

  /** Whether the wallet has set something aside, or charged it. */
  boolean walletHolds() {
    return holding && (wallet instanceof WalletReply.Held || wallet instanceof WalletReply.Ended);
  }

  Request<TeamCommand> teamRequest() {
    if (repeating) {
      return new Request<>(new TeamCommand.Bar(plan.reservation(), atTeam()), null);
    }
    CountedWork counted = plan.countedWork();
    if (counted != null) {
      return new Request<>(
          new TeamCommand.CountUsage(
              plan.reservation(), plan.quantities(), plan.teamLimits(), counted, atTeam()),
          Operation.holding(plan.reservation()));
    }
    return holding
        ? new Request<>(
            new TeamCommand.HoldBudget(
                plan.reservation(), plan.quantities(), plan.teamLimits(), atTeam()),
            Operation.holding(plan.reservation()))
        : new Request<>(new TeamCommand.CheckBudget(plan.quantities(), plan.teamLimits()), null);
  }

  Request<WalletCommand> walletRequest() {
    ReserveRequest request = plan.request();
    if (barring) {
      return barAtWallet();
    }
    if (repeating) {
      return new Request<>(
          new WalletCommand.Find(plan.reservation(), atWallet()),
          asksHowItEnded ? null : Operation.holding(plan.reservation()));
    }
    Reported reported = request.reported();
    Instant madeAt = plan.madeAt();
    if (reported != null && madeAt != null) {
      return new Request<>(
          new WalletCommand.ChargeUsage(
              plan.reservation(),
              plan.creditType(),
              plan.amount(),
              request.overagePolicy(),
              reported,
              madeAt,
              plan.asksTeam(),
              attribution("report"),
              atWallet()),
          Operation.holding(plan.reservation()));
    }
    if (!holding || (chargesLast() && !asksToCharge())) {
      return new Request<>(
          new WalletCommand.CheckCredits(
              plan.creditType(),
              plan.amount(),
              request.feature(),
              request.model(),
              request.canNameFeature()),
          null);
    }
    return new Request<>(
        new WalletCommand.HoldCredits(
            plan.reservation(),
            plan.creditType(),
            plan.amount(),
            plan.price(),
            ttlSeconds(),
            request.overagePolicy(),
            request.commit(),
            plan.asksTeam(),
            attribution(request.isLease() ? "lease" : "reservation"),
            atWallet(),
            lease()),
        Operation.holding(plan.reservation()));
  }

  /** The lease that it is; null where it is none, or what is to be added to one. */
  private @Nullable Lease lease() {
    LeaseTerms terms = plan.request().lease();
    Instant until = plan.leaseUntil();
    return terms == null || terms.more() != null || until == null
        ? null
        : Lease.granted(
            terms.sidecar(),
            until,
            plan.amount(),
            terms.allowances(),
            plan.actor(),
            plan.catalogVersion(),
            terms.canName());
  }

  private long ttlSeconds() {
    LeaseTerms terms = plan.request().lease();
    if (terms == null) {
      return plan.request().ttlSeconds();
    }
    return terms.more() == null ? terms.settleSeconds() : LeaseTerms.ADDED_WITHIN_SECONDS;
  }

  /** It is decided on only now, when team and wallet were known to have come so far. */
  void decidedNow(long teamRow, long walletRow) {
    this.first = Origin.of(plan.madeAt());
    this.teamRow = teamRow;
    this.walletRow = walletRow;
  }

  /** It is in the journal as this, be it decided on again: the others may know it by the first. */
  void decidedAs(Plan anew) {
    plan = anew;
    first = first.orOf(Origin.recordedAt(anew.madeAt()));
    teamRow = 0;
    walletRow = 0;
  }

  /** Since when the team may have done something of it. */
  Origin atTeam() {
    return first.soughtThrough(teamRow);
  }

  /** The same of the wallet. */
  Origin atWallet() {
    return first.soughtThrough(walletRow);
  }

  /** The wallet bars it, or says what it answered to the hold, and not how that stands by now. */
  Request<WalletCommand> barAtWallet() {
    return new Request<>(
        new WalletCommand.Bar(plan.reservation(), atWallet()),
        Operation.holding(plan.reservation()));
  }

  private Attribution attribution(String trigger) {
    ReserveRequest request = plan.request();
    return new Attribution(
        trigger,
        plan.actor(),
        request.subject(),
        request.feature(),
        request.model(),
        request.session(),
        plan.idempotencyKey(),
        request.metadata(),
        plan.salt());
  }
}
