package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Overrides;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.wallet.WalletOwner;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An org: its settings, hierarchy, people, budgets and wallets, what counts against the limits that
 * it keeps itself, and the reservations that are open. Mutable, owned by one thread, changed by
 * events alone.
 */
public final class Org {

  /** Of so many that expired last it is known what they were: late usage may come of them. */
  private static final int EXPIRED_MAX = 1_000;

  private final String id;
  private final OperationMemory memory;
  private final Tallies tallies;
  private final Budgets budgets = new Budgets();
  private final Overrides overrides = new Overrides();
  private final Map<String, Draft> drafted = new HashMap<>();
  private @Nullable OrgSettings settings;
  private Instant lastAt = Instant.EPOCH;
  private final TreeMap<String, Unit> units = new TreeMap<>();
  private final TreeMap<String, User> users = new TreeMap<>();
  private final TreeMap<String, WalletOwner> wallets = new TreeMap<>();
  private final Map<String, String> walletsOfTeams = new HashMap<>();
  private final LinkedHashMap<String, Plan> open = new LinkedHashMap<>();
  private final LinkedHashMap<String, Plan> expired = new LinkedHashMap<>();

  private final PlanGrants planGrants = new PlanGrants();

  /** The events whose reports are on their way. */
  private final Set<Operation> openReports = new HashSet<>();

  /** Of open reservations, how often they were taken over; those that never were are not in it. */
  private final Map<String, Integer> takenOver = new HashMap<>();

  /**
   * An org that does not exist yet.
   *
   * @param id its name
   * @param lateness how long what has ended may still be told of
   * @param memory the entity's memory of operations; what became of a reservation is found there
   */
  public Org(String id, Lateness lateness, OperationMemory memory) {
    this.id = id;
    this.memory = memory;
    this.tallies = new Tallies(lateness);
  }

  public String id() {
    return id;
  }

  /** The settings; null while there is no such org. */
  public @Nullable OrgSettings settings() {
    return settings;
  }

  /** When it last changed. */
  public Instant lastAt() {
    return lastAt;
  }

  public Tallies tallies() {
    return tallies;
  }

  public Budgets budgets() {
    return budgets;
  }

  public Overrides overrides() {
    return overrides;
  }

  /** The draft of a budget that is about to be set, or null. */
  @Nullable Draft draft(String budget) {
    return drafted.get(budget);
  }

  /** The units by name. */
  public TreeMap<String, Unit> units() {
    return units;
  }

  /** The users by name. */
  public TreeMap<String, User> users() {
    return users;
  }

  /** The wallets by name, with their owners. */
  public TreeMap<String, WalletOwner> wallets() {
    return wallets;
  }

  /** The open reservations, the oldest first. */
  public Map<String, Plan> open() {
    return open;
  }

  /** Those that expired so lately that late usage may yet come, the oldest first. */
  Collection<Plan> expired() {
    return expired.values();
  }

  /** What its plan and add-ons have given. */
  PlanGrants planGrants() {
    return planGrants;
  }

  /** The wallet that a team owns, or null. */
  @Nullable String walletOfTeam(@Nullable String team) {
    return team == null ? null : walletsOfTeams.get(team);
  }

  /** The wallet that a request draws on: the one that it names, its team's, or the org's main. */
  String payer(ReserveRequest request) {
    if (request.wallet() != null) {
      return request.wallet();
    }
    String ofTeam = walletOfTeam(request.subject().team());
    return ofTeam != null ? ofTeam : ReserveRequest.MAIN_WALLET;
  }

  /** Where the last that was decided of a reservation stands in the journal, or null. */
  @Nullable Place placeOf(String reservation) {
    return memory.place(decided(reservation).key());
  }

  /** Where the outcome of an operation stands in the journal, or null. */
  @Nullable Place placeOf(Operation operation) {
    return memory.place(operation.key());
  }

  /** How often an open reservation was taken over. */
  int timesTakenOver(String reservation) {
    return takenOver.getOrDefault(reservation, 0);
  }

  /**
   * Whether a reservation of this name may not begin: it was barred or denied, or is of a report
   * that came to nothing. Other attempts to report the same may.
   */
  boolean isOver(String reservation) {
    return placeOf(reservation) != null || memory.place(over(reservation).key()) != null;
  }

  private static Operation over(String reservation) {
    return new Operation("over:" + reservation, 0);
  }

  private static Operation decided(String reservation) {
    return new Operation("reservation:" + reservation, 0);
  }

  /** The scopes that a subject falls under, the nearest to the user first. */
  List<Scope> path(Subject subject) {
    List<Scope> path = new ArrayList<>(8);
    String user = subject.user();
    String team = subject.team();
    if (user != null) {
      if (team != null) {
        path.add(new Scope(Scope.Type.USER, user, team));
      }
      path.add(new Scope(Scope.Type.USER, user, null));
      path.add(new Scope(Scope.Type.EACH_USER, null, null));
      if (team != null) {
        path.add(new Scope(Scope.Type.EACH_MEMBER, null, team));
      }
    }
    if (team != null) {
      path.add(new Scope(Scope.Type.TEAM, team, null));
      Unit unit = units.get(team);
      addDepartments(path, unit == null ? null : unit.parent());
    }
    addUnit(path, Scope.Type.AGENT, subject.agent());
    addUnit(path, Scope.Type.PRODUCT, subject.product());
    addUnit(path, Scope.Type.COST_CENTER, subject.costCenter());
    path.add(new Scope(Scope.Type.ORG, null, null));
    return path;
  }

  /** A scope and those that all of its requests fall under besides, the nearest first. */
  List<Scope> path(Scope scope) {
    String unit = scope.id();
    List<Scope> path =
        switch (scope.type()) {
          case USER -> path(new Subject(id, scope.team(), unit, null, null, null));
          case EACH_USER, EACH_MEMBER, ORG ->
              path(new Subject(id, scope.team(), null, null, null, null));
          case TEAM -> path(new Subject(id, unit, null, null, null, null));
          case DEPARTMENT -> {
            List<Scope> departments = new ArrayList<>(4);
            addDepartments(departments, unit);
            departments.addAll(path(Subject.ofOrg(id)));
            yield departments;
          }
          case PRODUCT -> path(new Subject(id, null, null, unit, null, null));
          case COST_CENTER -> path(new Subject(id, null, null, null, unit, null));
          case AGENT -> path(new Subject(id, null, null, null, null, unit));
        };
    if (!path.contains(scope)) {
      path.addFirst(scope);
    }
    return path;
  }

  private void addDepartments(List<Scope> path, @Nullable String nearest) {
    for (String above = nearest; above != null; ) {
      path.add(new Scope(Scope.Type.DEPARTMENT, above, null));
      Unit department = units.get(above);
      above = department == null ? null : department.parent();
    }
  }

  private static void addUnit(List<Scope> path, Scope.Type type, @Nullable String unit) {
    if (unit != null) {
      path.add(new Scope(type, unit, null));
    }
  }

  // ---- changes, by events alone

  void apply(OrgEvent event, Place place) {
    lastAt = event.at();
    switch (event) {
      case OrgEvent.OrgPut put -> {
        planGrants.subscribe(settings, put.settings(), put.at());
        settings = put.settings();
      }
      case OrgEvent.UnitPut put -> units.put(put.unit().id(), put.unit());
      case OrgEvent.UnitRemoved removed -> units.remove(removed.unit());
      case OrgEvent.UserPut put -> users.put(put.user().id(), put.user());
      case OrgEvent.BudgetDrafted draft -> draft(draft, place);
      case OrgEvent.BudgetPut put -> {
        budgets.put(put.budget());
        tallies.countBefore(put.budget().id(), put.budget().since(), put.counts());
        drafted.remove(put.budget().id());
      }
      case OrgEvent.BudgetRemoved removed -> {
        budgets.remove(removed.budget());
        tallies.forget(removed.budget());
        drafted.remove(removed.budget());
      }
      case OrgEvent.OverridePut put -> {
        overrides.dropEnded(put.at());
        overrides.put(put.override());
      }
      case OrgEvent.OverrideRemoved removed -> overrides.remove(removed.override());
      case OrgEvent.Frozen frozen -> {
        overrides.dropEnded(frozen.at());
        overrides.freeze(frozen.freeze());
      }
      case OrgEvent.Unfrozen unfrozen -> overrides.unfreeze(unfrozen.scope());
      case OrgEvent.WalletPut put -> putWallet(put.wallet(), put.owner());
      case OrgEvent.PlanGrantsSettled settled -> planGrants.settle(settled);
      case OrgEvent.PlanGrantTold told -> planGrants.told(told);
      case OrgEvent.ReservationBegun begun -> begin(begun.plan());
      case OrgEvent.ReservationTakenOver it -> takenOver.put(it.reservation(), it.times());
      case OrgEvent.ReservationBarred it ->
          memory.remember(
              decided(it.reservation()), place, ChronoUnit.MICROS.between(Instant.EPOCH, it.at()));
      case OrgEvent.ReservationDenied denied -> deny(denied, place);
      case OrgEvent.ReservationSettled settled -> {
        settle(settled.closure(), place, settled.at());
        tallies.told(settled.alerts());
      }
    }
  }

  private void draft(OrgEvent.BudgetDrafted event, Place place) {
    Budget budget = event.budget().since(place.sequence());
    budgets.draft(budget);
    // An earlier attempt may be in the same row.
    tallies.forgetSince(budget.id(), place.sequence());
    drafted.put(budget.id(), new Draft(place, event.attempt()));
    if (!budget.scope().countedByTeam()) {
      tallies.countOpen(budget, event.open());
    }
  }

  private void putWallet(String wallet, WalletOwner owner) {
    wallets.put(wallet, owner);
    if (owner.team() != null) {
      walletsOfTeams.put(owner.team(), wallet);
    }
  }

  private void open(Plan plan) {
    open.put(plan.reservation(), plan);
    Reported reported = plan.request().reported();
    if (reported != null) {
      openReports.add(Operation.ofReport(reported));
    }
  }

  private @Nullable Plan ended(String reservation) {
    Plan plan = open.remove(reservation);
    takenOver.remove(reservation);
    Reported reported = plan == null ? null : plan.request().reported();
    if (reported != null) {
      openReports.remove(Operation.ofReport(reported));
    }
    return plan;
  }

  /** Whether this event was reported, and its charge is still on its way. */
  boolean isBeingReported(Reported event) {
    return openReports.contains(Operation.ofReport(event));
  }

  /** Whether what happened after this row of the journal may not be remembered any more. */
  boolean mayHaveForgottenSince(long sequence) {
    return memory.mayHaveForgottenSince(sequence);
  }

  private void begin(Plan plan) {
    open(plan);
    tallies.hold(plan.reservation(), plan.quantities(), plan.limits());
  }

  private void deny(OrgEvent.ReservationDenied event, Place place) {
    String reservation = event.plan().reservation();
    ended(reservation);
    tallies.close(Closure.givenBack(reservation), event.at());
    long atMicros = ChronoUnit.MICROS.between(Instant.EPOCH, event.at());
    memory.remember(decided(reservation), place, atMicros);
    if (event.operation() != null) {
      memory.remember(event.operation(), place, atMicros);
    }
    rejected(event.plan(), place, atMicros);
  }

  /** What was reported and came to nothing is not on record: it may be reported again. */
  private void rejected(Plan plan, Place place, long atMicros) {
    Reported reported = plan.request().reported();
    if (reported != null) {
      memory.remember(Operation.ofRejected(reported), place, atMicros);
    }
  }

  private void settle(Closure closure, Place place, Instant at) {
    if (closure.kind() == Closure.Kind.SHRUNK) {
      tallies.close(closure, at);
      return;
    }
    Plan added = closure.kind() == Closure.Kind.ADDED ? open.get(closure.reservation()) : null;
    Plan lease = closure.lease() == null ? null : open.get(closure.lease());
    if (added != null && lease != null) {
      open.put(
          lease.reservation(),
          lease.until(later(lease.leaseUntil(), added.leaseUntil()), added.catalogVersion()));
    }
    Plan plan = ended(closure.reservation());
    Reported reported = plan == null ? null : plan.request().reported();
    if (reported != null) {
      long atMicros = ChronoUnit.MICROS.between(Instant.EPOCH, at);
      if (!closure.kind().hasRun()) {
        memory.remember(over(closure.reservation()), place, atMicros);
      }
      // However long it was open: from here on it is remembered, until it can be looked up.
      memory.remember(
          closure.kind().hasRun() ? Operation.ofReport(reported) : Operation.ofRejected(reported),
          place,
          atMicros);
    }
    tallies.close(closure, at);
    expired(closure, plan);
  }

  /** Of two additions the wallet may have made the other last. */
  private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
    return one == null || (other != null && other.isAfter(one)) ? other : one;
  }

  /** Leases are not committed late: what was used of them is reported. */
  private void expired(Closure closure, @Nullable Plan plan) {
    if (closure.kind() == Closure.Kind.LATE) {
      expired.remove(closure.reservation());
    } else if (closure.kind() == Closure.Kind.EXPIRED
        && plan != null
        && !plan.request().isLease()) {
      expired.put(closure.reservation(), plan);
    }
    while (!expired.isEmpty()
        && (expired.size() > EXPIRED_MAX || !tallies.hasLapsed(expired.firstEntry().getKey()))) {
      expired.pollFirstEntry();
    }
  }

  // ---- snapshots

  /** All of it as plain data. */
  public Snapshot snapshot() {
    return new Snapshot(
        settings,
        lastAt,
        List.copyOf(units.values()),
        List.copyOf(users.values()),
        List.copyOf(budgets.all()),
        new TreeMap<>(wallets),
        List.copyOf(open.values()),
        tallies.snapshot(),
        List.copyOf(budgets.drafts()),
        Map.copyOf(drafted),
        List.copyOf(overrides.all()),
        List.copyOf(overrides.freezes()),
        new TreeMap<>(takenOver),
        planGrants.snapshot(),
        List.copyOf(expired.values()));
  }

  /** Takes in a snapshot; the org must be new. */
  public void restore(Snapshot from) {
    settings = from.settings();
    lastAt = from.lastAt();
    from.units().forEach(unit -> units.put(unit.id(), unit));
    from.users().forEach(user -> users.put(user.id(), user));
    from.budgets().forEach(budgets::put);
    from.wallets().forEach(this::putWallet);
    from.open().forEach(this::open);
    tallies.restore(from.tallies());
    from.drafts().forEach(budgets::draft);
    drafted.putAll(from.drafted());
    from.overrides().forEach(overrides::put);
    from.freezes().forEach(overrides::freeze);
    takenOver.putAll(from.takenOver());
    planGrants.restore(from.planGrants());
    from.expired().forEach(plan -> expired.put(plan.reservation(), plan));
  }

  /** An org as plain, immutable data. */
  public record Snapshot(
      @Nullable OrgSettings settings,
      Instant lastAt,
      List<Unit> units,
      List<User> users,
      List<Budget> budgets,
      Map<String, WalletOwner> wallets,
      List<Plan> open,
      Tallies.Snapshot tallies,
      List<Budget> drafts,
      Map<String, Draft> drafted,
      List<LimitOverride> overrides,
      List<Freeze> freezes,
      Map<String, Integer> takenOver,
      PlanGrants.@Nullable Snapshot planGrants,
      List<Plan> expired) {}
}
