package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.identity.Subject;
import dev.bursar.simulation.NaiveBudgets.Applied;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

    private Count plus(BigInteger moreUsed, BigInteger moreHeld) {
      return new Count(used.add(moreUsed), held.add(moreHeld));
    }

    BigInteger all() {
      return used.add(held);
    }
  }

  private record Tracked(String budget, @Nullable Long since) {
    private static Tracked of(Key key) {
      return new Tracked(key.budget, key.since);
    }
  }

  /**
   * How something has ended here: when, in events, and what was charged; null if it has not run.
   */
  private record End(long moment, @Nullable BigInteger charged, boolean late) {}

  private final Map<String, End> ends = new HashMap<>();

  /** The budgets that were set in between and of which every figure is known from there on. */
  private final Set<Tracked> known = new HashSet<>();

  /** The budgets that have been started to count here. */
  private final Set<Tracked> started = new HashSet<>();

  private record Part(Key key, String measure, BigInteger amount) {}

  private final String name;
  private final Watch watch;

  /** What each counter stood at from each moment on. */
  private final Map<Key, TreeMap<Long, Count>> counts = new HashMap<>();

  private final Map<String, List<Part>> open = new HashMap<>();
  private final Map<String, List<Part>> ended = new HashMap<>();
  private final Map<String, List<Part>> lapsed = new HashMap<>();
  private final Set<String> everHeld = new HashSet<>();

  /** What each lease may yet use. */
  private final Map<String, Allowance> allowances = new HashMap<>();

  /** What was handed back of each lease so far. */
  private final Map<String, BigInteger> returned = new HashMap<>();

  private final NaiveThresholds thresholds;

  NaiveLimits(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
    this.thresholds = new NaiveThresholds(name, watch);
  }

  boolean hasOpen() {
    return !open.isEmpty();
  }

  boolean isOpen(String reservation) {
    return open.containsKey(reservation);
  }

  /** Whether it was held at any time, whatever has become of it. */
  boolean hasHeld(String reservation) {
    return everHeld.contains(reservation);
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  private static BigInteger micros(Credits credits) {
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
      return !limit.hasEndedBy(now) || told.stream().anyMatch(limit::isAt);
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

  /** The names of the budgets in which a reservation was held or counted. */
  Set<String> budgetsOf(String reservation) {
    List<Part> parts = open.getOrDefault(reservation, ended.getOrDefault(reservation, List.of()));
    Set<String> found = new TreeSet<>();
    parts.stream()
        .filter(part -> part.key.since == null)
        .forEach(part -> found.add(part.key.budget));
    return found;
  }

  /** Whether it is known what it stands at: of a budget that is yet to be set, it is not. */
  boolean isKnown(Key key) {
    return key.since == null || known.contains(Tracked.of(key));
  }

  /** Whether a budget of this name, drafted there, is counted from its beginning on. */
  boolean isStarted(String budget, @Nullable Long since) {
    return started.contains(new Tracked(budget, since));
  }

  private Count now(Key key) {
    return at(key, Long.MAX_VALUE);
  }

  private void add(Key key, BigInteger used, BigInteger held) {
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
  void hold(String reservation, Quantities asked, List<Applied> limits, List<LimitState> told) {
    List<Part> parts = new ArrayList<>();
    for (Applied limit : limits) {
      BigInteger amount = limit.asked(asked);
      add(limit.key(), BigInteger.ZERO, amount);
      Count count = now(limit.key());
      boolean isOver = isKnown(limit.key()) && count.all().compareTo(limit.limit()) > 0;
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
    if (asked.isLease()) {
      allowances.put(reservation, Allowance.of(asked));
    }
    expect(open.put(reservation, parts) == null, "I12", "%s is held twice", reservation);
  }

  /**
   * Work that has run is counted, whatever the limits, in windows that may have ended.
   *
   * @param limits those that it was counted in
   * @param told the same, as they were told, with it in them
   */
  void count(String reservation, Quantities used, List<Applied> limits, List<LimitState> told) {
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
              && (!isKnown(limit.key())
                  || count.equals(new Count(micros(found.used()), micros(found.held())))),
          "model",
          "%s tells %s, where %s applies and %s is counted",
          reservation,
          found,
          limit,
          count);
    }
  }

  /** A reservation is taken back, or was never to be: nothing of it counts, and nobody is told. */
  void giveBack(String reservation) {
    List<Part> parts = open.remove(reservation);
    if (parts != null) {
      free(reservation, parts);
    }
  }

  private void free(String reservation, List<Part> parts) {
    for (Part part : parts) {
      add(part.key, BigInteger.ZERO, part.amount.negate());
    }
    ends.put(reservation, new End(watch.moment(), null, false));
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
      handBack(reservation, micros(closure.charged()));
      return;
    }
    if (closure.kind() == Closure.Kind.ADDED) {
      addToLease(reservation, closure.lease());
      return;
    }
    if (closure.lease() != null && !reservation.equals(closure.lease())) {
      drawFromLease(closure.lease(), micros(closure.fromLease()));
    }
    boolean late = closure.kind() == Closure.Kind.LATE && !open.containsKey(reservation);
    List<Part> parts = late ? lapsed.remove(reservation) : open.remove(reservation);
    if (parts == null) {
      expect(false, "I12", "%s ends and is not open", reservation);
      return;
    }
    if (!late) {
      free(reservation, parts);
      if (closure.kind() == Closure.Kind.EXPIRED) {
        lapsed.put(reservation, parts);
      }
    }
    if (closure.kind().hasRun()) {
      ends.put(reservation, new End(watch.moment(), micros(closure.charged()), late));
      for (Part part : parts) {
        add(part.key, used(part, micros(closure.charged())), BigInteger.ZERO);
      }
      if (parts.stream().anyMatch(part -> isPast(part, at))) {
        watch.saw(Rarity.HOLD_ACROSS_A_RESET);
      }
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

  // ---- budgets that are set in between

  /** What is open elsewhere is open here, too, from now on, if it was not before. */
  void adopt(String reservation, Quantities held) {
    everHeld.add(reservation);
    if (!open.containsKey(reservation)) {
      open.put(reservation, new ArrayList<>());
      if (held.isLease()) {
        allowances.put(reservation, Allowance.of(held));
      }
    }
  }

  /** Nothing counts any more against a budget that was drafted up to some row; null for all. */
  void forget(String budget, @Nullable Long through) {
    forget(
        key ->
            key.budget.equals(budget)
                && (through == null || key.since == null || key.since <= through));
  }

  private void forget(Predicate<Key> which) {
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

  /**
   * A budget has been counted for since it was drafted, and what had ended before is added: it
   * stands at what has ended and what is open, of all that it concerns, whoever made it and when.
   *
   * @param begun all that the org has ever begun and that the budget counts
   * @param org what the org itself knows
   */
  void start(NaiveBudgets.Drafted draft, Collection<NaiveOrg.Fact> begun, NaiveLimits org) {
    Budget budget = draft.budget();
    Map<String, List<Part>> held = heldFor(budget);
    Map<String, List<Part>> ahead = new HashMap<>(held);
    begun.forEach(fact -> ahead.remove(fact.plan().reservation()));
    forget(key -> key.budget.equals(budget.id()));
    started.add(new Tracked(budget.id(), budget.since()));
    boolean exact = ahead.keySet().stream().noneMatch(allowances::containsKey);
    ahead.forEach(
        (reservation, parts) -> {
          parts.forEach(part -> add(part.key, BigInteger.ZERO, part.amount));
          open.merge(reservation, parts, NaiveLimits::together);
        });
    BigInteger heldInAll = BigInteger.ZERO;
    Instant first = NaiveBudgets.of(budget, Subject.ofOrg(""), draft.at()).window();
    for (NaiveOrg.Fact fact : begun) {
      Applied limit = NaiveBudgets.of(budget, fact.subject(), fact.at());
      String reservation = fact.plan().reservation();
      BigInteger asked = limit.asked(fact.plan().quantities());
      Part part = new Part(limit.key(), limit.measure(), asked);
      End byOrg = org.ends.get(reservation);
      End here = ends.get(reservation);
      boolean endedBefore = byOrg != null && byOrg.moment <= draft.moment();
      exact &= !isLateSince(byOrg, draft) && !isLateSince(here, draft);
      exact &= !fact.plan().request().isLease();
      boolean counts = org == this || fact.moment() <= draft.moment();
      if (!endedBefore && open.containsKey(reservation)) {
        if (!counts && !held.containsKey(reservation)) {
          // Held for a decision before, which came to nothing: it is withdrawn.
          continue;
        }
        add(limit.key(), BigInteger.ZERO, asked);
        heldInAll = heldInAll.add(asked);
        open.get(reservation).add(part);
      } else {
        if (!endedBefore && lapsed.containsKey(reservation)) {
          exact &= org == this || fact.moment() > draft.moment();
          lapsed.get(reservation).add(part);
        }
        End end = endedBefore ? byOrg : here;
        if (end != null && end.charged != null && !limit.window().isBefore(first)) {
          add(limit.key(), used(part, end.charged), BigInteger.ZERO);
        }
      }
    }
    if (exact) {
      known.add(new Tracked(budget.id(), budget.since()));
    }
    if (heldInAll.signum() > 0) {
      watch.saw(
          org == this
              ? Rarity.BUDGET_SET_OVER_HOLDS_OF_THE_ORG
              : Rarity.BUDGET_SET_OVER_HOLDS_OF_A_TEAM);
    }
  }

  private static List<Part> together(List<Part> some, List<Part> more) {
    List<Part> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  /** What is held against a budget since it was drafted, begun by the org or yet to be. */
  private Map<String, List<Part>> heldFor(Budget budget) {
    Tracked drafted = new Tracked(budget.id(), budget.since());
    Map<String, List<Part>> found = new HashMap<>();
    open.forEach(
        (reservation, parts) -> {
          List<Part> held =
              parts.stream().filter(part -> Tracked.of(part.key).equals(drafted)).toList();
          if (!held.isEmpty()) {
            found.put(reservation, held);
          }
        });
    return found;
  }

  /** Then it depends on when it was read whether it counts. */
  private static boolean isLateSince(@Nullable End end, NaiveBudgets.Drafted draft) {
    return end != null && end.late && end.moment > draft.moment();
  }

  /**
   * At the end each counter of a budget that was set in between stands at what was charged of what
   * it concerns, from the window on in which it was drafted.
   *
   * @param charged what the wallets have charged, by reservation
   * @param late what was charged after it had expired: where the budget was set in between, that
   *     may count nowhere
   */
  void expectStarted(
      NaiveBudgets.Drafted draft,
      Collection<NaiveOrg.Fact> begun,
      Map<String, BigInteger> charged,
      Set<String> late,
      Tallies tallies) {
    Budget budget = draft.budget();
    Instant first = NaiveBudgets.of(budget, Subject.ofOrg(""), draft.at()).window();
    Map<String, TreeMap<Instant, BigInteger>> all = new TreeMap<>();
    Map<Key, BigInteger> excused = new HashMap<>();
    for (NaiveOrg.Fact fact : begun) {
      BigInteger amount = charged.get(fact.plan().reservation());
      Applied limit = NaiveBudgets.of(budget, fact.subject(), fact.at());
      if (amount == null || limit.window().isBefore(first)) {
        continue;
      }
      BigInteger used = used(new Part(limit.key(), limit.measure(), BigInteger.ONE), amount);
      if (budget.measure().equals(Quantities.REQUESTS)) {
        used = ONE_REQUEST;
      }
      all.computeIfAbsent(limit.member(), member -> new TreeMap<>())
          .merge(limit.window(), used, BigInteger::add);
      if (late.contains(fact.plan().reservation())) {
        excused.merge(limit.key(), used, BigInteger::add);
      }
    }
    all.forEach(
        (member, windows) -> {
          Instant last = windows.lastKey();
          BigInteger most = windows.lastEntry().getValue();
          BigInteger least =
              most.subtract(
                  excused.getOrDefault(
                      new Key(budget.id(), member, last, budget.since()), BigInteger.ZERO));
          List<Tallies.Tally> told =
              tallies
                  .counters()
                  .getOrDefault(
                      new Tallies.Counter(budget.id(), member, budget.since()), List.of());
          BigInteger used = BigInteger.ZERO;
          for (Tallies.Tally tally : told) {
            if (tally.windowStart().equals(last)) {
              used = micros(tally.used());
            } else if (tally.windowStart().isAfter(last)) {
              return;
            }
          }
          expect(
              used.compareTo(least) >= 0 && used.compareTo(most) <= 0,
              "I11",
              "%s of %s, drafted in row %s, has used %s in the end, and charged was %s",
              budget.id(),
              member,
              budget.since(),
              used,
              most);
        });
  }

  // ---- leases

  /** What a lease may yet use: credits, requests, and reservations at once. */
  private record Allowance(BigInteger credits, BigInteger requests, BigInteger atOnce) {
    static Allowance of(Quantities asked) {
      return new Allowance(
          micros(asked.amount()),
          micros(asked.in(Quantities.REQUESTS)),
          micros(asked.in(Quantities.OPEN_RESERVATIONS)));
    }

    BigInteger in(String measure) {
      return switch (measure) {
        case Quantities.REQUESTS -> requests;
        case Quantities.OPEN_RESERVATIONS -> atOnce;
        default -> credits;
      };
    }
  }

  private static final BigInteger ONE_REQUEST = micros(Credits.of(1));

  private void drawFromLease(String lease, BigInteger charged) {
    Allowance has = allowances.get(lease);
    if (has != null && open.containsKey(lease)) {
      leaves(
          lease,
          new Allowance(
              has.credits.subtract(charged.min(has.credits)),
              has.requests.subtract(ONE_REQUEST).max(BigInteger.ZERO),
              has.atOnce));
    }
  }

  private void handBack(String lease, BigInteger inAll) {
    Allowance has = allowances.get(lease);
    BigInteger before = returned.getOrDefault(lease, BigInteger.ZERO);
    expect(
        has != null && open.containsKey(lease) && inAll.compareTo(before) > 0,
        "I3",
        "%s gives back %s after %s",
        lease,
        inAll,
        before);
    if (has != null) {
      returned.put(lease, inAll);
      leaves(
          lease,
          new Allowance(
              has.credits.subtract(inAll.subtract(before)).max(BigInteger.ZERO),
              has.requests,
              has.atOnce));
    }
  }

  private void addToLease(String added, @Nullable String lease) {
    List<Part> more = open.remove(added);
    Allowance ofMore = allowances.get(added);
    Allowance has = lease == null ? null : allowances.get(lease);
    if (more == null || ofMore == null) {
      expect(false, "I12", "%s is added to a lease and not open", added);
      return;
    }
    free(added, more);
    List<Part> parts = lease == null ? null : open.get(lease);
    if (lease == null || has == null || parts == null) {
      return;
    }
    Allowance both =
        new Allowance(
            has.credits.add(ofMore.credits),
            has.requests.add(ofMore.requests),
            has.atOnce.add(ofMore.atOnce));
    List<Part> all = new ArrayList<>(parts);
    for (Part part : more) {
      if (all.stream().noneMatch(each -> each.key.equals(part.key))) {
        all.add(new Part(part.key, part.measure, BigInteger.ZERO));
      }
    }
    open.put(lease, all);
    leaves(lease, both);
  }

  /** A lease holds so much from now on, wherever it holds. */
  private void leaves(String lease, Allowance left) {
    allowances.put(lease, left);
    List<Part> parts = new ArrayList<>();
    for (Part part : open.getOrDefault(lease, List.of())) {
      BigInteger amount = left.in(part.measure);
      add(part.key, BigInteger.ZERO, amount.subtract(part.amount));
      parts.add(new Part(part.key, part.measure, amount));
    }
    open.put(lease, parts);
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

  private static BigInteger used(Part part, BigInteger charged) {
    if (part.measure.equals(Quantities.REQUESTS)) {
      return part.amount;
    }
    return part.measure.equals(Quantities.OPEN_RESERVATIONS) ? BigInteger.ZERO : charged;
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
            most.merge(part.key, used(part, amount), BigInteger::add);
            if (mayBeLost.contains(reservation)) {
              excused.merge(part.key, used(part, amount), BigInteger::add);
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
                    !isKnown(key)
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
