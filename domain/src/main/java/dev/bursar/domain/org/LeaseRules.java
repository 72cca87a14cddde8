package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * For what an org lets others decide without asking: for what no hard limit counts but those that
 * the lease holds in.
 */
final class LeaseRules {

  /** So many subjects are told at most that a lease could be for; of more, none. */
  private static final int SUBJECTS_MAX = 64;

  private static final String USER = "subject.user";

  private final Org org;

  LeaseRules(Org org) {
    this.org = org;
  }

  /**
   * When a lease expires: when it is asked to, and one that is added to not before it would
   * otherwise; or with the first window that it holds in. What it holds is of those windows, and is
   * not to be spent in the next.
   */
  Instant expiry(ReserveRequest request, List<Budgets.Applicable> limits, Instant now) {
    Instant first = now.plusSeconds(request.ttlSeconds());
    String more = addedTo(request);
    Plan lease = more == null ? null : org.open().get(more);
    Instant before = lease == null ? null : lease.leaseUntil();
    if (before != null && before.isAfter(first)) {
      first = before;
    }
    for (Budgets.Applicable limit : limits) {
      Instant end = limit.budget().windowAt(now).end();
      first = end.isBefore(first) ? end : first;
    }
    return first;
  }

  private static @Nullable String addedTo(ReserveRequest request) {
    LeaseTerms terms = request.lease();
    return terms == null ? null : terms.more();
  }

  /**
   * The leases from which somebody may still decide. What is to be added to one, and may be granted
   * by now, prolongs it here already.
   */
  List<OrgReply.OpenLease> out(Instant now) {
    List<OrgReply.OpenLease> all = new ArrayList<>();
    for (Plan plan : org.open().values()) {
      Instant until = plan.leaseUntil();
      String more = addedTo(plan.request());
      Plan lease = more == null ? plan : org.open().get(more);
      LeaseTerms terms = lease == null ? null : lease.request().lease();
      if (until != null && now.isBefore(until) && lease != null && terms != null) {
        all.add(new OrgReply.OpenLease(lease.reservation(), lease.actor(), terms.sidecar(), until));
      }
    }
    return List.copyOf(all);
  }

  /**
   * In whose windows a lease holds in a budget that is set while it is out: what is used of it from
   * now on counts when it runs.
   */
  static @Nullable Instant heldAt(Plan lease, Instant now) {
    Instant until = lease.leaseUntil();
    Instant last = until == null ? null : until.minus(1, ChronoUnit.MICROS);
    return last == null ? lease.countedAt() : now.isBefore(last) ? now : last;
  }

  /**
   * Why nothing can be added to a lease, nor can it be prolonged: all of it would come into windows
   * in which it does not hold. It has expired; or since it was granted, a limit was set of which
   * another window has begun, or came with a plan. Or its team has a wallet of its own by now. Or
   * other prices count now than those that its holder knows: what was decided by those is charged
   * by them.
   *
   * @param own the figures of those limits that the org counts
   * @param version the version of the catalog that counts; null where there are none
   */
  @Nullable Refusal notAdded(
      ReserveRequest request,
      List<Budgets.Applicable> limits,
      List<LimitState> own,
      @Nullable Integer version,
      Instant now) {
    String more = addedTo(request);
    if (more == null) {
      return null;
    }
    Plan lease = org.open().get(more);
    Instant until = lease == null ? null : lease.leaseUntil();
    Instant grantedAt = lease == null ? null : lease.countedAt();
    if (lease == null || until == null || grantedAt == null || !now.isBefore(until)) {
      return Refusal.of(Code.LEASE_ENDED, "the lease has expired, and can't be added to");
    }
    String payer = org.payer(lease.request());
    if (!payer.equals(lease.wallet())) {
      return Refusal.of(
          Code.LEASE_ENDED,
          "the wallet %s pays by now what the lease was granted for: close it, and ask for another"
              .formatted(payer));
    }
    Integer ofLease = lease.catalogVersion();
    if (ofLease != null && version != null && !ofLease.equals(version)) {
      return Refusal.of(
          Code.LEASE_ENDED,
          "what is decided from the lease is priced by version %d of the catalog, and version %d counts now: close it, and ask for another"
              .formatted(ofLease, version));
    }
    for (Budgets.Applicable limit : limits) {
      Budget budget = limit.budget();
      if (budget.mode() == Budget.Mode.HARD && budget.windowAt(now).start().isAfter(grantedAt)) {
        return notHeld(budget.id());
      }
    }
    for (LimitState limit : own) {
      if (limit.mode() == Budget.Mode.HARD
          && org.tallies().lacks(more, lease.creditType(), limit)) {
        return notHeld(limit.budget());
      }
    }
    return null;
  }

  private static Refusal notHeld(String limit) {
    return Refusal.of(
        Code.LEASE_ENDED,
        "the lease does not hold in the present window of the limit %s, which has come to count since it was granted: close it, and ask for another"
            .formatted(limit));
  }

  /** Why there can be no such lease: some hard limit counts what it does not hold, or might. */
  @Nullable Refusal fault(
      ReserveRequest request,
      String creditType,
      List<Scope> path,
      List<Budget> ofPlan,
      Catalog catalog,
      Instant now) {
    Refusal frozen = frozenBelow(request.subject(), path, now);
    if (frozen != null) {
      return frozen;
    }
    LeaseTerms terms = request.lease();
    Map<String, Long> allowances = terms == null ? Map.of() : terms.allowances();
    String field = terms == null || terms.more() == null ? "meters." : "top_up_meters.";
    for (String meter : allowances.keySet()) {
      if (allowances.get(meter) > 0 && !isMeter(meter, catalog)) {
        return new Refusal(
            Code.INVALID,
            field + meter,
            "is no meter; known are %s, %s and %s"
                .formatted(
                    new TreeSet<>(catalog.meters()),
                    Quantities.REQUESTS,
                    Quantities.OPEN_RESERVATIONS));
      }
    }
    return Stream.of(org.budgets().all(), org.budgets().drafts(), ofPlan)
        .flatMap(budgets -> budgets.stream())
        .filter(budget -> budget.mode() == Budget.Mode.HARD)
        .filter(budget -> budget.mayAdmit(request.feature(), request.model()))
        .map(
            budget ->
                fault(budget, request.subject(), creditType, path, allowances, field, catalog))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Somebody below is frozen, and would not be asked about. */
  private @Nullable Refusal frozenBelow(Subject subject, List<Scope> path, Instant now) {
    for (Freeze freeze : org.overrides().freezes()) {
      String field = unnamed(freeze.scope(), subject);
      if (field != null && freeze.inForce(now) && !path.contains(freeze.scope())) {
        return tooWide(field, "the freeze of %s".formatted(freeze.scope().words()), List.of());
      }
    }
    return null;
  }

  /**
   * Why a lease for any feature is too wide for who could name one: what it holds would count in a
   * limit that counts only some. Of limits that deny nothing, too: what they show as held would be
   * of features that they don't count.
   */
  static @Nullable Refusal unnamedFeature(ReserveRequest request, List<Budgets.Applicable> limits) {
    if (request.canNameFeature()) {
      for (Budgets.Applicable limit : limits) {
        if (!limit.budget().features().isEmpty()) {
          return new Refusal(
              Code.LEASE_TOO_WIDE,
              LeaseTerms.FEATURE,
              "the limit %s counts only some features: name the feature that it is for"
                  .formatted(limit.budget().id()));
        }
      }
    }
    return null;
  }

  private static Refusal tooWide(String field, String what, List<Subject> subjects) {
    return new Refusal(
        Code.LEASE_TOO_WIDE,
        field,
        what + " may count for some of what it would be used for: name whom it is for",
        subjects);
  }

  /** The users, with their teams, for all of whom a lease has to name the user for this reason. */
  private List<Subject> users(Scope scope, String of) {
    List<Subject> all = new ArrayList<>();
    for (User user : org.users().values()) {
      if (user.teams().isEmpty()
          && scope.team() == null
          && USER.equals(unnamed(scope, Subject.ofOrg(of)))) {
        all.add(new Subject(of, null, user.id(), null, null, null));
      }
      for (String team : user.teams()) {
        if (USER.equals(unnamed(scope, new Subject(of, team, null, null, null, null)))) {
          all.add(new Subject(of, team, user.id(), null, null, null));
        }
      }
      if (all.size() > SUBJECTS_MAX) {
        return List.of();
      }
    }
    return all;
  }

  /** What counts as credits is no meter, whatever the catalog calls its meters. */
  private static boolean isMeter(String name, Catalog catalog) {
    return !catalog.creditTypes().containsKey(name) && catalog.isMeasure(name);
  }

  private @Nullable Refusal fault(
      Budget budget,
      Subject subject,
      String creditType,
      List<Scope> path,
      Map<String, Long> allowances,
      String field,
      Catalog catalog) {
    String measure = budget.measure();
    boolean credits = catalog.creditTypes().containsKey(measure);
    if (credits && !measure.equals(creditType)) {
      return null;
    }
    if (!path.contains(budget.scope())) {
      String unnamed = unnamed(budget.scope(), subject);
      return unnamed == null
          ? null
          : tooWide(
              unnamed,
              "the limit %s of %s".formatted(budget.id(), budget.scope().words()),
              unnamed.equals(USER) ? users(budget.scope(), subject.org()) : List.of());
    }
    return credits || allowances.containsKey(measure)
        ? null
        : new Refusal(
            Code.INVALID,
            field + measure,
            "the limit %s counts it: say how many the lease is to hold".formatted(budget.id()));
  }

  /**
   * What the subject would have to name, so that its work is known to fall under the scope or not.
   *
   * @return a field of the request; null if it names all that it takes
   */
  private static @Nullable String unnamed(Scope scope, Subject subject) {
    boolean anyTeam = subject.team() == null;
    boolean sameTeam =
        scope.team() == null || anyTeam || Objects.equals(scope.team(), subject.team());
    boolean anyUser = subject.user() == null;
    return switch (scope.type()) {
      case USER -> {
        boolean maybe = sameTeam && (anyUser || Objects.equals(scope.id(), subject.user()));
        yield !maybe ? null : anyUser ? USER : "subject.team";
      }
      case EACH_USER -> anyUser ? USER : null;
      case EACH_MEMBER -> sameTeam && anyUser ? USER : sameTeam && anyTeam ? "subject.team" : null;
      case TEAM, DEPARTMENT -> anyTeam ? "subject.team" : null;
      case AGENT -> subject.agent() == null ? "subject.agent" : null;
      case PRODUCT -> subject.product() == null ? "subject.product" : null;
      case COST_CENTER -> subject.costCenter() == null ? "subject.cost_center" : null;
      case ORG -> null;
    };
  }
}
