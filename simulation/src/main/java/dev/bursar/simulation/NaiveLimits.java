package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.simulation.NaiveBudgets.Applied;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an org or a team counts against budgets, recounted from its events: every figure that it
 * tells, and that no hard limit is passed by what it lets through.
 */
final class NaiveLimits {

  /**
   * A counter.
   *
   * @param since where its budget was drafted; null if it was there from the beginning on
   */
  record Key(String budget, String member, Instant window, @Nullable Long since) {
    static Key of(LimitState told) {
      return new Key(told.budget(), told.member(), told.windowStart(), told.since());
    }
  }

  /** What a counter stands at, in millionths. */
  record Count(BigInteger used, BigInteger held) {
    static final Count NOTHING = new Count(BigInteger.ZERO, BigInteger.ZERO);

    @Override
    public String toString() {
      return "Count[used=%s, held=%s]".formatted(PlainWords.amount(used), PlainWords.amount(held));
    }

    private Count plus(BigInteger moreUsed, BigInteger moreHeld) {
      return new Count(used.add(moreUsed), held.add(moreHeld));
    }

    BigInteger all() {
      return used.add(held);
    }
  }

  /** Where something counts, and how much it holds there. */
  record Part(Key key, String measure, BigInteger amount) {
    @Override
    public String toString() {
      return "Part[key=%s, measure=%s, amount=%s]"
          .formatted(key, measure, PlainWords.amount(amount));
    }

    /** How much of it is used by what was charged so. */
    BigInteger used(BigInteger charged) {
      return switch (measure) {
        case Quantities.REQUESTS -> amount;
        case Quantities.OPEN_RESERVATIONS -> BigInteger.ZERO;
        default -> charged;
      };
    }
  }

  static final BigInteger ONE_REQUEST = micros(Credits.of(1));

  /** The budgets that are set in between. */
  final NaiveStarts starts;

  private final NaiveAllowances leases;

  private final String name;
  private final Watch watch;

  /** What each counter stood at from each moment on. */
  private final Map<Key, TreeMap<Long, Count>> counts = new HashMap<>();

  final Map<String, List<Part>> open = new HashMap<>();
  final Map<String, List<Part>> lapsed = new HashMap<>();
  final Map<String, List<Part>> ended = new HashMap<>();
  private final Set<String> everHeld = new HashSet<>();

  private final NaiveThresholds thresholds;

  NaiveLimits(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
    this.thresholds = new NaiveThresholds(name, watch);
    this.starts = new NaiveStarts(name, watch, this);
    this.leases = new NaiveAllowances(name, watch, this);
  }

  boolean hasOpen() {
    return !open.isEmpty();
  }

  boolean isOpen(String reservation) {
    return open.containsKey(reservation);
  }

  /**
   * Whether an open lease holds in a limit, or has nothing left that this counts. Of what was set
   * in between it may hold in another window than what was begun in it, and so it may where its
   * team holds it by another clock; there it may have ended, too, before its org hears of that.
   */
  boolean holdsIn(String lease, Applied limit) {
    List<Part> parts = open.get(lease);
    return parts == null
        ? limit.byTeam()
        : !leases.hasLeft(lease, limit.measure())
            || parts.stream().anyMatch(part -> isIn(part.key, limit));
  }

  /** Whether something counts, in the same windows, in a limit that differs in its unit alone. */
  boolean countsInAnotherUnit(Applied limit) {
    PlanLimit one = PlanLimit.of(limit.budget());
    return counts(
        other ->
            one.id.equals(other.id)
                && one.window.equals(other.window)
                && !one.measure.equals(other.measure));
  }

  /** Whether something counts in a limit that differs in its windows alone. */
  boolean countsInOtherWindows(Applied limit) {
    PlanLimit one = PlanLimit.of(limit.budget());
    return counts(
        other ->
            one.id.equals(other.id)
                && one.measure.equals(other.measure)
                && !one.window.equals(other.window));
  }

  private boolean counts(Predicate<PlanLimit> in) {
    return counts.keySet().stream()
        .anyMatch(
            key ->
                key.budget.startsWith(Budget.OF_PLAN)
                    && in.test(PlanLimit.of(key.budget))
                    && now(key).all().signum() > 0);
  }

  /** What the name of a limit that comes with a plan says. */
  private record PlanLimit(String id, String measure, String window) {
    static PlanLimit of(String name) {
      int window = name.lastIndexOf(':');
      int measure = name.lastIndexOf(':', window - 1);
      return new PlanLimit(
          name.substring(0, measure),
          name.substring(measure + 1, window),
          name.substring(window + 1));
    }
  }

  private static boolean isIn(Key key, Applied limit) {
    boolean inAnyWindow = limit.of().since() != null || limit.byTeam();
    return key.budget.equals(limit.budget())
        && key.member.equals(limit.member())
        && Objects.equals(key.since, limit.of().since())
        && (inAnyWindow || key.window.equals(limit.window()));
  }

  /** Whether it was held at any time, whatever has become of it. */
  boolean hasHeld(String reservation) {
    return everHeld.contains(reservation);
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  static BigInteger micros(Credits credits) {
    return BigInteger.valueOf(credits.micros());
  }

  /** What a counter stood at, at a moment. */
  Count at(Key key, long moment) {
    TreeMap<Long, Count> past = counts.get(key);
    Map.Entry<Long, Count> entry = past == null ? null : past.floorEntry(moment);
    return entry == null ? Count.NOTHING : entry.getValue();
  }

  /** All that a counter stood at between two moments. */
  List<Count> between(Key key, long from, long to) {
    List<Count> found = new ArrayList<>(List.of(at(key, from)));
    TreeMap<Long, Count> past = counts.get(key);
    if (past != null) {
      found.addAll(past.subMap(from, false, to, true).values());
    }
    return found;
  }

  /**
   * Which of the limits of work that ran some time ago it still counts in: a rate only while that
   * lasts; a window of a day or more that has ended, only if something has been used in it. Where
   * something was held in it and given back, that may be remembered or not.
   *
   * @param now when it is counted
   * @param moment the last before it is counted
   * @param told what it is said to count in
   */
  List<Applied> stillCounting(
      List<Applied> limits, Instant now, long moment, List<LimitState> told) {
    return limits.stream().filter(limit -> stillCounts(limit, now, moment, told)).toList();
  }

  private boolean stillCounts(Applied limit, Instant now, long moment, List<LimitState> told) {
    if (limit.of().since() != null) {
      // So much is counted since the draft at the least; what it had before may be forgotten.
      return !limit.hasEndedBy(now)
          || (!limit.isRate()
              && (told.stream().anyMatch(limit::isAt)
                  || (at(limit.key(), moment).all().signum() > 0 && !hasNewer(limit.key()))));
    }
    if (!limit.hasEndedBy(now)) {
      return !limit.isRate() || !now.isBefore(limit.window());
    }
    TreeMap<Long, Count> past = counts.get(limit.key());
    if (limit.isRate() || past == null || past.floorKey(moment) == null) {
      return false;
    }
    watch.saw(Rarity.REPORTED_FOR_AN_ENDED_WINDOW);
    return at(limit.key(), moment).all().signum() > 0 || told.stream().anyMatch(limit::isAt);
  }

  /** Whether a limit lacked room, at a moment, for what somebody asks for. */
  boolean isInTheWay(Applied limit, NaiveQuantities asked, long moment) {
    return at(limit.key(), moment).all().add(limit.asked(asked)).compareTo(limit.limit()) > 0;
  }

  /** The names of the budgets in which a reservation was held or counted. */
  Set<String> budgetsOf(String reservation) {
    List<Part> parts = open.getOrDefault(reservation, ended.getOrDefault(reservation, List.of()));
    Set<String> found = new TreeSet<>();
    parts.stream()
        .filter(part -> part.key.since == null)
        .forEach(part -> found.add(part.key.budget));
    return found;
  }

  private Count now(Key key) {
    return at(key, Long.MAX_VALUE);
  }

  void add(Key key, BigInteger used, BigInteger held) {
    counts
        .computeIfAbsent(key, k -> new TreeMap<>())
        .put(watch.moment(), now(key).plus(used, held));
  }

  /**
   * A reservation was let through.
   *
   * @param limits those that apply to it, as they were worked out
   * @param told the same, as they were told, with it in them
   */
  void hold(
      String reservation, NaiveQuantities asked, List<Applied> limits, List<LimitState> told) {
    List<Part> parts = new ArrayList<>();
    for (Applied limit : limits) {
      BigInteger amount = limit.asked(asked);
      add(limit.key(), BigInteger.ZERO, amount);
      Count count = now(limit.key());
      boolean isOver = starts.isKnown(limit.key()) && count.all().compareTo(limit.limit()) > 0;
      if (isOver && !limit.isHard()) {
        watch.saw(
            limit.of().mode() == Budget.Mode.SOFT
                ? Rarity.SOFT_LIMIT_PASSED
                : Rarity.SHADOW_LIMIT_PASSED);
      }
      expect(
          !isOver || !limit.isHard(),
          "I2",
          "%s is let through, with %s used and %s held of %s of %s",
          reservation,
          count.used(),
          count.held(),
          limit.limit(),
          limit.key());
      thresholds.letsThrough(limit);
      if (limit.isHard()
          && limit.measure().equals(OrgShape.TYPE)
          && count.all().equals(limit.limit())) {
        watch.saw(Rarity.LIMIT_MET_EXACTLY);
      }
      parts.add(new Part(limit.key(), limit.measure(), amount));
    }
    tells(reservation, limits, told);
    everHeld.add(reservation);
    leases.begin(reservation, asked);
    expect(open.put(reservation, parts) == null, "I12", "%s is held twice", reservation);
  }

  /**
   * Work that has run is counted, whatever the limits, in windows that may have ended.
   *
   * @param limits those that it was counted in
   * @param told the same, as they were told, with it in them
   */
  void count(
      String reservation, NaiveQuantities used, List<Applied> limits, List<LimitState> told) {
    List<Part> parts = new ArrayList<>();
    for (Applied limit : limits) {
      BigInteger amount = limit.asked(used);
      add(limit.key(), BigInteger.ZERO, amount);
      thresholds.letsThrough(limit);
      if (now(limit.key()).all().compareTo(limit.limit()) > 0) {
        watch.saw(Rarity.REPORTED_OVER_A_LIMIT);
      }
      parts.add(new Part(limit.key(), limit.measure(), amount));
    }
    tells(reservation, limits, told);
    everHeld.add(reservation);
    expect(open.put(reservation, parts) == null, "I12", "%s is counted twice", reservation);
  }

  /** Each limit that applies is told, with its figures, and no other. */
  private void tells(String reservation, List<Applied> limits, List<LimitState> told) {
    expect(
        limits.size() == told.size(),
        "model",
        "%s is held in %s, and falls under %s",
        reservation,
        told,
        limits);
    for (Applied limit : limits) {
      LimitState found =
          told.stream().filter(each -> each.budget().equals(limit.budget())).findAny().orElse(null);
      Count count = now(limit.key());
      expect(
          found != null
              && limit.isTold(found)
              && (!starts.isKnown(limit.key())
                  || count.equals(new Count(micros(found.used()), micros(found.held())))),
          "model",
          "%s tells %s, where %s applies and %s is counted",
          reservation,
          found,
          limit,
          count);
      if (found != null && !starts.isKnown(limit.key())) {
        tellsEnough(reservation, limit, found);
      }
    }
  }

  /**
   * Where it is not known exactly what a limit stands at, as beside leases, it is at the least.
   * Nothing is counted any more for a limit that was removed, or drafted anew, before it is told.
   */
  private void tellsEnough(String reservation, Applied limit, LimitState told) {
    NaiveOrg org = watch.org(EntityId.org(EntityId.parse(name).org()));
    NaiveBudgets.Drafted draft = org.budgets.drafted(limit.budget(), limit.of().since());
    if (draft == null
        || !org.budgets.isStill(draft.budget(), watch.moment())
        || !starts.isStarted(limit.budget(), limit.of().since())) {
      return;
    }
    BigInteger least = starts.least(draft, limit.key(), org.facts(draft.budget()));
    expect(
        micros(told.used().plus(told.held())).compareTo(least) >= 0,
        "model",
        "%s tells %s, where %s are used and held at the least",
        reservation,
        told,
        least);
    if (least.signum() > 0) {
      watch.saw(
          limit.measure().equals(OrgShape.TYPE)
              ? Rarity.TOLD_BESIDE_LEASES
              : Rarity.TOLD_OF_UNITS_BESIDE_LEASES);
    }
  }

  /** A reservation is taken back, or was never to be: nothing of it counts, and nobody is told. */
  void giveBack(String reservation) {
    List<Part> parts = open.remove(reservation);
    if (parts != null) {
      free(reservation, parts);
    }
  }

  /** It is held no more, and has ended. */
  void free(String reservation, List<Part> parts) {
    for (Part part : parts) {
      add(part.key, BigInteger.ZERO, part.amount.negate());
    }
    starts.ended(reservation, null);
    ended.put(reservation, parts);
  }

  /**
   * A reservation has ended.
   *
   * @param alerts the thresholds that are said to be reached by that
   */
  void settle(Closure closure, Instant at, List<ThresholdAlert> alerts) {
    String reservation = closure.reservation();
    if (closure.kind() == Closure.Kind.SHRUNK) {
      leases.handBack(reservation, micros(closure.charged()));
      return;
    }
    if (closure.kind() == Closure.Kind.ADDED) {
      leases.add(reservation, closure.lease());
      return;
    }
    Map<Key, BigInteger> before = Map.of();
    if (closure.lease() != null && !reservation.equals(closure.lease())) {
      before = takenBefore(closure, closure.lease());
      leases.draw(closure.lease(), micros(closure.fromLease()));
    }
    boolean late = closure.kind() == Closure.Kind.LATE && !open.containsKey(reservation);
    List<Part> parts = late ? lapsed.remove(reservation) : open.remove(reservation);
    if (parts == null
        && closure.kind() == Closure.Kind.EXPIRED
        && lapsed.containsKey(reservation)
        && starts.hasForgotten(reservation)) {
      // It has been over for so long that it was forgotten; a budget that is set counts it, should
      // it be committed late, and so it was asked for once more.
      return;
    }
    if (parts == null) {
      expect(false, "I12", "%s ends and is not open", reservation);
      return;
    }
    if (!late) {
      free(reservation, parts);
      if (closure.kind() == Closure.Kind.EXPIRED) {
        lapsed.put(reservation, parts);
        starts.expired(reservation, at);
      }
    }
    if (closure.kind().hasRun()) {
      starts.ended(reservation, micros(closure.charged()));
      if (closure.kind() == Closure.Kind.LATE && !late && !watch.reports.hasRun(reservation)) {
        starts.overtook(reservation);
      }
      for (Part part : parts) {
        add(part.key, part.used(micros(closure.charged())), BigInteger.ZERO);
      }
      if (parts.stream().anyMatch(part -> isPast(part, at))) {
        watch.saw(Rarity.HOLD_ACROSS_A_RESET);
      }
      before.forEach((key, taken) -> takesNoMore(closure, key, taken));
    }
    thresholds.reached(
        reservation,
        parts.stream()
            .map(
                part ->
                    new NaiveThresholds.Reached(
                        part.key, now(part.key).used(), late && hasNewer(part.key)))
            .toList(),
        alerts);
  }

  /**
   * What was used and held, without what a use of a lease has added, where that lease holds: in all
   * in which the use counts, if it pays for all of that. But not where its team lies elsewhere than
   * when it was granted; and a team that goes by another time than its org may hold a lease in
   * another window than those in which what is used of it counts.
   */
  private Map<Key, BigInteger> takenBefore(Closure closure, String lease) {
    List<Part> held = open.get(lease);
    if (held == null || !leases.paysFor(lease, closure)) {
      return Map.of();
    }
    Map<Key, BigInteger> before = new HashMap<>();
    for (Part part : open.getOrDefault(closure.reservation(), List.of())) {
      // Of what is set in between it is not known exactly what a lease holds there.
      if (part.key.since == null && !mayHoldElsewhere(part, lease, held)) {
        before.put(part.key, now(part.key).all().subtract(part.amount));
      }
    }
    return before;
  }

  private boolean mayHoldElsewhere(Part part, String lease, List<Part> held) {
    EntityId id = EntityId.parse(name);
    return id.kind() == EntityId.Kind.TEAM
        ? held.stream().anyMatch(each -> isOfOtherTime(each.key, part.key))
        : !watch.org(EntityId.org(id.org())).fellUnder(lease, part.key.budget);
  }

  /** Whether it is a later window of a budget; by clocks that are wrong, any other. */
  private boolean isOfOtherTime(Key key, Key than) {
    return key.budget.equals(than.budget)
        && (key.window.isAfter(than.window)
            || (watch.areClocksWrong() && !key.window.equals(than.window)));
  }

  /**
   * What a lease pays for was held by it where it counts: of no limit more is taken than before.
   */
  private void takesNoMore(Closure closure, Key key, BigInteger before) {
    expect(
        now(key).all().compareTo(before) <= 0,
        "I11",
        "%s of %s takes %s in %s, of which %s were taken before",
        closure.reservation(),
        closure.lease(),
        now(key),
        key,
        before);
    watch.saw(
        EntityId.parse(name).kind() == EntityId.Kind.TEAM
            ? Rarity.LEASE_PAID_FOR_ALL_OF_A_USE_IN_ITS_TEAM
            : Rarity.LEASE_PAID_FOR_ALL_OF_A_USE);
  }

  // ---- budgets that are set in between

  /** What is open elsewhere is open here, too, from now on, if it was not before. */
  void adopt(String reservation, NaiveQuantities held) {
    everHeld.add(reservation);
    if (!open.containsKey(reservation) && !starts.hasExpired(reservation)) {
      open.put(reservation, new ArrayList<>());
      leases.begin(reservation, held);
    }
  }

  /** Nothing counts any more against a budget that was drafted up to some row; null for all. */
  void forget(String budget, @Nullable Long through) {
    starts.forget(budget, through);
    forget(
        key ->
            key.budget.equals(budget)
                && (through == null || key.since == null || key.since <= through));
  }

  void forget(Predicate<Key> which) {
    counts.forEach(
        (key, past) -> {
          if (which.test(key)) {
            past.put(watch.moment(), Count.NOTHING);
          }
        });
    for (Map<String, List<Part>> all : List.of(open, ended, lapsed)) {
      all.replaceAll(
          (reservation, parts) -> {
            List<Part> left = new ArrayList<>(parts);
            left.removeIf(part -> which.test(part.key));
            return left;
          });
    }
  }

  /** Whether it is a lease, or what is to be added to one. */
  boolean isLease(String reservation) {
    return leases.has(reservation);
  }

  /** Whether something was counted in a later window: an earlier one may have been forgotten. */
  private boolean hasNewer(Key key) {
    return counts.keySet().stream()
        .anyMatch(
            other ->
                other.budget.equals(key.budget)
                    && other.member.equals(key.member)
                    && other.window.isAfter(key.window));
  }

  private static boolean isPast(Part part, Instant at) {
    return part.measure.equals(Quantities.REQUESTS) && part.key.window.plusSeconds(60).isBefore(at);
  }

  // ---- at the end

  /**
   * Every counter stands at what the wallets have charged for what was held in it.
   *
   * @param charged what was charged, by reservation
   * @param mayBeLost what was charged so late that it may count nowhere
   */
  void expectUsed(Map<String, BigInteger> charged, Set<String> mayBeLost) {
    Map<Key, BigInteger> most = new HashMap<>();
    Map<Key, BigInteger> excused = new HashMap<>();
    ended.forEach(
        (reservation, parts) -> {
          BigInteger amount = charged.get(reservation);
          if (amount == null) {
            return;
          }
          for (Part part : parts) {
            most.merge(part.key, part.used(amount), BigInteger::add);
            if (mayBeLost.contains(reservation)) {
              excused.merge(part.key, part.used(amount), BigInteger::add);
            }
          }
        });
    for (Key key : counts.keySet()) {
      if (key.since != null) {
        continue;
      }
      BigInteger used = now(key).used();
      BigInteger all = most.getOrDefault(key, BigInteger.ZERO);
      BigInteger least = all.subtract(excused.getOrDefault(key, BigInteger.ZERO));
      expect(
          used.compareTo(least) >= 0 && used.compareTo(all) <= 0,
          "I11",
          "%s counts %s, charged was %s",
          key,
          used,
          all);
    }
  }

  /** The entity's own counters, as far as it has kept them, stand at the same. */
  void expectLike(Tallies tallies) {
    tallies
        .counters()
        .forEach(
            (counter, windows) -> {
              // Those before the last may have been forgotten: they decide nothing any more.
              Instant last =
                  windows.stream()
                      .map(Tallies.Tally::windowStart)
                      .max(Instant::compareTo)
                      .orElse(Instant.MAX);
              for (Tallies.Tally tally : windows) {
                if (!tally.windowStart().equals(last)) {
                  continue;
                }
                Key key =
                    new Key(
                        counter.budget(), counter.member(), tally.windowStart(), counter.since());
                expect(
                    !starts.isKnown(key)
                        || now(key).equals(new Count(micros(tally.used()), micros(tally.held()))),
                    "I11",
                    "%s stands at %s, counted is %s",
                    key,
                    tally,
                    now(key));
              }
            });
  }
}
