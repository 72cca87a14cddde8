package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.entities.EntityModel;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one run has come to: the naive models of all that is in the journal, what did not hold, and
 * how often the rare things happened.
 */
final class Watch {

  private static final int VIOLATIONS_MAX = 20;

  private final World world;
  private final EnumMap<Rarity, Integer> seen = new EnumMap<>(Rarity.class);
  private final List<Violation> violations = new ArrayList<>();
  final Shadows shadows;
  final NaiveMemories memories;
  final NaivePlans plans = new NaivePlans(this);
  final TreeMap<String, NaiveWallet> wallets = new TreeMap<>();
  final TreeMap<String, NaiveLimits> limits = new TreeMap<>();
  private final Map<EntityId, NaiveOrg> orgs = new HashMap<>();
  private final EnumMap<Fault, Integer> injected = new EnumMap<>(Fault.class);
  final Branches branches = new Branches(this);
  final Promises promises = new Promises(this);
  private final Map<String, Plan> begun = new HashMap<>();
  private final Set<String> withdrawn = new HashSet<>();
  private final Set<String> barred = new HashSet<>();
  private final Set<String> forgottenByTeams = new HashSet<>();
  private final Map<String, Attempt> attempts = new HashMap<>();
  private final Set<String> denied = new HashSet<>();
  final NaiveReports reports = new NaiveReports(this);
  private String check = "";
  private long moment;

  /** What a client asks for, and since when. */
  private record Attempt(Since since, OrgCommand.Reserve ask) {}

  Watch(World world) {
    this.world = world;
    this.shadows = new Shadows(world, this);
    this.memories = new NaiveMemories(world);
  }

  void saw(Rarity rarity) {
    seen.merge(rarity, 1, Integer::sum);
  }

  void injected(Fault fault) {
    injected.merge(fault, 1, Integer::sum);
  }

  /** How often each fault has befallen something. */
  Map<Fault, Integer> injected() {
    return injected;
  }

  Map<Rarity, Integer> seen() {
    return seen;
  }

  /**
   * Something does not hold.
   *
   * @param format what, the same for all that one check finds
   */
  void violated(String invariant, String format, @Nullable Object... values) {
    found(format, invariant, formatted(format, values));
  }

  void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    if (!holds) {
      violated(invariant, format, values);
    }
  }

  /** The same of a wallet, an org or a team. */
  void expectOf(
      String name, boolean holds, String invariant, String format, @Nullable Object... values) {
    if (!holds) {
      found(format, invariant, name + ": " + formatted(format, values));
    }
  }

  /** With every amount in credits; what is for no one of several is for all of them. */
  private static String formatted(String format, @Nullable Object... values) {
    return format.formatted(
        Arrays.stream(values)
            .map(each -> each == null ? null : "".equals(each) ? "all" : PlainWords.amount(each))
            .toArray());
  }

  private void found(String by, String invariant, String detail) {
    if (check.isEmpty()) {
      check = invariant + ": " + by;
    }
    Violation violation = new Violation(invariant, HistoryLine.readable(detail));
    // What does not hold at one moment does not hold at the next, either.
    if (violations.size() < VIOLATIONS_MAX && !violations.contains(violation)) {
      violations.add(violation);
    }
  }

  /** The check that first found something; empty if none has. */
  String check() {
    return check;
  }

  List<Violation> violations() {
    return violations;
  }

  /** Whether clocks may show a time that lies hours ahead, and then go back. */
  boolean haveClocksJumped() {
    return world.scenario.has(Fault.CLOCK_JUMPS);
  }

  /** Whether clocks may be further apart than messages take. */
  boolean areClocksWrong() {
    return haveClocksJumped() || world.scenario.has(Fault.CLOCK_DRIFTS);
  }

  /** Whether an entity may have gone by this time since then, or by a later one. */
  boolean mayHaveCome(Instant at, EntityId id, Since since) {
    return world.cluster.mayHaveCome(at, id, since);
  }

  /** The earliest that some node's clock has shown since then. */
  Instant earliestSince(Since since) {
    return world.cluster.earliestSince(since);
  }

  /** The latest that some node's clock has shown since then, or that an entity has gone by. */
  Instant latestSince(Since since) {
    Instant clock = world.cluster.latestSince(since);
    Instant event = shadows.latestAt();
    return clock.isAfter(event) ? clock : event;
  }

  // ---- what is forgotten

  /**
   * Whether it is refused on account of its key's time, which is looked at here: it may have been
   * forgotten, or lies ahead of a clock that has jumped back.
   *
   * @param since when it was asked first
   */
  boolean isForgotten(Refusal refusal, EntityId id, Operation operation, Since since) {
    if (refusal.code() == Refusal.Code.INVALID && "Idempotency-Key".equals(refusal.field())) {
      Instant madeAt = operation.keyMadeAt();
      expect(
          madeAt != null
              && madeAt.isAfter(world.cluster.earliestSince(since).plus(memories.aheadMin(id))),
          "model",
          "%s: the key of %s is said to be ahead, and no clock has been so far behind",
          id,
          operation.key().replace('\n', ' '));
      saw(Rarity.KEY_AHEAD);
      return true;
    }
    boolean said = refusal.code() == Refusal.Code.IDEMPOTENCY_KEY_EXPIRED;
    if (said) {
      expect(
          memories.mayHaveForgotten(id, operation),
          "model",
          "%s: of the key of %s is said that it may be forgotten, and nothing so new is",
          id,
          operation.key().replace('\n', ' '));
      saw(effect(id, operation) == null ? Rarity.NEW_KEY_TOO_OLD : Rarity.KEY_FORGOTTEN);
    }
    return said;
  }

  // ---- what is in the journal

  boolean hasBegun(String reservation) {
    return begun.containsKey(reservation);
  }

  /** What an org has begun; null if it has not. */
  @Nullable Plan begun(String reservation) {
    return begun.get(reservation);
  }

  /** An org begins a reservation. */
  void begins(Plan plan) {
    if (begun.put(plan.reservation(), plan) != null) {
      violated("I4", "%s begins twice", plan.reservation());
    }
  }

  /**
   * An org puts on record that a reservation is denied. One that has forgotten that it did may do
   * so again: that changes nothing.
   */
  void denies(EntityId org, String reservation) {
    if (hasBegun(reservation)) {
      saw(Rarity.DENIED_AFTER_IT_HAD_BEGUN);
    }
    if (!denied.add(reservation)) {
      expect(
          !memories.remembersDecision(org, reservation), "I4", "%s is denied twice", reservation);
    }
    withdraws(reservation);
  }

  /** Somebody puts on record that this is not, or will never be, held. */
  void withdraws(String reservation) {
    withdrawn.add(reservation);
  }

  /** A client asks for a reservation, which will have this name if it comes to that. */
  void attempts(String reservation, OrgCommand.Reserve ask) {
    attempts.put(reservation, new Attempt(since(), ask));
  }

  /** Since when a reservation may have been decided. */
  Since attempted(String reservation) {
    Attempt attempt = attempts.get(reservation);
    return attempt == null ? new Since(0, 0) : attempt.since;
  }

  /** What was asked for under this name; null if nothing was. */
  @Nullable ReserveRequest asked(String reservation) {
    Attempt attempt = attempts.get(reservation);
    return attempt == null ? null : attempt.ask.request();
  }

  /** How much that is; what was begun without being asked for is found to be so by itself. */
  NaiveQuantities quantities(String reservation) {
    ReserveRequest asked = asked(reservation);
    Plan plan = begun(reservation);
    return asked != null
        ? NaiveQuantities.of(asked)
        : plan != null
            ? NaiveQuantities.of(plan.request())
            : new NaiveQuantities(BigInteger.ZERO, null);
  }

  /**
   * What an org has put on record, or tells, of a request is what the client has asked, for whom
   * and by whom: all else is worked out from that.
   */
  void isAsked(Plan plan) {
    Attempt attempt = attempts.get(plan.reservation());
    OrgCommand.Reserve ask = attempt == null ? null : attempt.ask;
    expect(
        ask != null
            && plan.request().equals(ask.request())
            && plan.actor().equals(ask.actor())
            && Objects.equals(plan.idempotencyKey(), ask.idempotencyKey())
            && Arrays.equals(plan.salt(), ask.salt()),
        "model",
        "%s is decided on as %s, and was asked for as %s",
        plan.reservation(),
        plan,
        ask);
  }

  /** Whether somebody has put on record that this is not, or will never be, held. */
  boolean wasWithdrawn(String reservation) {
    return withdrawn.contains(reservation);
  }

  /** A team makes sure that it holds nothing of this. */
  void bars(EntityId team, String reservation) {
    barred.add(team + " " + reservation);
    withdraws(reservation);
  }

  /** A team bars what it has held and forgotten. */
  void forgotByTeam(String reservation) {
    forgottenByTeams.add(reservation);
  }

  boolean isForgottenByTeam(String reservation) {
    return forgottenByTeams.contains(reservation);
  }

  boolean wasBarredBy(EntityId team, String reservation) {
    return barred.contains(team + " " + reservation);
  }

  boolean wasDenied(String reservation) {
    return denied.contains(reservation);
  }

  /** Whether an org has begun something that nobody has been told the outcome of. */
  boolean isAnythingUnderWay(String org) {
    return begun.keySet().stream()
        .anyMatch(
            each ->
                !promises.has(each) && !wasDenied(each) && limits(EntityId.org(org)).isOpen(each));
  }

  NaiveWallet wallet(EntityId id) {
    return wallets.computeIfAbsent(id.toString(), name -> new NaiveWallet(name, this));
  }

  NaiveLimits limits(EntityId id) {
    return limits.computeIfAbsent(id.toString(), name -> new NaiveLimits(name, this));
  }

  NaiveOrg org(EntityId id) {
    return orgs.computeIfAbsent(id, i -> new NaiveOrg(i, this, limits(i)));
  }

  Since since() {
    return world.since();
  }

  /** The first moment that an entity may have gone by which was asked then. */
  long from(Since since, EntityId id) {
    return world.from(since, id);
  }

  /** Whether something has gone wrong since then, or somebody had no room for what was asked. */
  boolean mayHaveWaited(Since since, String org) {
    return !world.wasCalm(since) || world.wasBusy(since, org);
  }

  /** How many events there have been. */
  long moment() {
    return moment;
  }

  /** In microseconds since the beginning, whatever clocks show. */
  long nowMicros() {
    return world.time.nowMicros();
  }

  /** There has been one more. */
  void oneMore() {
    moment++;
  }

  /** What came of an operation; null if nothing is in the journal. */
  @Nullable Object effect(EntityId id, Operation operation) {
    return shadows.effect(id, operation);
  }

  /** An entity has been made of its snapshot and its rows. */
  <C, E, R, S> void recovered(
      EntityId id, EntityModel<C, E, R, S> model, Entity<C, E, R> recovered) {
    shadows.recovered(id, model, recovered);
    NaiveWallet wallet = wallets.get(id.toString());
    NaiveLimits counted = limits.get(id.toString());
    if ((wallet != null && wallet.hasOpen()) || (counted != null && counted.hasOpen())) {
      saw(Rarity.RECOVERED_WITH_OPEN_HOLDS);
    }
  }
}
