package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaiveBudgets.Applied;
import dev.bursar.simulation.NaivePots.Use;
import dev.bursar.simulation.NaiveWallet.Figures;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a client is told has to be in the journal, and to be what the naive models say. */
final class AnswerChecks {

  /** The smallest amount that there is. */
  private static final Credits LEAST = new Credits(1);

  private final World world;

  AnswerChecks(World world) {
    this.world = world;
  }

  /** What a node says to a request to reserve, whether it is heard or not. */
  void told(Answer<Decided> answer, EntityId wallet, String node) {
    if (answer instanceof Answer.Done<Decided> done) {
      world.watch.isAsked(done.value().plan());
      if (done.value() instanceof Decided.Allowed allowed) {
        world.watch.promises.allowed(allowed, wallet, node);
      }
    }
  }

  /** What a request to reserve was answered. */
  void reserved(
      Answer<Decided> answer,
      ReserveRequest request,
      EntityId wallet,
      @Nullable Operation operation,
      Since since,
      List<String> attempts) {
    if (answer instanceof Answer.Refused<Decided>(Refusal refusal)) {
      if (!isOfLease(refusal, request, EntityId.org(wallet.org()), since)) {
        refused(refusal, wallet, operation, since, attempts);
      }
      return;
    }
    switch (((Answer.Done<Decided>) answer).value()) {
      case Decided.Allowed allowed -> allowed(allowed, request, wallet, since);
      case Decided.Denied denied -> denied(denied, request, wallet, since);
    }
  }

  /** It is no lease that can be had, or that can be added to; and that is so. */
  private boolean isOfLease(Refusal refusal, ReserveRequest request, EntityId id, Since since) {
    LeaseTerms terms = request.lease();
    String more = terms == null ? null : terms.more();
    if (terms != null && refusal.code() == Refusal.Code.LEASE_TOO_WIDE) {
      NaiveOrg org = world.watch.org(id);
      // A freeze lasts longer by a clock that is behind.
      Instant at = world.cluster.earliestSince(since);
      world.watch.expect(
          moments(since, id)
              .anyMatch(
                  moment ->
                      catalogs(since, id).stream()
                          .anyMatch(
                              catalog ->
                                  org.budgets.isTooWide(
                                      request.subject(),
                                      type(request),
                                      NaiveOrg.use(request),
                                      at,
                                      moment,
                                      org.entitlements.limits(moment, catalog)))),
          "I9",
          "a lease for %s is refused: %s",
          request.subject(),
          refusal);
      world.watch.saw(
          refusal.detail().startsWith("the freeze of ")
              ? Rarity.LEASE_TOO_WIDE_FOR_A_FREEZE
              : Rarity.LEASE_TOO_WIDE);
      return true;
    }
    if (more != null && refusal.code() == Refusal.Code.LEASE_ENDED) {
      world.watch.expect(
          mayHaveEnded(more, request, id, since),
          "I9",
          "nothing is added to %s: %s",
          more,
          refusal);
      world.watch.saw(Rarity.LEASE_NOT_PROLONGED);
      return true;
    }
    return false;
  }

  /**
   * Whether a lease may be for any feature, as it is told to who could name one: at some time
   * meanwhile credits or a limit were for some features only, if it may not, and neither was, if it
   * may.
   */
  void anyFeature(Answer<Decided> answer, ReserveRequest request, EntityId wallet, Since since) {
    boolean tooWide =
        answer instanceof Answer.Refused<Decided>(Refusal refusal)
            && refusal.code() == Refusal.Code.LEASE_TOO_WIDE
            && LeaseTerms.FEATURE.equals(refusal.field());
    if (tooWide
        || (answer instanceof Answer.Done<Decided> done
            && done.value() instanceof Decided.Allowed)) {
      boolean byCredits =
          figures(since, wallet, type(request)).stream()
              .anyMatch(each -> each.hasOfOneFeature(request.model()) == tooWide);
      boolean byLimits =
          anyLimitIsOfSomeFeatures(request, EntityId.org(wallet.org()), since, tooWide);
      world.watch.expect(
          tooWide ? byCredits || byLimits : byCredits && byLimits,
          "I9",
          "a lease of %s for any feature is %s, though at no time it was so",
          wallet,
          tooWide ? "too wide" : "granted");
      world.watch.saw(tooWide ? Rarity.LEASE_TOO_WIDE_FOR_FEATURES : Rarity.LEASE_OF_ANY_FEATURE);
      saw(byLimits && tooWide && !byCredits, Rarity.LEASE_TOO_WIDE_FOR_A_LIMIT_OF_FEATURES);
    }
  }

  /** Whether at some time meanwhile a limit of some features counted it, or at some none did. */
  private boolean anyLimitIsOfSomeFeatures(
      ReserveRequest request, EntityId id, Since since, boolean really) {
    NaiveOrg org = world.watch.org(id);
    Instant at = world.cluster.latestClock();
    return moments(since, id)
        .anyMatch(
            moment ->
                catalogs(since, id).stream()
                    .anyMatch(
                        catalog ->
                            org.budgets.isOfSomeFeatures(
                                    request.subject(),
                                    type(request),
                                    NaiveOrg.use(request),
                                    at,
                                    moment,
                                    org.entitlements.limits(moment, catalog))
                                == really));
  }

  /**
   * It was over, or may have been by some clock; or some hard limit that it falls under was set
   * since it was granted, or has come to apply, as its team lies elsewhere, or has another window
   * than then.
   */
  private boolean mayHaveEnded(String lease, ReserveRequest request, EntityId id, Since since) {
    NaiveOrg org = world.watch.org(id);
    NaiveLeases.Term term = org.leases.term(lease);
    if (term == null || world.wasBehind(since, id)) {
      world.watch.saw(Rarity.LEASE_NOT_PROLONGED_AS_IT_WAS_NOT_KNOWN);
      return true;
    }
    Instant clock = world.cluster.latestClock();
    Instant last = world.watch.shadows.latestAt();
    List<Applied> hard =
        moments(since, id)
            .boxed()
            .flatMap(
                moment ->
                    Stream.of(clock, last)
                        .flatMap(
                            at ->
                                catalogs(since, id).stream()
                                    .flatMap(
                                        catalog ->
                                            org
                                                .budgets
                                                .applied(
                                                    request.subject(),
                                                    type(request),
                                                    NaiveOrg.use(request),
                                                    at,
                                                    moment,
                                                    org.entitlements.limits(moment, catalog))
                                                .stream())))
            .filter(Applied::isHard)
            .toList();
    boolean isOver = world.cluster.mayHaveCome(term.endAt(since.moment()), id, since);
    Set<String> before = fellUnder(lease, request, org, term);
    boolean isSet =
        hard.stream()
            .anyMatch(
                each ->
                    org.budgets.isSetAfter(each, term.since()) || !before.contains(inZone(each)));
    saw(isOver && !isSet, Rarity.LEASE_NOT_PROLONGED_AS_IT_WAS_OVER);
    return isOver || isSet;
  }

  /** The limits that a lease fell under when it was granted, by whichever catalog. */
  private Set<String> fellUnder(
      String lease, ReserveRequest request, NaiveOrg org, NaiveLeases.Term term) {
    Set<String> found = null;
    for (Catalog catalog : world.watch.plans.catalogs(lease, world.watch.attempted(lease))) {
      Set<String> by =
          org
              .budgets
              .applied(
                  request.subject(),
                  type(request),
                  NaiveOrg.use(request),
                  term.from(),
                  term.since(),
                  org.entitlements.limits(term.since(), catalog))
              .stream()
              .map(AnswerChecks::inZone)
              .collect(Collectors.toSet());
      if (found == null) {
        found = by;
      } else {
        found.retainAll(by);
      }
    }
    return found == null ? Set.of() : found;
  }

  /** By another calendar the windows of a limit are others, in which nothing is held. */
  private static String inZone(Applied limit) {
    return limit.budget() + " in " + limit.of().zone();
  }

  /** Those that may have counted for an entity that was asked then. */
  private List<Catalog> catalogs(Since since, EntityId id) {
    return world.watch.plans.catalogs(world.wasBehind(since, id) ? new Since(0, 0) : since);
  }

  /**
   * It was withdrawn; or the org does not remember it any more, or the wallet not what it answered.
   */
  private void refused(
      Refusal refusal,
      EntityId wallet,
      @Nullable Operation operation,
      Since since,
      List<String> attempts) {
    EntityId org = EntityId.org(wallet.org());
    boolean holdIsForgotten =
        refusal.code() == Refusal.Code.IDEMPOTENCY_KEY_EXPIRED
            && attempts.stream()
                .anyMatch(
                    each ->
                        world.watch.memories.hasForgottenHold(wallet, each)
                            || world.watch.isForgottenByTeam(each));
    if (operation == null
        || !(holdIsForgotten || world.watch.isForgotten(refusal, org, operation, since))) {
      withdrawn(world, wallet.org(), refusal, attempts, since);
      return;
    }
    world.watch.saw(Rarity.RESERVE_KEY_FORGOTTEN);
  }

  /**
   * One of its attempts was given up, which is on record, or is held for a decision that came to
   * nothing; and that never happens when nothing goes wrong and everybody had room for it: what is
   * asked again may find its time to live over.
   */
  static void withdrawn(
      World world, String org, Refusal refusal, List<String> attempts, Since since) {
    world.watch.expect(
        refusal.code() == Refusal.Code.ATTEMPT_WITHDRAWN
            && (!world.wasCalm(since) || world.wasBusy(since, org))
            && attempts.stream()
                .anyMatch(
                    each ->
                        world.watch.wasWithdrawn(each)
                            || world.watch.org(EntityId.org(org)).isHeldOtherwise(each))
            && attempts.stream().noneMatch(world.watch.promises::has),
        "model",
        "%s are refused: %s",
        attempts,
        refusal);
    world.watch.saw(Rarity.ATTEMPT_WITHDRAWN);
  }

  // ---- allowed

  private void allowed(
      Decided.Allowed allowed, ReserveRequest request, EntityId wallet, Since since) {
    Plan plan = allowed.plan();
    String reservation = plan.reservation();
    world.watch.expect(
        plan.amount().equals(request.amount()),
        "model",
        "%s was asked for %s, and is told %s",
        reservation,
        request.amount(),
        plan.amount());
    world.watch.expect(
        plan.wallet().equals(wallet.name()) && plan.creditType().equals(request.creditType()),
        "model",
        "%s is asked of %s in %s, and is told %s",
        reservation,
        wallet,
        request.creditType(),
        plan);
    Set<String> told = new TreeSet<>();
    allowed.limits().forEach(limit -> told.add(limit.budget()));
    NaiveOrg org = world.watch.org(EntityId.org(wallet.org()));
    Instant at = Objects.requireNonNull(plan.countedAt());
    world.watch.expect(
        moments(since, EntityId.org(wallet.org()))
            .anyMatch(
                moment ->
                    world.watch.plans.catalogs(reservation, since).stream()
                        .anyMatch(
                            catalog ->
                                areAll(
                                    org.limitsOf(plan, at, moment, catalog),
                                    told,
                                    allowed.limits()))),
        "model",
        "%s is told the limits %s, and falls under %s",
        reservation,
        told,
        org.limitsOf(plan, at, world.watch.moment(), world.watch.plans.catalog()));
    if (request.lease() != null) {
      Instant latest = world.cluster.latestSince(since);
      Instant last = world.watch.shadows.lastAt(EntityId.org(wallet.org()));
      Instant soon = last.isAfter(latest) ? last : latest;
      world.watch.expect(
          moments(since, EntityId.org(wallet.org()))
              .anyMatch(
                  moment ->
                      catalogs(since, EntityId.org(wallet.org())).stream()
                          .anyMatch(
                              catalog ->
                                  !org.budgets.isTooWide(
                                      request.subject(),
                                      type(request),
                                      NaiveOrg.use(request),
                                      soon,
                                      moment,
                                      org.entitlements.limits(moment, catalog)))),
          "I9",
          "%s is leased for %s, which is too wide",
          reservation,
          request.subject());
      saw(request.subject().user() == null, Rarity.LEASED_FOR_ALL_USERS);
    }
    String team = request.subject().team();
    for (LimitState limit : allowed.limits()) {
      boolean byTeam = limit.scope().countedByTeam();
      if (byTeam && team == null) {
        world.watch.violated("model", "a team's limit without a team: %s", limit);
      } else {
        stoodAt(
            limit,
            plan,
            byTeam && team != null ? EntityId.team(wallet.org(), team) : EntityId.org(wallet.org()),
            since);
      }
    }
    Hold hold = allowed.hold();
    world.watch.expect(
        hold == null
            ? request.dryRun() || allowed.charged() != null
            : !request.dryRun()
                && allowed.charged() == null
                && hold.reservation().equals(reservation)
                && world.watch.wallet(wallet).isHeldAsTold(hold),
        "I12",
        "%s is told to be held as %s",
        reservation,
        hold);
    if (request.dryRun()) {
      wouldBeAllowed(allowed, request, wallet, since);
      return;
    }
    world.watch.expect(
        figures(since, wallet, type(request)).stream()
            .anyMatch(each -> each.isLike(allowed.balance())),
        "model",
        "%s is told a balance of %s, which there was never meanwhile",
        reservation,
        allowed.balance());
    if (request.commit()) {
      WalletReply.Ended charged = allowed.charged();
      world.watch.expect(
          charged != null
              && charged.amount().equals(request.amount())
              && world.watch.wallet(wallet).isEndedAsTold(reservation, charged),
          "model",
          "%s is to be charged %s, and is told %s",
          reservation,
          request.amount(),
          charged);
    } else {
      world.watch.saw(Rarity.ALLOWED);
    }
  }

  /**
   * What is told is all that applies. A team may hold it, for a decision before, in a budget that
   * was drafted then and has been removed since.
   */
  private static boolean areAll(Set<String> applying, Set<String> told, List<LimitState> limits) {
    return told.containsAll(applying)
        && limits.stream()
            .allMatch(
                each ->
                    applying.contains(each.budget())
                        || (each.since() != null && each.scope().countedByTeam()));
  }

  /** A limit stood at what is told of it, with this held in it. */
  private void stoodAt(LimitState told, Plan plan, EntityId by, Since since) {
    BigInteger asked = NaiveQuantities.of(plan.request()).in(told.measure());
    BigInteger used = NaiveWallet.micros(told.used().micros());
    BigInteger held = NaiveWallet.micros(told.held().micros());
    // What was only asked about is held nowhere; what is charged at once was held before that.
    NaiveLimits.Count count =
        plan.request().dryRun()
            ? new NaiveLimits.Count(used, held.subtract(asked))
            : plan.request().commit()
                ? new NaiveLimits.Count(
                    used.subtract(
                        told.measure().equals(Quantities.OPEN_RESERVATIONS)
                            ? BigInteger.ZERO
                            : asked),
                    held.add(asked))
                : new NaiveLimits.Count(used, held);
    wasSo(told, count, plan.request().subject(), by, since);
  }

  /** Only a question: at some time meanwhile nothing stood in the way. */
  private void wouldBeAllowed(
      Decided.Allowed allowed, ReserveRequest request, EntityId wallet, Since since) {
    Plan plan = allowed.plan();
    expectInTheWay(plan, Set.of(), wallet, since);
    BigInteger amount = NaiveWallet.micros(plan.amount().micros());
    world.watch.expect(
        figures(since, wallet, type(request)).stream()
            .anyMatch(
                each ->
                    each.with(amount).isLike(allowed.balance())
                        && each.available(use(request)).compareTo(amount) >= 0
                        && each.debt().signum() == 0),
        "model",
        "%s of %s would be allowed with %s, which there was never meanwhile",
        plan.amount(),
        wallet,
        allowed.balance());
    world.watch.saw(Rarity.WOULD_BE_ALLOWED);
  }

  // ---- denied

  private void denied(Decided.Denied denied, ReserveRequest request, EntityId wallet, Since since) {
    Plan plan = denied.plan();
    world.watch.expect(
        !denied.denials().isEmpty(), "model", "%s is denied for no reason", plan.reservation());
    Set<String> byOrg = new TreeSet<>();
    Set<String> ofTeam = new TreeSet<>();
    boolean byTeam = false;
    boolean byWallet = false;
    isInOrder(denied);
    for (Denial denial : denied.denials()) {
      LimitState limit = denial.limit();
      world.watch.expect(
          isToldAsAsked(denial, plan.request()),
          "model",
          "%s is denied for what was not asked, or not so: %s, of %s",
          plan.reservation(),
          denial,
          plan.request());
      if (denial.code() == DenialCode.INSUFFICIENT_CREDITS
          || denial.code() == DenialCode.WALLET_IN_DEBT) {
        byWallet = true;
        byWallet(denial, plan.request(), wallet, since);
      } else if (denial.code() == DenialCode.FROZEN && denial.scope() != null) {
        world.watch.saw(Rarity.FROZEN);
        saw(denial.scope().type() == Scope.Type.ORG, Rarity.FROZEN_WITH_ALL_OF_THE_ORG);
        byOrg.add("frozen " + denial.scope().words());
      } else if (denial.code() == DenialCode.NOT_ENTITLED) {
        byOrg.add(notEntitled(denial, request));
      } else if (limit != null && limit.scope().countedByTeam()) {
        byTeam = true;
        ofTeam.add(limit.budget());
        world.watch.expect(
            limit.mode() == Budget.Mode.HARD && over(limit, plan).signum() > 0,
            "model",
            "%s is denied by %s, and fits",
            plan.reservation(),
            limit);
        String team = request.subject().team();
        if (team == null) {
          world.watch.violated("model", "a team's limit without a team: %s", limit);
          continue;
        }
        EntityId counting = EntityId.team(wallet.org(), team);
        denied(limit, request.subject(), counting, since);
        if (!isKnown(limit, counting, since)) {
          hadNoRoom(limit, plan, counting, since);
        }
        sawLeast(limit, plan);
      } else if (limit != null) {
        EntityId org = EntityId.org(wallet.org());
        denied(limit, request.subject(), org, since);
        if (world.watch.limits(org).starts.isKnown(NaiveLimits.Key.of(limit))) {
          byOrg.add(NaiveOrg.words(limit));
        } else {
          hadNoRoom(limit, plan, org, since);
        }
        saw(limit.scope().type() == Scope.Type.DEPARTMENT, Rarity.DENIED_BY_DEPARTMENT);
        saw(limit.budget().startsWith("plan:budget:"), Rarity.DENIED_BY_A_LIMIT_OF_A_PLAN);
        saw(
            limit.budget().startsWith("plan:feature:"),
            Rarity.DENIED_BY_THE_LIMIT_OF_A_METERED_FEATURE);
        sawLeast(limit, plan);
      } else {
        world.watch.violated("model", "%s is denied by %s", plan.reservation(), denial);
      }
    }
    expectInTheWay(plan, byOrg, wallet, since);
    expectInTheWayAtTeam(plan, ofTeam, wallet, since);
    // An attempt that was given up may have had it barred there: then nothing is said of credits.
    if (!byWallet && !world.watch.wallet(wallet).fates.containsKey(plan.reservation())) {
      expectEnoughCredits(plan, request, wallet, since);
    }
    saw(!byOrg.isEmpty(), Rarity.DENIED_BY_ORG);
    saw(byTeam, Rarity.DENIED_BY_TEAM);
    saw(byWallet, Rarity.DENIED_BY_WALLET);
    saw(denied.denials().size() > 1, Rarity.DENIED_BY_SEVERAL);
    if (!request.dryRun()) {
      world.watch.expect(
          world.watch.wasDenied(plan.reservation()),
          "I4",
          "%s is denied, and that is not in the org's journal",
          plan.reservation());
    }
  }

  /**
   * What was asked for is told in the measure of what denies it; and of a limit the code says
   * whether it is worth to wait a little. A lease may be asked for again with another amount: then
   * what was decided first is told.
   */
  private static boolean isToldAsAsked(Denial denial, ReserveRequest request) {
    LimitState limit = denial.limit();
    Credits requested = denial.requested();
    NaiveQuantities quantities = NaiveQuantities.of(request);
    BigInteger asked = limit == null ? quantities.amount() : quantities.in(limit.measure());
    return requested != null
        && NaiveWallet.micros(requested).equals(asked)
        && (limit == null || denial.code() == code(limit));
  }

  private static DenialCode code(LimitState limit) {
    if (limit.measure().equals(Quantities.OPEN_RESERVATIONS)) {
      return DenialCode.CONCURRENCY_EXCEEDED;
    }
    return limit.window() == WindowKind.MINUTE
        ? DenialCode.RATE_LIMITED
        : DenialCode.BUDGET_EXCEEDED;
  }

  private boolean isKnown(LimitState limit, EntityId team, Since since) {
    long from = world.wasBehind(since, team) ? 0 : since.moment();
    return world.watch.limits(team).starts.isKnown(NaiveLimits.Key.of(limit), from);
  }

  /**
   * Where it is not known exactly what a limit stood at, as beside leases, it is known what it can
   * have stood at at the most: it denies only by as much, and what it has no room for.
   */
  private void hadNoRoom(LimitState told, Plan plan, EntityId by, Since since) {
    EntityId id = EntityId.org(by.org());
    NaiveOrg org = world.watch.org(id);
    NaiveBudgets.Drafted draft = org.budgets.drafted(told.budget(), told.since());
    long orgFrom = world.wasBehind(since, id) ? 0 : since.moment();
    long from = world.wasBehind(since, by) ? 0 : orgFrom;
    BigInteger most =
        draft == null
            ? BigInteger.ZERO
            : world
                .watch
                .limits(by)
                .starts
                .most(
                    draft.budget(),
                    NaiveLimits.Key.of(told),
                    org.facts(draft.budget()),
                    world.watch.limits(id).starts,
                    from);
    world.watch.expect(
        told.mode() == Budget.Mode.HARD
            && over(told, plan).signum() > 0
            && org.budgets.had(
                told,
                plan.request().subject(),
                orgFrom,
                world.watch.moment(),
                world.cluster.earliestSince(since),
                world.watch.latestSince(since))
            && NaiveWallet.micros(told.used().plus(told.held()).micros()).compareTo(most) <= 0,
        "model",
        "%s is denied by %s, which may have had room: it stood at %s at the most",
        plan.reservation(),
        told,
        most);
    world.watch.saw(Rarity.DENIED_BESIDE_LEASES);
  }

  /** The plan has ended, if that is said, or lacks the feature. */
  private String notEntitled(Denial denial, ReserveRequest request) {
    boolean ended = denial.detail().contains(" ended at ");
    world.watch.saw(
        ended ? Rarity.DENIED_AS_THE_PLAN_HAD_ENDED : Rarity.DENIED_AS_THE_PLAN_LACKS_THE_FEATURE);
    return ended
        ? NaiveEntitlements.ENDED
        : NaiveEntitlements.lacks(String.valueOf(request.feature()));
  }

  /** It would have fitted with a millionth less; or without what changes the limit for a time. */
  private void sawLeast(LimitState limit, Plan plan) {
    saw(over(limit, plan).equals(NaiveWallet.micros(LEAST)), Rarity.LIMIT_MISSED_BY_THE_LEAST);
    Credits all = limit.used().plus(limit.held()).plus(plan.quantities().in(limit.measure()));
    NaiveOrg org = world.watch.org(EntityId.org(plan.request().subject().org()));
    saw(org.budgets.isOtherwiseBy(limit, all, world.watch.moment()), Rarity.DENIED_BY_AN_OVERRIDE);
  }

  /** By how much a limit would be passed, as it is told. */
  private static BigInteger over(LimitState limit, Plan plan) {
    return NaiveWallet.micros(limit.used())
        .add(NaiveWallet.micros(limit.held()))
        .add(NaiveQuantities.of(plan.request()).in(limit.measure()))
        .subtract(NaiveWallet.micros(limit.limit()));
  }

  private void saw(boolean really, Rarity rarity) {
    if (really) {
      world.watch.saw(rarity);
    }
  }

  /** What is told to stand in the way at the org is all that did, at some time meanwhile. */
  private void expectInTheWay(Plan plan, Set<String> told, EntityId wallet, Since since) {
    EntityId id = EntityId.org(wallet.org());
    NaiveOrg org = world.watch.org(id);
    Instant at = Objects.requireNonNull(plan.countedAt());
    Instant from = earliest(since, id);
    Instant until = world.watch.latestSince(since);
    world.watch.expect(
        !at.isBefore(from) && !at.isAfter(until),
        "model",
        "%s is decided by what counts at %s, and was asked between %s and %s",
        plan.reservation(),
        at,
        from,
        until);
    world.watch.expect(
        world.watch.plans.catalogs(plan.reservation(), since).stream()
            .anyMatch(
                catalog ->
                    atSomeMoment(
                        since, id, moment -> org.inTheWay(plan, at, moment, catalog).equals(told))),
        "model",
        "%s is told that %s stand in the way, at %s; now it is %s",
        plan.reservation(),
        told,
        at,
        org.inTheWay(
            plan,
            at,
            world.watch.moment(),
            world.watch.plans.catalogs(plan.reservation(), since).getFirst()));
  }

  /** The earliest time at which an entity may have decided what was asked then. */
  private Instant earliest(Since since, EntityId id) {
    Instant clock = world.cluster.earliestSince(since);
    Instant last =
        world.wasBehind(since, id)
            ? world.beginning
            : world.watch.shadows.lastAt(id, since.moment());
    return last.isAfter(clock) ? last : clock;
  }

  /** The nearest to the user comes first, and the wallet last. */
  private void isInOrder(Decided.Denied denied) {
    List<Integer> distances = denied.denials().stream().map(AnswerChecks::distance).toList();
    world.watch.expect(
        distances.equals(distances.stream().sorted().toList()),
        "model",
        "%s is denied, and not by the nearest first: %s",
        denied.plan().reservation(),
        denied.denials());
  }

  private static int distance(Denial denial) {
    LimitState limit = denial.limit();
    Scope scope = limit == null ? denial.scope() : limit.scope();
    if (scope == null) {
      boolean ofPlan = denial.code() == DenialCode.NOT_ENTITLED;
      return ofPlan ? 5 : 6;
    }
    return switch (scope.type()) {
      case USER, EACH_USER, EACH_MEMBER -> 0;
      case TEAM -> 1;
      case DEPARTMENT -> 2;
      case AGENT, PRODUCT, COST_CENTER -> 3;
      case ORG -> 4;
    };
  }

  /**
   * What is told to stand in the way at the team is all that did, at some time meanwhile: of the
   * limits that were the same all the while.
   */
  private void expectInTheWayAtTeam(Plan plan, Set<String> told, EntityId wallet, Since since) {
    Subject subject = plan.request().subject();
    if (subject.team() == null) {
      return;
    }
    EntityId id = EntityId.org(wallet.org());
    EntityId team = EntityId.team(wallet.org(), subject.team());
    // An attempt that was given up may have had it barred there: then no limit is named.
    if (told.isEmpty() && world.watch.wasBarredBy(team, plan.reservation())) {
      world.watch.saw(Rarity.DENIED_AS_ITS_TEAM_HAD_BARRED_IT);
      return;
    }
    NaiveLimits counted = world.watch.limits(team);
    Instant lastAt = world.watch.shadows.lastAt(team);
    Instant latest = world.cluster.latestSince(since);
    long now = world.watch.moment();
    List<NaiveBudgets.Applied> steady =
        world
            .watch
            .org(id)
            .budgets
            .steady(
                subject,
                plan.creditType(),
                NaiveOrg.use(plan.request()),
                world.cluster.earliestSince(since),
                latest.isAfter(lastAt) ? latest : lastAt,
                world.wasBehind(since, id) ? 0 : since.moment(),
                now)
            .stream()
            .filter(limit -> limit.byTeam() && limit.isHard())
            .toList();
    world.watch.expect(
        atSomeMoment(
            since,
            team,
            moment ->
                steady.stream()
                    .allMatch(
                        limit ->
                            told.contains(limit.budget())
                                == counted.isInTheWay(
                                    limit, NaiveQuantities.of(plan.request()), moment))),
        "model",
        "%s is told that %s stand in the way at %s, and at no time it was those of %s",
        plan.reservation(),
        told,
        team,
        steady);
    saw(told.size() > 1, Rarity.DENIED_BY_SEVERAL_OF_A_TEAM);
  }

  /** Nothing is told of the wallet: at some time meanwhile it had enough, and no debt. */
  private void expectEnoughCredits(
      Plan plan, ReserveRequest request, EntityId wallet, Since since) {
    BigInteger amount = NaiveWallet.micros(plan.amount().micros());
    world.watch.expect(
        figures(since, wallet, type(request)).stream()
            .anyMatch(
                each ->
                    each.debt().signum() == 0
                        && each.available(use(request)).compareTo(amount) >= 0),
        "model",
        "%s of %s is denied, and nothing is said of the wallet, which never had as much meanwhile",
        plan.amount(),
        wallet);
  }

  /** What is told of a limit in a denial was so at some time meanwhile. */
  private void denied(LimitState told, Subject subject, EntityId by, Since since) {
    wasSo(
        told,
        new NaiveLimits.Count(
            NaiveWallet.micros(told.used().micros()), NaiveWallet.micros(told.held().micros())),
        subject,
        by,
        since);
  }

  /** A limit was as it is told at some time meanwhile, and stood at that. */
  private void wasSo(
      LimitState told, NaiveLimits.Count count, Subject subject, EntityId by, Since since) {
    EntityId org = EntityId.org(by.org());
    NaiveLimits counted = world.watch.limits(by);
    NaiveLimits.Key key = NaiveLimits.Key.of(told);
    long now = world.watch.moment();
    long from = world.wasBehind(since, by) ? 0 : since.moment();
    long orgFrom = world.wasBehind(since, org) ? 0 : since.moment();
    world.watch.expect(
        (!counted.starts.isKnown(key, from) || counted.between(key, from, now).contains(count))
            && world
                .watch
                .org(org)
                .had(
                    told,
                    subject,
                    orgFrom,
                    now,
                    world.cluster.earliestSince(since),
                    world.watch.latestSince(since),
                    catalogs(since, org)),
        "model",
        "%s tells %s, which was never so meanwhile",
        by,
        told);
  }

  /** What could be drawn was at some time as it is told, and too little. */
  private void byWallet(Denial denial, ReserveRequest request, EntityId wallet, Since since) {
    Credits available = denial.available();
    Credits asked = request.amount();
    if (available == null || asked == null) {
      world.watch.violated("model", "a denial by %s without figures", wallet);
      return;
    }
    boolean inDebt = denial.code() == DenialCode.WALLET_IN_DEBT;
    BigInteger told = NaiveWallet.micros(available.micros());
    world.watch.expect(
        figures(since, wallet, type(request)).stream()
            .anyMatch(
                each ->
                    each.available(use(request)).equals(told)
                        && (each.debt().signum() > 0) == inDebt),
        "model",
        "%s is told of %s available, in debt: %s, which there never was",
        wallet,
        available,
        inDebt);
    world.watch.expect(
        inDebt || available.compareTo(asked) < 0,
        "model",
        "%s of %s is denied, with %s available",
        asked,
        wallet,
        available);
    saw(!inDebt && asked.minus(available).equals(LEAST), Rarity.CREDITS_MISSED_BY_THE_LEAST);
  }

  // ---- when it may have been so

  /**
   * Whether something was so when an entity may have decided: since it was asked, or before, where
   * it was behind its journal.
   */
  private boolean atSomeMoment(Since since, EntityId id, LongPredicate so) {
    if (LongStream.rangeClosed(since.moment(), world.watch.moment()).anyMatch(so)) {
      return true;
    }
    boolean before = world.wasBehind(since, id) && LongStream.range(0, since.moment()).anyMatch(so);
    saw(before, Rarity.DENIED_BY_WHAT_WAS_SO_BEFORE);
    return before;
  }

  /** The moments in which an entity may have decided. */
  private LongStream moments(Since since, EntityId id) {
    return LongStream.rangeClosed(
        world.wasBehind(since, id) ? 0 : since.moment(), world.watch.moment());
  }

  /** The figures that a wallet may have gone by. */
  private List<Figures> figures(Since since, EntityId wallet, String creditType) {
    return world
        .watch
        .wallet(wallet)
        .since(creditType, world.wasBehind(since, wallet) ? 0 : since.moment());
  }

  private static String type(ReserveRequest request) {
    return Objects.requireNonNull(request.creditType());
  }

  private static Use use(ReserveRequest request) {
    return new Use(request.feature(), request.model());
  }
}
