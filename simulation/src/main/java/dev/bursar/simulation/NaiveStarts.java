package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.simulation.NaiveBudgets.Applied;
import dev.bursar.simulation.NaiveLimits.Key;
import dev.bursar.simulation.NaiveLimits.Part;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an org or a team counts against budgets that are set while work is under way: each stands at
 * what has ended and what is open in its window, whoever made it and when.
 */
final class NaiveStarts {

  private record Tracked(String budget, @Nullable Long since) {
    private static Tracked of(Key key) {
      return new Tracked(key.budget(), key.since());
    }
  }

  /**
   * How something has ended.
   *
   * @param moment when, in events
   * @param charged what was charged; null if it has not run
   * @param hasExpired whether it expired, and is charged late if it is
   */
  private record End(long moment, @Nullable BigInteger charged, boolean hasExpired) {
    boolean isAwaited() {
      return hasExpired && charged == null;
    }
  }

  /** So far apart clocks may be by which two entities tell whether a window has passed. */
  private static final Duration CLOCKS_APART = Duration.ofMinutes(5);

  /** So long it takes at the most that somebody is told of what was charged late. */
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(20);

  /** So much later than what has expired the rows are of who has forgotten it. */
  private static final Duration LATE_FOR = World.GRACE.plus(Duration.ofMinutes(15));

  private final String name;
  private final Watch watch;
  private final NaiveLimits limits;
  private final Map<String, End> ends = new HashMap<>();

  /**
   * What was charged late before it was known here to have expired: a team that hears of a budget
   * after that finds it as it stands on record by then, which may lack that it was charged.
   */
  private final Set<String> overtaking = new HashSet<>();

  /** When something has expired here. */
  private final Map<String, Instant> expiredAt = new HashMap<>();

  /** What was charged so late that its expiry may have been forgotten here before that was told. */
  private final Set<String> tooLate = new HashSet<>();

  /** What its wallet had forgotten to have ended when a budget was set that would count it here. */
  private final Map<Tracked, Set<String>> forgottenAtStart = new HashMap<>();

  /**
   * Work that has run is counted.
   *
   * @param at when
   * @param in the counters that it is said to count in
   */
  private record Ran(Instant at, Set<Key> in) {

    /**
     * Whether it does not count in a window, which had passed by then, or may have by another
     * clock: who asks for it to be counted can't tell, and leaves it at that.
     */
    boolean isTooLateFor(Applied limit) {
      return limit.hasEndedBy(at.plus(CLOCKS_APART)) && !in.contains(limit.key());
    }
  }

  private final Map<String, Ran> ran = new HashMap<>();

  /** The budgets of which every figure is known, and from which moment on. */
  private final Map<Tracked, Long> known = new HashMap<>();

  /** The budgets that have been started to count here. */
  private final Set<Tracked> started = new HashSet<>();

  NaiveStarts(String name, Watch watch, NaiveLimits limits) {
    this.name = name;
    this.watch = watch;
    this.limits = limits;
  }

  /** Whether it is known what it stands at: of a budget that is yet to be set, it is not. */
  boolean isKnown(Key key) {
    return isKnown(key, Long.MAX_VALUE);
  }

  /** Whether it is known what it has stood at from some moment on. */
  boolean isKnown(Key key, long moment) {
    Long from = known.get(Tracked.of(key));
    return key.since() == null || (from != null && from <= moment);
  }

  /** Whether a budget of this name, drafted there, is counted from its beginning on. */
  boolean isStarted(String budget, @Nullable Long since) {
    return started.contains(new Tracked(budget, since));
  }

  /**
   * A budget that was drafted up to some row is removed: who holds in it all the same, for a
   * decision before, finds nothing.
   */
  void forget(String budget, @Nullable Long through) {
    started.removeIf(
        each ->
            each.budget.equals(budget)
                && (through == null || each.since == null || each.since <= through));
  }

  /**
   * Something has ended here.
   *
   * @param charged null if it has not run
   */
  void ended(String reservation, @Nullable BigInteger charged) {
    End before = ends.get(reservation);
    ends.put(reservation, new End(watch.moment(), charged, before != null && before.hasExpired));
  }

  /** Work that has run is counted here, in what is told. */
  void counted(String reservation, Instant at, List<LimitState> told) {
    ran.put(reservation, new Ran(at, told.stream().map(Key::of).collect(Collectors.toSet())));
  }

  /** Something has expired here. */
  void expired(String reservation, Instant at) {
    expiredAt.put(reservation, at);
    ends.put(reservation, new End(watch.moment(), null, true));
  }

  /** It was charged late before it was known here to have expired. */
  void overtook(String reservation) {
    overtaking.add(reservation);
  }

  /** Whether something has expired here, and may have been charged late. */
  boolean hasExpired(String reservation) {
    End end = ends.get(reservation);
    return end != null && end.hasExpired;
  }

  /**
   * A budget has been counted for since it was drafted, and what had ended before is added: it
   * stands at what has ended and what is open, of all that it concerns, whoever made it and when.
   *
   * @param begun all that the org has ever begun and that the budget counts
   * @param org what the org itself knows
   */
  void start(NaiveBudgets.Drafted draft, Collection<NaiveOrg.Fact> begun, NaiveStarts org) {
    Budget budget = draft.budget();
    Map<String, List<Part>> held = heldFor(budget);
    Map<String, List<Part>> ahead = new HashMap<>(held);
    begun.forEach(fact -> ahead.remove(fact.plan().reservation()));
    limits.forget(key -> key.budget().equals(budget.id()));
    started.add(new Tracked(budget.id(), budget.since()));
    boolean exact = ahead.keySet().stream().noneMatch(limits::isLease);
    ahead.forEach(
        (reservation, parts) -> {
          parts.forEach(part -> limits.add(part.key(), BigInteger.ZERO, part.amount()));
          limits.open.merge(reservation, parts, NaiveStarts::together);
        });
    BigInteger heldInAll = BigInteger.ZERO;
    boolean hasExpired = false;
    Instant first = NaiveBudgets.of(budget, Subject.ofOrg(""), draft.at()).window();
    Set<String> forgotten = new HashSet<>();
    forgottenAtStart.put(new Tracked(budget.id(), budget.since()), forgotten);
    for (NaiveOrg.Fact fact : begun) {
      Applied limit = NaiveBudgets.of(budget, fact.subject(), fact.at());
      String reservation = fact.plan().reservation();
      BigInteger asked = limit.asked(NaiveQuantities.of(fact.plan().request()));
      Part part = new Part(limit.key(), limit.measure(), asked);
      End byOrg = org.ends.get(reservation);
      if (watch.memories.hasForgottenEnding(
          EntityId.wallet(EntityId.parse(name).org(), fact.plan().wallet()), reservation)) {
        forgotten.add(reservation);
      }
      hasExpired |= byOrg != null && byOrg.hasExpired;
      boolean onRecord = byOrg != null && byOrg.moment <= draft.moment() && !byOrg.isAwaited();
      exact &= !fact.plan().request().isLease() && !mayBeForgotten(reservation, byOrg, org, draft);
      exact &= onRecord || org == this || !overtaking.contains(reservation);
      // What a team holds only since, and has expired by then, it may still be told to have ended.
      exact &=
          org == this
              || onRecord
              || byOrg == null
              || !byOrg.hasExpired
              || held.containsKey(reservation)
              || !limits.isOpen(reservation);
      if (!onRecord && limits.isOpen(reservation)) {
        if (org != this && fact.moment() > draft.moment() && !held.containsKey(reservation)) {
          // Held for a decision before, which came to nothing: it is withdrawn.
          continue;
        }
        limits.add(limit.key(), BigInteger.ZERO, asked);
        heldInAll = heldInAll.add(asked);
        Objects.requireNonNull(limits.open.get(reservation)).add(part);
      } else {
        List<Part> lapsed = onRecord ? null : limits.lapsed.get(reservation);
        if (lapsed != null) {
          lapsed.add(part);
        }
        End end = onRecord ? byOrg : ends.get(reservation);
        // What was open when it was drafted counts in its own window, though that has passed.
        if (end != null && end.charged != null && !(onRecord && limit.window().isBefore(first))) {
          limits.add(limit.key(), part.used(end.charged), BigInteger.ZERO);
        }
      }
    }
    if (exact) {
      if (hasExpired) {
        watch.saw(Rarity.BUDGET_KNOWN_OVER_WHAT_HAD_EXPIRED);
      }
      known.put(new Tracked(budget.id(), budget.since()), watch.moment());
    }
    if (heldInAll.signum() > 0) {
      watch.saw(
          org == this
              ? Rarity.BUDGET_SET_OVER_HOLDS_OF_THE_ORG
              : Rarity.BUDGET_SET_OVER_HOLDS_OF_A_TEAM);
    }
  }

  /**
   * The most that a counter may have stood at since a moment: where leases count in it, what was
   * used of them may be known sooner or later than what was charged for that. What had ended by
   * then counts as what was charged for it, and all else as the more of what is held and charged.
   *
   * @param begun all that the org has ever begun and that the budget counts
   * @param org what the org itself knows
   */
  BigInteger most(
      Budget budget, Key key, Collection<NaiveOrg.Fact> begun, NaiveStarts org, long from) {
    BigInteger most = BigInteger.ZERO;
    Set<String> known = new HashSet<>();
    for (NaiveOrg.Fact fact : begun) {
      String reservation = fact.plan().reservation();
      known.add(reservation);
      LeaseTerms terms = fact.plan().request().lease();
      Applied limit = NaiveBudgets.of(budget, fact.subject(), fact.at());
      // A lease counts in the window in which it is found, and work in a rate when it ran.
      boolean inAnyWindow = terms != null || limit.isRate();
      if (limit.member().equals(key.member())
          && (inAnyWindow || limit.window().equals(key.window()))) {
        BigInteger asked = limit.asked(NaiveQuantities.of(fact.plan().request()));
        Part part = new Part(limit.key(), limit.measure(), asked);
        BigInteger used =
            used(part, ends.get(reservation)).max(used(part, org.ends.get(reservation)));
        // What was added to a lease ends with that.
        String lease = terms == null ? null : terms.more();
        boolean over =
            hasEndedBy(reservation, org, from) && (lease == null || hasEndedBy(lease, org, from));
        most = most.add(over ? used : used.max(asked));
      }
    }
    for (Map<String, List<Part>> all : List.of(limits.open, limits.ended)) {
      for (Map.Entry<String, List<Part>> each : all.entrySet()) {
        for (Part part : known.contains(each.getKey()) ? List.<Part>of() : each.getValue()) {
          most = part.key().equals(key) ? most.add(part.amount()) : most;
        }
      }
    }
    return most;
  }

  /**
   * The least that a counter stands at: what was charged of what has ended here, what is open here,
   * and what is left of each lease, as its wallet knows it: what has been used of that is known
   * here later. What was begun in another window need not count, what has expired may be forgotten,
   * and what had ended before it was drafted counts in the window of then alone. Of a rate nothing
   * is known.
   *
   * @param begun all that the org has ever begun and that the budget counts
   */
  BigInteger least(NaiveBudgets.Drafted draft, Key key, Collection<NaiveOrg.Fact> begun) {
    BigInteger least = BigInteger.ZERO;
    Budget budget = draft.budget();
    Instant first = NaiveBudgets.of(budget, Subject.ofOrg(""), draft.at()).window();
    for (NaiveOrg.Fact fact : begun) {
      String reservation = fact.plan().reservation();
      Applied limit = NaiveBudgets.of(budget, fact.subject(), fact.at());
      End end = ends.get(reservation);
      Ran work = ran.get(reservation);
      if (limit.isRate()
          || !limit.key().equals(key)
          || (end != null && end.hasExpired)
          || (end != null && end.moment <= draft.moment() && limit.window().isBefore(first))
          || overtaking.contains(reservation)
          || (work != null && work.isTooLateFor(limit))) {
        continue;
      }
      BigInteger asked = limit.asked(NaiveQuantities.of(fact.plan().request()));
      if (end != null) {
        least = least.add(used(new Part(limit.key(), limit.measure(), asked), end));
      } else if (limits.isOpen(reservation)) {
        least = least.add(held(fact.plan(), limit.measure(), asked));
      }
    }
    return least;
  }

  /** What is to be added to a lease may have been, and be used. */
  private BigInteger held(Plan plan, String measure, BigInteger asked) {
    LeaseTerms terms = plan.request().lease();
    EntityId wallet = EntityId.wallet(EntityId.parse(name).org(), plan.wallet());
    return terms == null
        ? asked
        : terms.more() != null
            ? BigInteger.ZERO
            : watch.wallet(wallet).leftOf(plan.reservation(), measure);
  }

  private static BigInteger used(Part part, @Nullable End end) {
    return end == null || end.charged == null ? BigInteger.ZERO : part.used(end.charged);
  }

  /** Whether something had ended by some moment, both at the org and here. */
  private boolean hasEndedBy(String reservation, NaiveStarts org, long moment) {
    End byOrg = org.ends.get(reservation);
    End here = ends.get(reservation);
    return byOrg != null
        && byOrg.moment <= moment
        && (here == null ? !limits.isOpen(reservation) : here.moment <= moment);
  }

  /** A clock that jumps by more than the time for late usage may have it forgotten. */
  private boolean mayBeForgotten(
      String reservation, @Nullable End byOrg, NaiveStarts org, NaiveBudgets.Drafted draft) {
    return byOrg != null
        && byOrg.hasExpired
        && (byOrg.charged == null || byOrg.moment > draft.moment())
        && (hasForgotten(reservation) || org.hasForgotten(reservation));
  }

  /** Whether something has expired so long ago, by the rows here, that it may be forgotten. */
  boolean hasForgotten(String reservation) {
    Instant at = expiredAt.get(reservation);
    return at != null && watch.shadows.lastAt(EntityId.parse(name)).isAfter(at.plus(LATE_FOR));
  }

  /**
   * Something that had expired is charged, which is told at once: whether the expiry is forgotten
   * here by then depends on how late that is. A clock that jumps may have it forgotten meanwhile.
   *
   * @param replaced whether who charged it may not come to tell it: its wallet asks nobody about
   *     what has expired, and is asked only as long as the expiry is not forgotten
   */
  void lateComes(String reservation, Instant at, boolean replaced) {
    Instant expired = expiredAt.get(reservation);
    Instant last = watch.shadows.lastAt(EntityId.parse(name));
    Instant told = (at.isAfter(last) ? at : last).plus(TOLD_WITHIN);
    if (replaced || (expired != null && told.isAfter(expired.plus(LATE_FOR)))) {
      tooLate.add(reservation);
    }
  }

  /**
   * Whether what was charged late may count nowhere, since its expiry was forgotten when it came.
   */
  boolean mayBeLost(String reservation) {
    return tooLate.contains(reservation) || (watch.haveClocksJumped() && hasForgotten(reservation));
  }

  /**
   * Whether its wallet had forgotten how something ended when a team began to count for a draft.
   */
  boolean wasForgottenAtStart(NaiveBudgets.Drafted draft, String reservation) {
    Budget budget = draft.budget();
    return forgottenAtStart
        .getOrDefault(new Tracked(budget.id(), budget.since()), Set.of())
        .contains(reservation);
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
    limits.open.forEach(
        (reservation, parts) -> {
          List<Part> held =
              parts.stream().filter(part -> Tracked.of(part.key()).equals(drafted)).toList();
          if (!held.isEmpty()) {
            found.put(reservation, held);
          }
        });
    return found;
  }

  /**
   * At the end each counter of a budget that was set in between stands at what was charged of what
   * it concerns, from the window on in which it was drafted.
   *
   * @param charged what the wallets have charged, by reservation
   * @param mayBeLost what was charged so late that it may count nowhere
   */
  void expectStarted(
      NaiveBudgets.Drafted draft,
      Collection<NaiveOrg.Fact> begun,
      Map<String, BigInteger> charged,
      Set<String> mayBeLost,
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
      BigInteger used =
          budget.measure().equals(Quantities.REQUESTS)
              ? NaiveLimits.ONE_REQUEST
              : new Part(limit.key(), limit.measure(), BigInteger.ZERO).used(amount);
      all.computeIfAbsent(limit.member(), member -> new TreeMap<>())
          .merge(limit.window(), used, BigInteger::add);
      Ran work = ran.get(fact.plan().reservation());
      if (mayBeLost.contains(fact.plan().reservation())
          // Where it was, or not, is looked at as it is counted.
          || (work != null && work.isTooLateFor(limit))
          || (budget.scope().countedByTeam() && overtaking.contains(fact.plan().reservation()))) {
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
          @Nullable BigInteger used = null;
          boolean hasNewer = false;
          for (Tallies.Tally tally : told) {
            if (tally.windowStart().equals(last)) {
              used = NaiveLimits.micros(tally.used());
            } else if (tally.windowStart().isAfter(last)) {
              hasNewer = true;
              watch.expectOf(
                  name,
                  tally.used().isZero(),
                  "I11",
                  "%s of %s, drafted in row %s, has used %s in the end from %s on, in which nothing was charged",
                  budget.id(),
                  member,
                  budget.since(),
                  tally.used(),
                  tally.windowStart());
            }
          }
          if (used == null && hasNewer) {
            // It has passed, and may be forgotten.
            return;
          }
          used = used == null ? BigInteger.ZERO : used;
          watch.expectOf(
              name,
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
}
