package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Demand;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.BudgetDenials;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Decision.Told;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The org's part of deciding a reservation: who is asking, what it costs, which limits apply. */
final class ReservationRules {

  private final Org org;
  private final HierarchyRules hierarchy;
  private final LeaseRules leases;

  ReservationRules(Org org) {
    this.org = org;
    this.hierarchy = new HierarchyRules(org);
    this.leases = new LeaseRules(org);
  }

  /**
   * Decides the org's part, by a catalog and by what the org has subscribed to as that has it.
   *
   * @param known the version of the catalog by which reported work that was decided from an open
   *     lease is priced, if that is not this one; else null
   * @param version of the catalog; null where there are none
   * @param now when, as the org counts
   * @param clock what is told to team and wallet: their time is not to go by how far the org's is
   *     ahead
   */
  Decision<OrgEvent, OrgReply> decide(
      OrgCommand.Reserve ask,
      Catalog catalog,
      @Nullable Catalog known,
      @Nullable Integer version,
      Subscription subscription,
      Instant now,
      Instant clock) {
    Instant madeAt = clock.isBefore(now) ? clock : now;
    ReserveRequest request = ask.request();
    Reported reported = request.reported();
    // Before all else: of what may be on record nothing may be said but that.
    Refusal fault = reported == null ? null : undecided(reported, ask.lookedUpThrough());
    if (fault == null) {
      fault = fault(request, catalog);
    }
    if (fault != null) {
      return new Refused<>(fault);
    }
    if (reported != null
        && !reported.isOfLease()
        && org.tallies().lateness().isAhead(reported.happenedAt(), now)) {
      return new Refused<>(ahead(reported, now));
    }
    Instant countsAt = reported == null ? now : countsAt(reported, now);
    List<Scope> path = org.path(request.subject());
    Denial noWallet = noWallet(request);
    if (noWallet != null) {
      // Nothing is decided on: any name could be sent, and each would be on record for good.
      return new Told<>(
          new OrgReply.Denied(
              plan(ask, null, "", Credits.ZERO, path, List.of(), List.of(), madeAt, now),
              List.of(noWallet)));
    }
    Price price = known == null ? null : price(request, known, countsAt);
    if (price == null || noRate(request, price) != null) {
      price = price(request, catalog, countsAt);
    }
    Denial noRate = noRate(request, price);
    if (noRate != null) {
      Plan unpriced = plan(ask, price, "", Credits.ZERO, path, List.of(), List.of(), madeAt, now);
      // A report that can't be priced is put on record nowhere, so that it can be sent again.
      return new Told<>(
          request.hasRun()
              ? new OrgReply.Denied(unpriced, List.of(noRate))
              : new OrgReply.Considered(unpriced, List.of(noRate)));
    }
    String creditType = price != null ? price.creditType() : orEmpty(request.creditType());
    Credits amount = amount(request, price);
    if (amount == null) {
      return new Refused<>(
          new Refusal(Code.AMOUNT_OVERFLOW, "usage", "costs more than can be counted"));
    }
    if (amount.isNegative()) {
      return new Refused<>(Refusal.negative(amount));
    }
    Quantities asked = request.quantities(amount);
    Refusal unfit =
        request.isLease()
            ? leases.fault(request, creditType, path, subscription.limits(), catalog, now)
            : null;
    if (unfit != null) {
      return new Refused<>(unfit);
    }
    List<Budgets.Applicable> limits =
        org.overrides()
            .applied(
                org.budgets()
                    .applicable(demand(request, path, creditType, asked), subscription.limits()),
                path,
                now);
    unfit = LeaseRules.unnamedFeature(request, limits);
    if (unfit != null) {
      return new Refused<>(unfit);
    }
    List<Budgets.Applicable> ofOrg = new ArrayList<>(4);
    List<Budgets.Applicable> ofTeam = new ArrayList<>(2);
    for (Budgets.Applicable each : limits) {
      (each.budget().scope().countedByTeam() ? ofTeam : ofOrg).add(each);
    }
    CountedWork counted =
        reported == null ? CountedWork.of(countsAt, countsAt) : CountedWork.of(countsAt, reported);
    List<LimitState> own = org.tallies().states(ofOrg, counted, now);
    if (request.hasRun()) {
      return begun(
          plan(
              ask,
              price,
              creditType,
              amount,
              path,
              LimitState.withHeld(own, asked),
              ofTeam,
              madeAt,
              countsAt),
          now);
    }
    Refusal notAdded =
        request.isLease() ? leases.notAdded(request, limits, own, version, now) : null;
    if (notAdded != null) {
      return new Refused<>(notAdded);
    }
    List<Denial> denials = new ArrayList<>(frozen(path, asked, now));
    String notEntitled = subscription.fault(request.feature(), now);
    if (notEntitled != null) {
      denials.add(
          new Denial(DenialCode.NOT_ENTITLED, null, null, null, asked.amount(), notEntitled));
    }
    denials.addAll(BudgetDenials.of(own, asked));
    if (!denials.isEmpty()) {
      return new Told<>(
          new OrgReply.Considered(
              plan(ask, price, creditType, amount, path, own, ofTeam, madeAt, now), denials));
    }
    List<LimitState> held = LimitState.withHeld(own, asked);
    Instant until = request.isLease() ? leases.expiry(request, limits, now) : null;
    if (request.dryRun()) {
      return new Told<>(
          new OrgReply.Considered(
              plan(ask, price, creditType, amount, path, held, ofTeam, madeAt, now), List.of()));
    }
    return begun(
        plan(ask, price, creditType, amount, path, held, ofTeam, madeAt, now).until(until, version),
        now);
  }

  private Decision<OrgEvent, OrgReply> begun(Plan plan, Instant now) {
    if (org.open().containsKey(plan.reservation())) {
      // A copy that comes once its key is forgotten: whoever asked has been answered long ago.
      return new Refused<>(
          new Refusal(
              Code.RESERVATION_FINALIZED,
              "reservation",
              "the reservation has begun already, by this very request"));
    }
    return org.isOver(plan.reservation())
        ? new Refused<>(Refusal.withdrawn())
        : new Accepted<>(new OrgEvent.ReservationBegun(now, plan));
  }

  /** Why it can't be told whether a report is new, which the memory of operations takes it for. */
  private @Nullable Refusal undecided(Reported reported, long lookedUpThrough) {
    if (org.isBeingReported(reported)) {
      // It is so long on its way that the memory has forgotten it, and may still come to nothing.
      return Refusal.beingReported();
    }
    // Neither remembered nor looked up: what was charged between the two would be charged again.
    return org.mayHaveForgottenSince(lookedUpThrough) ? Refusal.perhapsReported() : null;
  }

  /**
   * The version of the catalog by which work that was decided from an open lease is priced: what
   * its holder knew when it decided. Null for other work.
   */
  @Nullable Integer versionOfLease(ReserveRequest request) {
    String name = request.reported() == null ? null : request.reported().lease();
    Plan lease = name == null ? null : org.open().get(name);
    return lease == null ? null : lease.catalogVersion();
  }

  /**
   * When reported work counts. What was decided from an open lease counts in the windows that the
   * lease holds in, whatever the clock shows of who decided.
   */
  private Instant countsAt(Reported reported, Instant now) {
    String name = reported.lease();
    Plan lease = name == null ? null : org.open().get(name);
    Instant from = lease == null ? null : lease.countedAt();
    Instant until = lease == null ? null : lease.leaseUntil();
    Instant ran = reported.happenedAt();
    if (from == null || until == null || !from.isBefore(until)) {
      return org.tallies().lateness().countsAt(ran, now);
    }
    Instant last =
        until.minus(1, ChronoUnit.MICROS).isBefore(now) ? until.minus(1, ChronoUnit.MICROS) : now;
    return ran.isAfter(last) ? last : ran.isBefore(from) ? from : ran;
  }

  private Refusal ahead(Reported reported, Instant now) {
    return new Refusal(
        Code.INVALID,
        "time",
        "is %s, in the future; up to %s is accepted"
            .formatted(reported.happenedAt(), now.plus(org.tallies().lateness().aheadMax())));
  }

  private static Demand demand(
      ReserveRequest request, List<Scope> path, String creditType, Quantities asked) {
    return new Demand(
        path,
        request.subject().user(),
        creditType,
        asked,
        request.feature(),
        request.model(),
        request.isLease());
  }

  private List<Denial> frozen(List<Scope> path, Quantities asked, Instant now) {
    return org.overrides().frozen(path, now).stream()
        .map(
            freeze ->
                new Denial(
                    DenialCode.FROZEN, null, freeze.scope(), null, asked.amount(), words(freeze)))
        .toList();
  }

  /** How all of the org is frozen, in words; null if it is not. */
  @Nullable String frozen(Instant now) {
    Freeze freeze = org.overrides().freezeOf(new Scope(Scope.Type.ORG, null, null));
    return freeze == null || !freeze.inForce(now) ? null : words(freeze);
  }

  private static String words(Freeze freeze) {
    return "%s is frozen%s: %s"
        .formatted(
            freeze.scope().words(),
            freeze.until() == null ? "" : " until " + freeze.until(),
            freeze.reason());
  }

  /**
   * What is open and would count against a budget that is not there yet; and so would late usage of
   * what has expired.
   */
  List<OpenPart> open(Budget budget, Instant now) {
    List<Plan> plans = new ArrayList<>(org.open().values());
    org.expired().stream()
        .filter(plan -> org.tallies().hasLapsed(plan.reservation()))
        .forEach(plans::add);
    List<OpenPart> parts = new ArrayList<>();
    for (Plan plan : plans) {
      ReserveRequest request = plan.request();
      CountedWork work = plan.countedWork();
      Instant countedAt =
          work != null
              ? work.in(budget.window())
              : request.isLease() ? LeaseRules.heldAt(plan, now) : plan.countedAt();
      Demand demand = demand(request, pathOf(plan), plan.creditType(), plan.quantities());
      if (countedAt != null && demand.isCountedBy(budget)) {
        parts.add(
            new OpenPart(
                plan.reservation(),
                budget.scope().member(demand.user()),
                budget.windowAt(countedAt).start(),
                held(plan).amount(),
                held(plan).usage(),
                plan.asksTeam()));
      }
    }
    return parts;
  }

  /** The scopes that it fell under when it was made: its team may have been moved since. */
  private List<Scope> pathOf(Plan plan) {
    List<Scope> path = new ArrayList<>(org.path(plan.request().subject()));
    path.removeIf(scope -> scope.type() == Scope.Type.DEPARTMENT);
    plan.departments().forEach(id -> path.add(new Scope(Scope.Type.DEPARTMENT, id, null)));
    return path;
  }

  /** What is held for it: less and less, of a lease. */
  private Quantities held(Plan plan) {
    Tallies.OpenHold hold = org.tallies().open().get(plan.reservation());
    return hold == null || !plan.request().isLease()
        ? plan.quantities()
        : new Quantities(hold.amount(), hold.usage());
  }

  /** There is no such org: denied, and put on record nowhere. */
  Decision<OrgEvent, OrgReply> unknownOrg(OrgCommand.Reserve ask) {
    Denial denial =
        new Denial(
            DenialCode.UNKNOWN_ORG,
            null,
            null,
            null,
            ask.request().amount(),
            "there is no org named " + org.id());
    return new Told<>(
        new OrgReply.Denied(
            plan(ask, null, "", Credits.ZERO, List.of(), List.of(), List.of(), null, null),
            List.of(denial)));
  }

  private @Nullable Refusal fault(ReserveRequest request, Catalog catalog) {
    Subject subject = request.subject();
    Refusal fault = fault("subject.team", subject.team(), Unit.Kind.TEAM);
    if (fault == null) {
      fault = fault("subject.product", subject.product(), Unit.Kind.PRODUCT);
    }
    if (fault == null) {
      fault = fault("subject.cost_center", subject.costCenter(), Unit.Kind.COST_CENTER);
    }
    if (fault == null) {
      fault = fault("subject.agent", subject.agent(), Unit.Kind.AGENT);
    }
    String creditType = request.creditType();
    if (fault == null && creditType != null && !catalog.creditTypes().containsKey(creditType)) {
      fault =
          new Refusal(
              Code.UNKNOWN_CREDIT_TYPE,
              "credit_type",
              "%s is no credit type of the catalog; known are %s"
                  .formatted(creditType, catalog.creditTypes().keySet()));
    }
    return fault;
  }

  private @Nullable Refusal fault(String field, @Nullable String unit, Unit.Kind kind) {
    return unit == null ? null : hierarchy.fault(field, unit, kind);
  }

  private @Nullable Denial noWallet(ReserveRequest request) {
    String wallet = org.payer(request);
    return org.wallets().containsKey(wallet)
        ? null
        : Denial.unknownWallet(wallet, request.amount());
  }

  private static @Nullable Price price(ReserveRequest request, Catalog catalog, Instant at) {
    return request.usage() == null ? null : catalog.price(request.feature(), request.model(), at);
  }

  private static @Nullable Denial noRate(ReserveRequest request, @Nullable Price price) {
    Map<String, Long> usage = request.usage();
    if (usage == null) {
      return null;
    }
    String unpriced = price == null ? null : price.unpriced(usage);
    if (price != null && unpriced == null) {
      return null;
    }
    String what =
        "feature %s and model %s".formatted(orNone(request.feature()), orNone(request.model()));
    return new Denial(
        DenialCode.NO_RATE,
        null,
        null,
        null,
        null,
        unpriced == null
            ? "the catalog has no rate for " + what
            : "the catalog has no rate for the meter %s of %s".formatted(unpriced, what));
  }

  private static @Nullable Credits amount(ReserveRequest request, @Nullable Price price) {
    Map<String, Long> usage = request.usage();
    return price == null || usage == null ? request.amount() : price.chargeable(usage);
  }

  private Plan plan(
      OrgCommand.Reserve ask,
      @Nullable Price price,
      String creditType,
      Credits amount,
      List<Scope> path,
      List<LimitState> own,
      List<Budgets.Applicable> ofTeam,
      @Nullable Instant madeAt,
      @Nullable Instant countsAt) {
    String wallet = org.payer(ask.request());
    return new Plan(
        ReservationId.of(org.id(), wallet, ask.key(), ask.salt()).toString(),
        ask.request(),
        wallet,
        creditType,
        amount,
        price,
        List.copyOf(own),
        List.copyOf(ofTeam),
        ask.actor(),
        ask.idempotencyKey(),
        ask.salt(),
        departments(path),
        madeAt,
        Objects.equals(countsAt, madeAt) ? null : countsAt);
  }

  private static List<String> departments(List<Scope> path) {
    List<String> departments = new ArrayList<>(0);
    for (Scope scope : path) {
      if (scope.type() == Scope.Type.DEPARTMENT && scope.id() != null) {
        departments.add(scope.id());
      }
    }
    return List.copyOf(departments);
  }

  /** A budget and its figures; for a default, those of one user, or of nobody in particular. */
  OrgReply.BudgetView view(Budget budget, @Nullable String user, Instant now) {
    Scope counted = user == null ? budget.scope() : budget.scope().countedFor(user);
    Budgets.Applicable own = new Budgets.Applicable(budget, budget.scope().countedFor(user));
    Budgets.Applicable effective =
        org.overrides()
            .applied(List.of(org.budgets().inForce(own)), org.path(counted), now)
            .getFirst();
    return new OrgReply.BudgetView(budget, effective, org.tallies().state(effective, now));
  }

  /** What the org may do with a feature. */
  EntitlementView entitlement(
      String feature, Catalog catalog, Subscription subscription, Instant now) {
    var known = catalog.features().get(feature);
    Budget limit = subscription.limitOf(feature);
    LimitState state =
        limit == null
            ? null
            : org.tallies()
                .state(
                    org.overrides()
                        .applied(
                            List.of(new Budgets.Applicable(limit, limit.scope())),
                            org.path(limit.scope()),
                            now)
                        .getFirst(),
                    now);
    String denied = subscription.fault(feature, now);
    if (denied == null
        && state != null
        && state.mode() == Budget.Mode.HARD
        && !state.remaining().isPositive()) {
      denied = "all of it is used until " + state.resetsAt();
    }
    return new EntitlementView(
        feature,
        known == null ? null : known.kind(),
        subscription.entitlements().get(feature),
        state,
        subscription.failMode(feature),
        denied);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String orNone(@Nullable String text) {
    return text == null ? "(none)" : text;
  }
}
