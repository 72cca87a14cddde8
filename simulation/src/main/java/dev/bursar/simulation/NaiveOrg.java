package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.simulation.NaiveBudgets.Applied;
import dev.bursar.simulation.NaivePots.Use;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An org as somebody would keep it with pen and paper: who falls under which limit, and what stands
 * in the way of whom.
 */
final class NaiveOrg {

  /** What limits of some features or models do not count. */
  private static final Use ANY_USE = new Use(null, null);

  private final String name;
  private final Watch watch;
  private final EntityId id;
  private final NaiveLimits own;
  final NaiveBudgets budgets = new NaiveBudgets();
  final NaiveLeases leases = new NaiveLeases();
  final NaiveEntitlements entitlements = new NaiveEntitlements();
  final NaiveListing listing = new NaiveListing();

  /**
   * What was begun.
   *
   * @param at for when it counts
   * @param moment when it was begun, in events
   */
  record Fact(Plan plan, Subject subject, List<String> departments, Instant at, long moment) {
    boolean isCountedBy(Budget budget) {
      return NaiveBudgets.counts(
          budget, subject, departments, plan.creditType(), use(plan.request()));
    }
  }

  /** All that was ever begun. */
  private final Map<String, Fact> facts = new LinkedHashMap<>();

  /** When a team has held it, by its clock. */
  private final Map<String, Instant> heldAt = new HashMap<>();

  /** The limits that a team is to count, of each reservation that the org has begun. */
  private final Map<String, List<Applied>> ofTeam = new HashMap<>();

  /** How a team that has counted work that has run came to what it still counts in. */
  private final Map<String, UnaryOperator<List<Applied>>> reportsByTeam = new HashMap<>();

  /** Those that a team has counted. */
  private final Map<String, List<LimitState>> byTeam = new HashMap<>();

  NaiveOrg(EntityId id, Watch watch, NaiveLimits own) {
    this.id = id;
    this.name = id.toString();
    this.watch = watch;
    this.own = own;
  }

  /**
   * An org was to be put so, and this is the answer.
   *
   * @param since when that was asked
   * @param from the first moment that the org may have gone by
   */
  void isPut(OrgSettings settings, Answer<?> answer, Since since, long from) {
    switch (answer) {
      case Answer.Done<?> done ->
          watch.expect(
              entitlements.had(settings, from, watch.moment()),
              "I4",
              "%s is told to be put as %s, and never was",
              name,
              settings);
      case Answer.Refused<?>(Refusal refusal) -> {
        boolean rightly =
            refusal.code() == Refusal.Code.OWNER_FIXED
                && watch.plans.catalogs(since).stream()
                    .anyMatch(
                        catalog ->
                            LongStream.rangeClosed(from, watch.moment())
                                .anyMatch(at -> entitlements.movesWindows(settings, at, catalog)));
        watch.expect(rightly, "model", "%s is not put as %s: %s", name, settings, refusal);
        watch.saw(Rarity.TIME_ZONE_KEPT);
      }
      case Answer<?> other -> {}
    }
  }

  /** What was counted in a plan's limits since a window began goes on being counted in it. */
  private void zoneMayChange(OrgEvent.OrgPut put, long before) {
    watch.expect(
        !watch.plans.everyCatalog(
            catalog -> entitlements.movesWindows(put.settings(), before, catalog)),
        "I2",
        "%s moves the windows of its plan's limits: %s",
        name,
        put.settings());
    if (entitlements.isOfAnotherZone(put.settings(), before)) {
      watch.saw(Rarity.TIME_ZONE_CHANGED);
    }
  }

  /** What is about to happen in the org. */
  void sees(OrgEvent event) {
    long before = watch.moment() - 1;
    if (event instanceof OrgEvent.OrgPut put) {
      zoneMayChange(put, before);
    }
    if (event instanceof OrgEvent.Unfrozen it && budgets.isFrozen(it.scope(), it.at(), before)) {
      watch.saw(Rarity.FREEZE_LIFTED);
    }
    if (event instanceof OrgEvent.OverrideRemoved it
        && budgets.overrides.isThere(it.override(), it.at(), before)) {
      watch.saw(Rarity.OVERRIDE_REMOVED_BEFORE_ITS_END);
    }
  }

  /** The org agreed to a reservation, at this time. */
  void begin(Plan plan, Instant at) {
    String reservation = plan.reservation();
    Subject subject = plan.request().subject();
    List<Applied> limits =
        likeliest(
            plan,
            ofPlan ->
                budgets.applied(
                    subject, plan.creditType(), use(plan.request()), at, watch.moment(), ofPlan));
    sawSpecial(limits, subject, at);
    sawOverridden(plan.limits());
    liesIn(plan);
    isBegun(plan, at);
    isLeased(plan, limits, at);
    leases.begin(plan, watch.moment());
    own.hold(
        reservation,
        watch.quantities(reservation),
        limits.stream().filter(each -> !each.byTeam()).toList(),
        plan.limits());
    List<String> frozen = budgets.frozen(subject, at, watch.moment());
    watch.expect(
        frozen.isEmpty(),
        "I2",
        "%s: %s is let through at %s, and %s is frozen",
        name,
        reservation,
        at,
        frozen);
    if (budgets.isLifted(subject, at, watch.moment())) {
      watch.saw(Rarity.LET_THROUGH_AS_A_FREEZE_WAS_LIFTED);
    }
    isEntitled(plan, at);
    List<Applied> team = limits.stream().filter(Applied::byTeam).toList();
    ofTeam.put(reservation, team);
    sameForTeam(reservation);
  }

  /**
   * A lease lasts no longer than any window that it holds in, and holds in whatever limit may deny;
   * and only what holds in all that deny now is added to.
   */
  private void isLeased(Plan plan, List<Applied> limits, Instant at) {
    LeaseTerms terms = plan.request().lease();
    if (terms == null) {
      return;
    }
    String lease = plan.reservation();
    String more = terms.more();
    NaiveLeases.Term before = more == null ? null : leases.term(more);
    Instant until = NaiveLeases.until(plan, before, limits, at);
    watch.expect(
        until.equals(plan.leaseUntil()),
        "I9",
        "%s: %s is leased until %s, which has to end at %s",
        name,
        lease,
        plan.leaseUntil(),
        until);
    for (Applied limit : limits) {
      watch.expect(
          !limit.isHard()
              || limit.measure().equals(plan.creditType())
              || terms.allowances().containsKey(limit.measure()),
          "I9",
          "%s: %s is leased without %s, which %s counts",
          name,
          lease,
          limit.measure(),
          limit);
    }
    if (more == null) {
      return;
    }
    for (Applied limit : limits) {
      watch.expect(
          !limit.isHard()
              || (before != null
                  && !limit.window().isAfter(before.from())
                  && countedBy(limit, plan).holdsIn(more, limit)),
          "I11",
          "%s: %s is to be added to %s, which does not hold in %s",
          name,
          lease,
          more,
          limit);
    }
  }

  private NaiveLimits countedBy(Applied limit, Plan plan) {
    String team = plan.request().subject().team();
    return limit.byTeam() && team != null ? watch.limits(EntityId.team(id.org(), team)) : own;
  }

  /**
   * The limits of something that was begun: by the catalog by which it was decided, of those by
   * which it may have been the one that what is told is like.
   *
   * @param by the limits, by what comes with the plan
   */
  private List<Applied> likeliest(Plan plan, Function<List<Budget>, List<Applied>> by) {
    String reservation = plan.reservation();
    List<List<Applied>> all =
        watch.plans.catalogs(reservation, watch.attempted(reservation)).stream()
            .map(catalog -> by.apply(entitlements.limits(watch.moment(), catalog)))
            .toList();
    List<Applied> found =
        all.stream()
            .filter(limits -> isTold(limits, plan.limits()))
            .findFirst()
            .orElse(all.getFirst());
    for (Applied limit : found) {
      if (limit.budget().startsWith("plan:budget:")) {
        watch.saw(Rarity.LIMIT_OF_A_PLAN);
      } else if (limit.budget().startsWith("plan:feature:")) {
        watch.saw(Rarity.LIMIT_OF_A_METERED_FEATURE);
        if (found.stream()
            .anyMatch(each -> each != limit && NaiveBudgets.countsAs(each.of(), limit.of()))) {
          watch.saw(Rarity.LIMIT_OF_A_METERED_FEATURE_BESIDE_A_BUDGET_LIKE_IT);
        }
      }
      if (limit.budget().startsWith(Budget.OF_PLAN)) {
        if (own.countsInAnotherUnit(limit)) {
          watch.saw(Rarity.LIMIT_THAT_WAS_COUNTED_IN_ANOTHER_UNIT);
        }
        if (own.countsInOtherWindows(limit)) {
          watch.saw(Rarity.LIMIT_THAT_WAS_COUNTED_IN_OTHER_WINDOWS);
        }
      }
    }
    return found;
  }

  private static boolean isTold(List<Applied> limits, List<LimitState> told) {
    List<Applied> ofOrg = limits.stream().filter(each -> !each.byTeam()).toList();
    return ofOrg.size() == told.size()
        && ofOrg.stream().allMatch(each -> told.stream().anyMatch(each::isTold));
  }

  /**
   * Whether a limit was so for somebody at any time between two moments, by whatever clock between
   * two times.
   *
   * @param catalogs those that may have counted
   */
  boolean had(
      LimitState told,
      Subject subject,
      long from,
      long to,
      Instant earliest,
      Instant latest,
      List<Catalog> catalogs) {
    if (!told.budget().startsWith(Budget.OF_PLAN)) {
      return budgets.had(told, subject, from, to, earliest, latest);
    }
    return LongStream.rangeClosed(from, to)
        .anyMatch(
            moment ->
                catalogs.stream()
                    .anyMatch(
                        catalog ->
                            budgets.had(
                                told,
                                entitlements.limits(moment, catalog),
                                subject,
                                moment,
                                earliest,
                                latest)));
  }

  static Use use(ReserveRequest request) {
    return new Use(request.feature(), request.model(), request.isLease());
  }

  private void sawSpecial(List<Applied> limits, Subject subject, Instant at) {
    for (Applied limit : limits) {
      sawOverridden(limit, subject, at);
      if (!limit.of().features().isEmpty()) {
        watch.saw(Rarity.LIMIT_OF_SOME_FEATURES);
      }
      if (!limit.of().models().isEmpty()) {
        watch.saw(Rarity.LIMIT_OF_SOME_MODELS);
      }
      switch (limit.of().window()) {
        case WEEK -> watch.saw(Rarity.LIMIT_OF_A_WEEK);
        case QUARTER -> watch.saw(Rarity.LIMIT_OF_A_QUARTER);
        case YEAR -> watch.saw(Rarity.LIMIT_OF_A_YEAR);
        default -> {}
      }
    }
  }

  private void sawOverridden(Applied limit, Subject subject, Instant at) {
    List<LimitOverride> by = budgets.inForce(limit.of(), subject, at, watch.moment());
    long scopes = by.stream().map(LimitOverride::scope).distinct().count();
    if (scopes > 1) {
      watch.saw(Rarity.LIMIT_OVERRIDDEN_BY_TWO);
    }
    if (by.size() > scopes) {
      watch.saw(Rarity.LIMIT_OVERRIDDEN_TWICE_FOR_ONE_SCOPE);
    }
    if (!by.isEmpty() && by.getFirst().budget() == null) {
      watch.saw(Rarity.LIMIT_SUSPENDED_WITH_ALL_OF_ITS_SCOPE);
    }
    if (!by.isEmpty()
        && by.getFirst().scope().type() == Scope.Type.USER
        && limit.of().scope().type() != Scope.Type.USER) {
      watch.saw(Rarity.DEFAULT_OVERRIDDEN_FOR_ONE_USER);
    }
  }

  private void sawOverridden(List<LimitState> told) {
    for (LimitState each : told) {
      if (budgets.isOtherwiseBy(each, each.used().plus(each.held()), watch.moment())) {
        watch.saw(Rarity.LET_THROUGH_BY_AN_OVERRIDE);
      }
    }
  }

  /** By its plan the org may use what is asked for, as some catalog has it that counted by then. */
  private void isEntitled(Plan plan, Instant at) {
    Set<String> faults = new TreeSet<>();
    boolean may = false;
    for (Catalog catalog :
        watch.plans.catalogs(plan.reservation(), watch.attempted(plan.reservation()))) {
      String fault = entitlements.fault(plan.request().feature(), at, watch.moment(), catalog);
      may |= fault == null;
      if (fault != null) {
        faults.add(fault);
      }
    }
    watch.expect(
        may, "I2", "%s: %s is let through at %s, though %s", name, plan.reservation(), at, faults);
  }

  /** Whether something that was begun fell under a budget where its team lay then. */
  boolean fellUnder(String reservation, String budget) {
    Fact fact = facts.get(reservation);
    Budget of = fact == null ? null : budgets.budget(budget, fact.moment());
    return fact != null && of != null && fact.isCountedBy(of);
  }

  private void isBegun(Plan plan, Instant at) {
    Subject subject = plan.request().subject();
    List<String> departments = budgets.departments(subject.team(), watch.moment());
    facts.put(plan.reservation(), new Fact(plan, subject, departments, at, watch.moment()));
  }

  /**
   * All that was ever begun and that a budget counts, when it does: what a team has held with it
   * counts by the team's clock.
   */
  List<Fact> facts(Budget budget) {
    return facts.values().stream()
        .filter(fact -> fact.isCountedBy(budget))
        .map(fact -> isHeldIn(budget, fact.plan().reservation()) ? heldByTeam(fact) : fact)
        .toList();
  }

  private boolean isHeldIn(Budget budget, String reservation) {
    return budget.scope().countedByTeam()
        && heldAt.containsKey(reservation)
        && byTeam.getOrDefault(reservation, List.of()).stream()
            .anyMatch(
                each ->
                    each.budget().equals(budget.id())
                        && Objects.equals(each.since(), budget.since()));
  }

  private Fact heldByTeam(Fact fact) {
    Instant at = Objects.requireNonNull(heldAt.get(fact.plan().reservation()));
    return new Fact(fact.plan(), fact.subject(), fact.departments(), at, fact.moment());
  }

  /** It is said to lie in the departments that its team lies in. */
  private void liesIn(Plan plan) {
    List<String> departments = budgets.departments(plan.request().subject().team(), watch.moment());
    watch.expect(
        plan.departments().equals(departments),
        "model",
        "%s: %s is said to lie in %s, and lies in %s",
        name,
        plan.reservation(),
        plan.departments(),
        departments);
  }

  /**
   * The org counts work that has run: when it ran, if that is not too long ago, as whoever reports
   * it says.
   */
  void count(Plan plan, Instant at) {
    String reservation = plan.reservation();
    ReserveRequest work = watch.reports.work(reservation);
    Reported reported = work == null ? null : work.reported();
    if (work == null || reported == null) {
      watch.violated("I4", "%s: %s begins, and nobody reported it", name, reservation);
      return;
    }
    Instant ran = reported.happenedAt();
    watch.expect(
        isOfLease(reported) || !ran.isAfter(at.plus(World.AHEAD_MAX)),
        "model",
        "%s: %s is taken at %s, though it lies too far ahead: %s",
        name,
        reservation,
        at,
        reported);
    boolean tooLongAgo = ran.isBefore(at.minus(World.CORRECTION));
    Instant inLease = leases.countsAt(reported, at);
    Instant counts = inLease != null ? inLease : ran.isAfter(at) || tooLongAgo ? at : ran;
    Instant inRates = reported.lease() == null ? ran : counts;
    List<Applied> limits =
        likeliest(plan, ofPlan -> ofWork(work, counts, inRates, at, ofPlan, plan.limits()));
    List<Applied> counted = limits.stream().filter(each -> !each.byTeam()).toList();
    liesIn(plan);
    isBegun(plan, counts);
    own.starts.counted(reservation, at, plan.limits());
    own.count(reservation, NaiveQuantities.of(work), counted, plan.limits());
    ofTeam.put(reservation, limits.stream().filter(Applied::byTeam).toList());
    countedAlike(reservation);
  }

  /** What is reported for a lease is taken whatever clock it goes by, though that may be over. */
  private static boolean isOfLease(Reported reported) {
    return ReservationId.parse(reported.source()) != null;
  }

  /**
   * The limits that work falls under which has run.
   *
   * @param countsAt for when it counts; but in a rate all that counts is when it ran
   * @param now when it is counted
   */
  private List<Applied> ofWork(
      ReserveRequest work,
      Instant countsAt,
      Instant ran,
      Instant now,
      List<Budget> ofPlan,
      List<LimitState> told) {
    List<Applied> all = ofWork(work, countsAt, ran, now, ofPlan);
    List<Applied> found =
        new ArrayList<>(
            own.stillCounting(
                all.stream().filter(each -> !each.byTeam()).toList(),
                now,
                watch.moment() - 1,
                told));
    all.stream().filter(Applied::byTeam).forEach(found::add);
    return found;
  }

  private List<Applied> ofWork(
      ReserveRequest work, Instant countsAt, Instant ran, Instant now, List<Budget> ofPlan) {
    List<Applied> limits = new ArrayList<>();
    String type = Objects.requireNonNull(work.creditType());
    budgets.applied(work.subject(), type, use(work), countsAt, watch.moment(), now, ofPlan).stream()
        .filter(limit -> !limit.isRate())
        .forEach(limits::add);
    budgets
        .applied(
            work.subject(),
            type,
            use(work),
            ran.isBefore(countsAt) ? ran : countsAt,
            watch.moment(),
            now,
            ofPlan)
        .stream()
        .filter(Applied::isRate)
        .forEach(limits::add);
    return limits;
  }

  /** The org has heard how something ended. */
  void settled(Closure closure) {
    leases.settled(closure, watch.moment());
  }

  /** A team counts work that has run. */
  void countedByTeam(TeamEvent.BudgetHeld event, NaiveLimits team) {
    String reservation = event.reservation();
    List<Applied> told =
        event.limits().stream()
            .map(each -> budgets.counted(each, each.windowStart(), watch.moment()))
            .map(each -> withLimitOf(each, event.limits()))
            .toList();
    long before = watch.moment() - 1;
    reportsByTeam.put(
        reservation, limits -> team.stillCounting(limits, event.at(), before, event.limits()));
    byTeam.put(reservation, event.limits());
    countedAlike(reservation);
    team.starts.counted(reservation, event.at(), event.limits());
    team.count(reservation, watch.quantities(reservation), told, event.limits());
  }

  /** The team counts it in the windows that the org has found, as far as they still count. */
  private void countedAlike(String reservation) {
    List<Applied> limits = ofTeam.get(reservation);
    List<LimitState> told = byTeam.get(reservation);
    UnaryOperator<List<Applied>> counting = reportsByTeam.get(reservation);
    if (limits == null || told == null || counting == null) {
      return;
    }
    List<LimitState> early = told.stream().filter(each -> each.since() == null).toList();
    watch.expect(
        isThat(early(counting.apply(limits)), early)
            || ofOtherAttempts(reservation)
                .anyMatch(each -> isThat(early(counting.apply(each)), early)),
        "model",
        "%s: the team counts %s in %s, where %s apply",
        name,
        reservation,
        told,
        counting.apply(limits));
    // Not before: a limit may have been set in the row in which the org has begun it.
    told.forEach(each -> inForce(reservation, each));
  }

  /** Those that were there from the beginning on. */
  private static List<Applied> early(List<Applied> limits) {
    return limits.stream().filter(each -> each.of().since() == null).toList();
  }

  private static boolean isThat(List<Applied> wanted, List<LimitState> told) {
    return wanted.size() == told.size()
        && wanted.stream().allMatch(each -> told.stream().anyMatch(each::isAt));
  }

  /** What the team would count, had the org's row come into the journal when it first asked. */
  private Stream<List<Applied>> ofOtherAttempts(String reservation) {
    ReserveRequest work = watch.reports.work(reservation);
    Reported reported = work == null ? null : work.reported();
    return work == null || reported == null
        ? Stream.of()
        : watch.reports.askedOfTeam(reservation, reported).stream()
            .map(
                at ->
                    // Which limits, not what they are: that is compared where they are told.
                    ofWork(
                            work,
                            at,
                            reported.lease() == null ? reported.happenedAt() : at,
                            at,
                            List.of())
                        .stream()
                        .filter(Applied::byTeam)
                        .toList());
  }

  /** Whether a reservation that has begun concerns its team. */
  boolean asksTeam(String reservation) {
    return !ofTeam.getOrDefault(reservation, List.of()).isEmpty();
  }

  /** A team holds what it counts of a reservation. */
  void heldByTeam(TeamEvent.BudgetHeld event, NaiveLimits team) {
    List<Applied> counted =
        event.limits().stream()
            .map(each -> budgets.counted(each, event.at(), watch.moment()))
            .map(each -> withLimitOf(each, event.limits()))
            .toList();
    sawOverridden(event.limits());
    byTeam.put(event.reservation(), event.limits());
    heldAt.put(event.reservation(), event.at());
    team.hold(event.reservation(), watch.quantities(event.reservation()), counted, event.limits());
    sameForTeam(event.reservation());
  }

  /** Limit and mode are those of the org's decision, which is compared on its own. */
  private static Applied withLimitOf(Applied each, List<LimitState> told) {
    return told.stream()
        .filter(one -> one.budget().equals(each.budget()))
        .findFirst()
        .map(each::as)
        .orElse(each);
  }

  /** The team counts it against what the org has found to apply, whichever was written first. */
  private void sameForTeam(String reservation) {
    List<Applied> wanted = ofTeam.get(reservation);
    List<LimitState> counted = byTeam.get(reservation);
    if (wanted == null || counted == null) {
      return;
    }
    sameForTeam(
        reservation, early(wanted), counted.stream().filter(each -> each.since() == null).toList());
    counted.forEach(each -> inForce(reservation, each));
  }

  private void sameForTeam(String reservation, List<Applied> wanted, List<LimitState> counted) {
    Set<String> these = new TreeSet<>();
    Set<String> those = new TreeSet<>();
    wanted.forEach(each -> these.add(named(each)));
    counted.forEach(each -> those.add(named(each)));
    watch.expect(
        these.equals(those),
        "model",
        "%s: the team holds %s in %s, the org wants %s",
        name,
        reservation,
        those,
        these);
  }

  private static String named(Applied limit) {
    return named(limit.budget(), limit.member(), limit.of().since());
  }

  private static String named(LimitState told) {
    return named(told.budget(), told.member(), told.since());
  }

  private static String named(String budget, String member, @Nullable Long since) {
    return budget + "|" + member + (since == null ? "" : "|" + since);
  }

  /**
   * What was charged was held by the team in all limits that the org found to apply, those that
   * were set meanwhile among them. What came to nothing need not have been. It may be held in more,
   * drafted in a row that was refused.
   */
  void expectHeldAsWanted(Set<String> charged) {
    ofTeam.forEach(
        (reservation, wanted) -> {
          List<LimitState> counted = byTeam.get(reservation);
          if (counted != null
              && charged.contains(reservation)
              && !reportsByTeam.containsKey(reservation)) {
            sameForTeam(
                reservation,
                wanted,
                counted.stream().filter(each -> isWanted(wanted, each)).toList());
          }
        });
  }

  /** Whether the team does not hold it in all limits that the org has found to apply. */
  boolean isHeldOtherwise(String reservation) {
    List<LimitState> counted = byTeam.get(reservation);
    return counted != null
        && ofTeam.getOrDefault(reservation, List.of()).stream()
            .map(NaiveOrg::named)
            .anyMatch(limit -> counted.stream().map(NaiveOrg::named).noneMatch(limit::equals));
  }

  private static boolean isWanted(List<Applied> wanted, LimitState told) {
    return told.since() == null
        || wanted.stream().anyMatch(each -> named(each).equals(named(told)));
  }

  /**
   * The limit that a team goes by was in force at some time since the reservation was asked for;
   * where an org was behind that has had a part in it, at any time.
   */
  private void inForce(String reservation, LimitState told) {
    if (told.since() != null && budgets.drafted(told.budget(), told.since()) == null) {
      return;
    }
    Since since = watch.attempted(reservation);
    watch.expect(
        budgets.had(
            told,
            subject(reservation),
            watch.from(since, id),
            watch.moment(),
            watch.earliestSince(since),
            watch.latestSince(since)),
        "model",
        "%s: the team holds %s in %s, which was not %s of %s meanwhile",
        name,
        reservation,
        told.budget(),
        told.mode(),
        told.limit());
  }

  private Subject subject(String reservation) {
    Fact fact = facts.get(reservation);
    return fact == null ? Subject.ofOrg(id.org()) : fact.subject();
  }

  /**
   * The least that is left under the limits of credits that a request falls under, and which let
   * nothing through beyond them; null if there are none.
   *
   * @param team what its team counts; null if it has none
   */
  @Nullable BigInteger room(
      Subject subject, String creditType, Instant at, long moment, @Nullable NaiveLimits team) {
    BigInteger least = null;
    List<Budget> ofPlan = entitlements.limits(moment, watch.plans.catalog());
    for (Applied limit : budgets.applied(subject, creditType, ANY_USE, at, moment, ofPlan)) {
      NaiveLimits by = limit.byTeam() ? team : own;
      if (by != null && limit.isHard() && limit.measure().equals(creditType)) {
        BigInteger room = limit.limit().subtract(by.at(limit.key(), moment).all());
        least = least == null ? room : least.min(room);
      }
    }
    return least;
  }

  /** The names of all limits that a reservation that was begun falls under. */
  Set<String> limitsOf(Plan plan, Instant at, long moment, Catalog catalog) {
    Set<String> found = new TreeSet<>();
    budgets
        .applied(
            plan.request().subject(),
            plan.creditType(),
            use(plan.request()),
            at,
            moment,
            entitlements.limits(moment, catalog))
        .forEach(each -> found.add(each.budget()));
    return found;
  }

  /**
   * What stands in the way of a request at the org itself, as it is told; in any order.
   *
   * @param catalog the one that counts
   */
  Set<String> inTheWay(Plan plan, Instant at, long moment, Catalog catalog) {
    Subject subject = plan.request().subject();
    NaiveQuantities asked = NaiveQuantities.of(plan.request());
    Set<String> found = new TreeSet<>();
    budgets.frozen(subject, at, moment).forEach(scope -> found.add("frozen " + scope));
    String notEntitled = entitlements.fault(plan.request().feature(), at, moment, catalog);
    if (notEntitled != null) {
      found.add(notEntitled);
    }
    for (Applied limit :
        budgets.applied(
            subject,
            plan.creditType(),
            use(plan.request()),
            at,
            moment,
            entitlements.limits(moment, catalog))) {
      NaiveLimits.Count count = own.at(limit.key(), moment);
      if (limit.isHard()
          && !limit.byTeam()
          && own.starts.isKnown(limit.key())
          && count.all().add(limit.asked(asked)).compareTo(limit.limit()) > 0) {
        found.add(
            words(limit.budget(), limit.member(), limit.limit(), count.used(), count.held())
                + lasts(limit.measure(), limit.window(), limit.end()));
      }
    }
    return found;
  }

  static String words(LimitState told) {
    return words(
            told.budget(),
            told.member(),
            NaiveWallet.micros(told.limit().micros()),
            NaiveWallet.micros(told.used().micros()),
            NaiveWallet.micros(told.held().micros()))
        + lasts(
            told.measure(),
            told.windowStart(),
            told.window() == WindowKind.LIFETIME ? null : told.resetsAt());
  }

  /** What is counted, and from when until when. */
  private static String lasts(String measure, Instant window, @Nullable Instant end) {
    return " of %s from %s to %s".formatted(measure, window, end);
  }

  private static String words(
      String budget, String member, BigInteger limit, BigInteger used, BigInteger held) {
    return "%s %s: %s and %s of %s".formatted(budget, member, used, held, limit);
  }
}
