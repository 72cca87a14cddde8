package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.PlanBudget;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Commands, plans, holds and events with something else in them. */
final class Instead {

  private Instead() {}

  static Plan without(String budget, Plan plan) {
    return with(
        plan,
        plan.reservation(),
        plan.salt(),
        plan.request(),
        plan.limits().stream().filter(each -> !each.budget().equals(budget)).toList());
  }

  /** The plan with limits of these budgets that deny. */
  static Plan denying(List<Budget> budgets, Plan plan) {
    return new Plan(
        plan.reservation(),
        plan.request(),
        plan.wallet(),
        plan.creditType(),
        plan.amount(),
        plan.price(),
        plan.limits().stream()
            .map(
                each ->
                    budgets.stream().anyMatch(budget -> budget.id().equals(each.budget()))
                        ? denying(each)
                        : each)
            .toList(),
        plan.teamLimits(),
        plan.actor(),
        plan.idempotencyKey(),
        plan.salt(),
        plan.departments(),
        plan.madeAt(),
        plan.countsAt(),
        plan.leaseUntil(),
        plan.catalogVersion());
  }

  private static LimitState denying(LimitState of) {
    return new LimitState(
        of.budget(),
        of.scope(),
        of.measure(),
        of.window(),
        Budget.Mode.HARD,
        of.limit(),
        of.used(),
        of.held(),
        of.windowStart(),
        of.resetsAt(),
        of.source(),
        of.override(),
        of.thresholds(),
        of.since());
  }

  /** The plan under the name that was asked for. */
  static Plan as(OrgCommand.Reserve ask, Plan plan) {
    ReservationId id = Objects.requireNonNull(ReservationId.parse(plan.reservation()));
    return with(
        plan,
        ReservationId.of(id.org(), id.wallet(), ask.key(), ask.salt()).toString(),
        ask.salt(),
        plan.request(),
        plan.limits());
  }

  /** The plan for what else was asked. */
  static Plan of(ReserveRequest request, Plan plan) {
    return with(plan, plan.reservation(), plan.salt(), request, plan.limits());
  }

  private static Plan with(
      Plan plan, String reservation, byte[] salt, ReserveRequest request, List<LimitState> limits) {
    return new Plan(
        reservation,
        request,
        plan.wallet(),
        plan.creditType(),
        plan.amount(),
        plan.price(),
        limits,
        plan.teamLimits(),
        plan.actor(),
        plan.idempotencyKey(),
        salt,
        plan.departments(),
        plan.madeAt(),
        plan.countsAt(),
        plan.leaseUntil(),
        plan.catalogVersion());
  }

  /** The same for something else. */
  static OrgCommand.Reserve asking(ReserveRequest request, OrgCommand.Reserve ask) {
    return new OrgCommand.Reserve(
        request,
        ask.key(),
        ask.actor(),
        ask.idempotencyKey(),
        ask.salt(),
        ask.lookedUpThrough(),
        ask.walletToldThrough());
  }

  /** The same for another subject, in another session. */
  static ReserveRequest of(ReserveRequest of, Subject subject, @Nullable String session) {
    return new ReserveRequest(
        subject,
        of.feature(),
        of.model(),
        session,
        of.wallet(),
        of.usage(),
        of.amount(),
        of.creditType(),
        of.ttlSeconds(),
        of.overagePolicy(),
        of.commit(),
        of.dryRun(),
        of.metadata(),
        of.traceId(),
        of.reported(),
        of.lease());
  }

  /** A lease of other units; the rest of them is as it is. */
  static ReserveRequest leasing(ReserveRequest of, Map<String, Long> units) {
    LeaseTerms terms = Objects.requireNonNull(of.lease());
    Map<String, Long> all = new HashMap<>(terms.allowances());
    all.putAll(units);
    return new ReserveRequest(
        of.subject(),
        of.feature(),
        of.model(),
        of.session(),
        of.wallet(),
        of.usage(),
        of.amount(),
        of.creditType(),
        of.ttlSeconds(),
        of.overagePolicy(),
        of.commit(),
        of.dryRun(),
        of.metadata(),
        of.traceId(),
        of.reported(),
        new LeaseTerms(terms.sidecar(), terms.settleSeconds(), all, terms.more(), terms.canName()));
  }

  /** Of one request more than was asked for. */
  static Lease grantingOneMore(Lease lease) {
    return Lease.granted(
        lease.sidecar(),
        lease.expiresAt(),
        lease.granted(),
        Map.of(
            "requests",
            lease.meters().getOrDefault("requests", 0L) + 1,
            "open_reservations",
            lease.meters().getOrDefault("open_reservations", 0L)),
        lease.holder(),
        lease.catalogVersion(),
        lease.canName());
  }

  /** An answer by which something may be spent, with other limits. */
  @SuppressWarnings("unchecked")
  static <T> Answer<T> limits(Answer<T> answer, UnaryOperator<LimitState> change) {
    return answer instanceof Answer.Done<T>(T value, boolean again)
            && value instanceof Decided.Allowed it
        ? new Answer.Done<>(
            (T)
                new Decided.Allowed(
                    it.plan(),
                    it.limits().stream().map(change).toList(),
                    it.hold(),
                    it.balance(),
                    it.charged()),
            again)
        : answer;
  }

  static LimitState resetting(LimitState of, Instant at) {
    return with(of, of.held(), at);
  }

  /** With the limit of a budget, whatever has changed that. */
  static LimitState as(Budget budget, LimitState of) {
    return new LimitState(
        of.budget(),
        of.scope(),
        of.measure(),
        of.window(),
        budget.mode(),
        budget.limit(),
        of.used(),
        of.held(),
        of.windowStart(),
        of.resetsAt(),
        of.source(),
        null,
        of.thresholds(),
        of.since());
  }

  /** What an org begins, with others in the place of its limits. */
  static Object beginning(Object event, Function<LimitState, List<LimitState>> change) {
    return event instanceof OrgEvent.ReservationBegun(Instant at, Plan plan)
        ? new OrgEvent.ReservationBegun(
            at,
            with(
                plan,
                plan.reservation(),
                plan.salt(),
                plan.request(),
                plan.limits().stream()
                    .flatMap(each -> change.apply(each).stream())
                    .distinct()
                    .toList()))
        : event;
  }

  /** The same limit by another name, and of which nobody is told. */
  static LimitState of(LimitState of, String name) {
    return new LimitState(
        name,
        of.scope(),
        of.measure(),
        of.window(),
        of.mode(),
        of.limit(),
        of.used(),
        of.held(),
        of.windowStart(),
        of.resetsAt(),
        of.source(),
        of.override(),
        List.of(),
        of.since());
  }

  static LimitState withNothingHeld(LimitState of) {
    return with(of, Credits.ZERO, of.resetsAt());
  }

  private static LimitState with(LimitState of, Credits held, Instant resetsAt) {
    return new LimitState(
        of.budget(),
        of.scope(),
        of.measure(),
        of.window(),
        of.mode(),
        of.limit(),
        of.used(),
        held,
        of.windowStart(),
        resetsAt,
        of.source(),
        of.override(),
        of.thresholds(),
        of.since());
  }

  /** Of each lease only the earliest of the times until which it is out. */
  static OrgReply.Leased withoutAdditions(OrgReply.Leased out) {
    Map<String, OrgReply.OpenLease> first = new LinkedHashMap<>();
    out.leases()
        .forEach(
            each ->
                first.merge(
                    each.lease(),
                    each,
                    (one, other) -> one.until().isBefore(other.until()) ? one : other));
    return new OrgReply.Leased(List.copyOf(first.values()), out.asOf());
  }

  static Subject ofAnybody(Subject of) {
    return new Subject(of.org(), of.team(), null, of.product(), of.costCenter(), of.agent());
  }

  static LimitOverride forGood(LimitOverride of) {
    return new LimitOverride(
        of.id(), of.scope(), of.budget(), of.limit(), Instant.MAX, of.reason());
  }

  /** An override of the scope of the budget that it changes. */
  static LimitOverride ofTheBudgetItself(LimitOverride of) {
    return new LimitOverride(
        "other-" + of.budget(),
        OrgShape.budgets().stream()
            .filter(each -> each.id().equals(of.budget()))
            .findFirst()
            .orElseThrow()
            .scope(),
        of.budget(),
        of.limit(),
        of.until(),
        of.reason());
  }

  static Hold ofNothing(Hold hold) {
    return with(hold, Credits.ZERO, List.of(), hold.overagePolicy());
  }

  /** Of a millionth more than it draws. */
  static Hold ofOneMore(Hold hold) {
    return with(
        hold, hold.amount().plus(new Credits(1)), hold.draws(), hold.overagePolicy(), hold.lease());
  }

  /** With a lease of a millionth more than is held for it. */
  static Hold leasedForOneMore(Hold hold) {
    Lease lease = hold.lease();
    return lease == null
        ? hold
        : with(
            hold,
            hold.amount(),
            hold.draws(),
            hold.overagePolicy(),
            new Lease(
                lease.sidecar(),
                lease.epoch(),
                lease.expiresAt(),
                lease.granted().plus(new Credits(1)),
                lease.reported(),
                lease.returned(),
                lease.revoked(),
                lease.meters(),
                lease.holder(),
                lease.catalogVersion(),
                lease.canName()));
  }

  /** A lease from which whoever reports may draw. */
  static Hold forNobody(Hold hold) {
    Attribution of = hold.attribution();
    return attributed(
        hold,
        new Attribution(
            of.trigger(),
            of.actor(),
            Subject.ofOrg(of.subject().org()),
            of.feature(),
            of.model(),
            of.session(),
            of.idempotencyKey(),
            of.metadata(),
            of.salt()));
  }

  static Hold forAnyFeature(Hold hold) {
    Attribution of = hold.attribution();
    return attributed(
        hold,
        new Attribution(
            of.trigger(),
            of.actor(),
            of.subject(),
            null,
            of.model(),
            of.session(),
            of.idempotencyKey(),
            of.metadata(),
            of.salt()));
  }

  /** Without what a client has said of its own. */
  static Attribution withoutWords(Attribution of) {
    return new Attribution(
        of.trigger(),
        of.actor(),
        of.subject(),
        of.feature(),
        of.model(),
        of.session(),
        of.idempotencyKey(),
        Map.of(),
        of.salt());
  }

  /** As if it had been made later, and so with a later end. */
  static Hold madeLater(Hold hold, Duration by) {
    return new Hold(
        hold.reservation(),
        hold.creditType(),
        hold.amount(),
        hold.draws(),
        hold.price(),
        hold.madeAt().plus(by),
        hold.expiresAt().plus(by),
        hold.overagePolicy(),
        hold.teamHolds(),
        hold.attribution(),
        hold.lease());
  }

  private static Hold attributed(Hold hold, Attribution to) {
    return new Hold(
        hold.reservation(),
        hold.creditType(),
        hold.amount(),
        hold.draws(),
        hold.price(),
        hold.madeAt(),
        hold.expiresAt(),
        hold.overagePolicy(),
        hold.teamHolds(),
        to,
        hold.lease());
  }

  /** It burns before all others. */
  static Grant burningFirst(Grant grant) {
    return new Grant(
        grant.id(),
        grant.creditType(),
        grant.amount(),
        grant.category(),
        0,
        grant.effectiveAt(),
        grant.expiresAt(),
        grant.features(),
        grant.models(),
        grant.costBasis(),
        grant.recurrence(),
        grant.source(),
        grant.createdAt());
  }

  /** As if there were no entry before. */
  static Transaction unchained(Transaction of) {
    return new Transaction(
        of.id(),
        of.postedAt(),
        of.creditType(),
        of.reservation(),
        of.corrects(),
        of.attribution(),
        new byte[32],
        of.postings());
  }

  static Hold recordedInFull(Hold hold) {
    return with(hold, hold.amount(), hold.draws(), OveragePolicy.RECORD);
  }

  private static Hold with(
      Hold hold, Credits amount, List<Draw> draws, OveragePolicy overagePolicy) {
    return with(hold, amount, draws, overagePolicy, hold.lease());
  }

  private static Hold with(
      Hold hold,
      Credits amount,
      List<Draw> draws,
      OveragePolicy overagePolicy,
      @Nullable Lease lease) {
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
        hold.attribution(),
        lease);
  }

  @SuppressWarnings("unchecked")
  static <C> Request<C> of(Request<C> request, Object command) {
    return new Request<>((C) command, request.operation());
  }

  /** A command that changes nothing in the place of one that should. */
  @SuppressWarnings("unchecked")
  static <C> Request<C> nothing(Request<C> request, Predicate<Object> which) {
    if (!which.test(request.command())) {
      return request;
    }
    Object nothing =
        request.command() instanceof OrgCommand
            ? new OrgCommand.ListOpen()
            : new TeamCommand.ListOpen();
    return new Request<>((C) nothing, null);
  }

  /** A row in which something else has been done in the place of each charge. */
  @SuppressWarnings("unchecked")
  static <E> Batch<E> withoutCharges(Batch<E> row) {
    return new Batch<>(
        row.sequence(),
        row.previousHash(),
        row.nextDue(),
        row.recorded().stream()
            .map(
                each ->
                    each.event() instanceof WalletEvent.Charged it
                        ? new Recorded<>(
                            (E) new WalletEvent.HoldBarred(it.at(), "another"), each.operation())
                        : each)
            .toList());
  }

  /** The budgets that are set in one mode in another. */
  static Object inMode(Budget.Mode from, Budget.Mode to, Object event) {
    return event instanceof OrgEvent.BudgetPut it && it.budget().mode() == from
        ? new OrgEvent.BudgetPut(it.at(), it.budget().withMode(to), it.counts(), it.actor())
        : event;
  }

  /** Budgets that are set are taken in as others. */
  static WrongRules budgets(UnaryOperator<Budget> change) {
    return WrongRules.event(
        event ->
            event instanceof OrgEvent.BudgetPut it
                ? new OrgEvent.BudgetPut(
                    it.at(), change.apply(it.budget()), it.counts(), it.actor())
                : event);
  }

  /** A budget of other work, or of another window. */
  static Budget of(
      Budget of, Set<String> features, Set<String> models, WindowKind window, int anchorDay) {
    return new Budget(
        of.id(),
        of.scope(),
        of.measure(),
        window,
        of.limit(),
        of.mode(),
        features,
        models,
        of.thresholds(),
        of.zone(),
        anchorDay,
        of.since());
  }

  /** A catalog in which every plan lets all be used. */
  static Catalog allowingAll(Catalog of) {
    return plans(
        of,
        plan ->
            saying(
                plan,
                OrgShape.FEATURES.stream()
                    .collect(
                        Collectors.toMap(
                            feature -> feature, feature -> new Entitlement.Access(true))),
                plan.ownBudgets()));
  }

  /** A catalog whose plans bring no limits of their own. */
  static Catalog withoutLimits(Catalog of) {
    return plans(of, plan -> saying(plan, plan.ownEntitlements(), Map.of()));
  }

  /** A catalog whose plans let as much of a feature be used as there are credits. */
  static Catalog withoutAllowances(Catalog of) {
    return plans(
        of,
        plan -> {
          Map<String, Entitlement> all = new HashMap<>(plan.ownEntitlements());
          all.replaceAll(
              (feature, said) ->
                  said instanceof Entitlement.Allowance ? new Entitlement.Access(true) : said);
          return saying(plan, all, plan.ownBudgets());
        });
  }

  private static Catalog plans(Catalog of, UnaryOperator<PricingPlan> change) {
    Map<String, PricingPlan> plans = new HashMap<>(of.plans());
    plans.replaceAll((name, plan) -> change.apply(plan));
    return new Catalog(
        of.creditTypes(),
        of.meters(),
        of.features(),
        of.prices(),
        plans,
        of.addOns(),
        of.topUpPacks(),
        of.campaigns());
  }

  private static PricingPlan saying(
      PricingPlan plan, Map<String, Entitlement> entitlements, Map<String, PlanBudget> budgets) {
    return new PricingPlan(
        plan.id(),
        plan.name(),
        plan.base(),
        entitlements,
        plan.ownGrants(),
        budgets,
        plan.overagePolicy(),
        plan.failMode());
  }

  /** What has ended reaches no threshold. */
  static Object withoutAlerts(Object event) {
    return switch (event) {
      case OrgEvent.ReservationSettled it ->
          new OrgEvent.ReservationSettled(it.at(), it.closure(), List.of());
      case TeamEvent.BudgetSettled it ->
          new TeamEvent.BudgetSettled(it.at(), it.closure(), List.of());
      default -> event;
    };
  }
}
