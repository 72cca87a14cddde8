package dev.bursar.projections.verify;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.budget.Tallies.Counter;
import dev.bursar.domain.budget.Tallies.Mark;
import dev.bursar.domain.budget.Tallies.Tally;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.verify.Discrepancy.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Counts the budgets of an org or a team once more, from what the wallets charged, and compares
 * that with what the org or team itself has counted in its current windows.
 */
final class BudgetVerification {

  private record Held(Quantities asked, List<Mark> marks) {
    Credits at(Mark mark) {
      return mark.measure() == null ? asked.amount() : asked.in(mark.measure());
    }

    /** A lease together with what is added to it. */
    Held and(Held more) {
      Map<String, Long> usage = new HashMap<>(asked.usage());
      more.asked.usage().forEach((meter, units) -> usage.merge(meter, units, Long::sum));
      Set<Mark> all = new LinkedHashSet<>(marks);
      all.addAll(more.marks);
      return new Held(
          new Quantities(asked.amount().plus(more.asked.amount()), usage), List.copyOf(all));
    }

    /** A lease, of which so much was used or handed back. */
    Held less(Credits amount, Map<String, Long> units) {
      Map<String, Long> usage = new HashMap<>(asked.usage());
      units.forEach(
          (meter, used) -> usage.computeIfPresent(meter, (m, has) -> Math.max(0, has - used)));
      return new Held(
          new Quantities(asked.amount().minus(amount.min(asked.amount())), usage), marks);
    }

    /** What was used of meters, by reported work, and that it was one request. */
    Map<String, Long> uses() {
      Map<String, Long> uses = new HashMap<>(asked.usage());
      uses.put(Quantities.REQUESTS, 1L);
      return uses;
    }
  }

  /**
   * @param late its late usage, once that has come; else null
   */
  private record Lapsed(Quantities asked, List<Mark> marks, long untilMs, @Nullable Closure late) {}

  /** One window of one counter. */
  private record Key(Counter counter, Instant windowStart) {
    static Key of(Mark mark) {
      return new Key(mark.counter(), mark.windowStart());
    }
  }

  private record Sum(Credits used, Credits held) {
    static final Sum ZERO = new Sum(Credits.ZERO, Credits.ZERO);
  }

  private final EntityId id;
  private final Reservations.Counting party;
  private final Reservations reservations;
  private final Duration lateFor;
  private final Findings findings;
  private final Map<String, Held> open = new HashMap<>();
  private final LinkedHashMap<String, Lapsed> lapsed = new LinkedHashMap<>();

  /** Counted from the middle on: the wallet does not know that, and may have ended them before. */
  private final Set<String> adopted = new HashSet<>();

  /** Of leases, what was handed back so far. */
  private final Map<String, Credits> handedBack = new HashMap<>();

  private final Map<Key, Sum> sums = new HashMap<>();

  /**
   * @param lateFor how long after an expiry late usage is still charged, of the events' time
   */
  BudgetVerification(
      EntityId id,
      Reservations.Counting party,
      Reservations reservations,
      Duration lateFor,
      Findings findings) {
    this.id = id;
    this.party = party;
    this.reservations = reservations;
    this.lateFor = lateFor;
    this.findings = findings;
  }

  void held(String reservation, Quantities all, List<LimitState> limits, long writtenAtMs) {
    // As they are kept: units that no limit counts are known nowhere.
    Quantities asked =
        all.isLease() || limits.stream().anyMatch(l -> all.usage().containsKey(l.measure()))
            ? all
            : Quantities.of(all.amount());
    Held held =
        new Held(
            asked,
            limits.stream()
                .map(l -> mark(Counter.of(l), l.windowStart(), l.measure(), asked))
                .toList());
    held.marks().forEach(mark -> add(Key.of(mark), Credits.ZERO, held.at(mark)));
    open.put(reservation, held);
    reservations.counted(reservation, party, writtenAtMs);
  }

  private static Mark mark(Counter counter, Instant windowStart, String measure, Quantities asked) {
    return new Mark(counter, windowStart, asked.has(measure) ? measure : null);
  }

  /** What was open when a budget was about to be set counts against it. */
  void countOpen(Budget budget, List<OpenPart> parts) {
    for (OpenPart part : parts) {
      Held hold = open.get(part.reservation());
      Lapsed expired = lapsed.get(part.reservation());
      if (hold == null && expired != null) {
        countLapsed(budget, part, expired);
        continue;
      }
      if (hold == null) {
        adopted.add(part.reservation());
      }
      Counter counter = new Counter(budget.id(), part.member(), budget.since());
      if (hold != null && hold.marks().stream().anyMatch(m -> m.counter().equals(counter))) {
        continue;
      }
      Quantities asked =
          hold == null
              ? new Quantities(part.amount(), part.usage())
              : new Quantities(
                  hold.asked().amount(),
                  hold.asked().usage().isEmpty() ? part.usage() : hold.asked().usage());
      Mark mark = mark(counter, part.windowStart(), budget.measure(), asked);
      List<Mark> marks = new ArrayList<>(hold == null ? List.of() : hold.marks());
      marks.add(mark);
      Held more = new Held(asked, marks);
      open.put(part.reservation(), more);
      add(Key.of(mark), Credits.ZERO, more.at(mark));
    }
  }

  private void countLapsed(Budget budget, OpenPart part, Lapsed expired) {
    Counter counter = new Counter(budget.id(), part.member(), budget.since());
    if (expired.marks().stream().anyMatch(m -> m.counter().equals(counter))) {
      return;
    }
    Map<String, Long> usage =
        expired.asked().usage().isEmpty() ? part.usage() : expired.asked().usage();
    Quantities asked = new Quantities(expired.asked().amount(), usage);
    Mark mark = mark(counter, part.windowStart(), budget.measure(), asked);
    Closure late = expired.late();
    add(Key.of(mark), late == null ? Credits.ZERO : late.used(mark.measure(), usage), Credits.ZERO);
    List<Mark> marks = new ArrayList<>(expired.marks());
    marks.add(mark);
    lapsed.put(part.reservation(), new Lapsed(asked, marks, expired.untilMs(), late));
  }

  /** What was used before a budget was set, as it was found then. */
  void countBefore(String budget, @Nullable Long since, List<OpeningCount> counts) {
    forgotten(
        counter -> counter.budget().equals(budget) && !Objects.equals(counter.since(), since));
    for (OpeningCount count : counts) {
      add(
          new Key(new Counter(budget, count.member(), since), count.windowStart()),
          count.used(),
          Credits.ZERO);
    }
  }

  void settled(Closure closure, long atMs, long writtenAtMs) {
    if (closure.kind() == Closure.Kind.SHRUNK) {
      Held lease = open.get(closure.reservation());
      if (lease != null) {
        Credits before = handedBack.getOrDefault(closure.reservation(), Credits.ZERO);
        Credits more = closure.charged().minus(before);
        if (more.isPositive()) {
          handedBack.put(closure.reservation(), closure.charged());
          change(closure.reservation(), lease, lease.less(more, Map.of()));
        }
      }
      return;
    }
    boolean isAdopted =
        closure.kind() == Closure.Kind.EXPIRED
            ? adopted.contains(closure.reservation())
            : adopted.remove(closure.reservation());
    Credits charged =
        isAdopted ? closure.charged() : reservations.settled(closure, party, writtenAtMs);
    if (!charged.equals(closure.charged())) {
      findings.add(
          Kind.RESERVATION,
          id,
          "%s: the wallet charged %s, %s was told here"
              .formatted(closure.reservation(), charged, closure.charged()));
    }
    Closure real = new Closure(closure.reservation(), charged, closure.kind(), closure.usage());
    Held hold = open.remove(closure.reservation());
    handedBack.remove(closure.reservation());
    String ofLease = closure.lease();
    Held lease = ofLease == null ? null : open.get(ofLease);
    if (hold != null && lease != null && ofLease != null) {
      change(
          ofLease,
          lease,
          closure.kind() == Closure.Kind.ADDED
              ? lease.and(hold)
              : lease.less(closure.fromLease(), hold.uses()));
    }
    Lapsed late = lapsed.get(closure.reservation());
    if (hold != null) {
      for (Mark mark : hold.marks()) {
        add(Key.of(mark), real.used(mark.measure(), hold.asked().usage()), hold.at(mark).negated());
      }
      if (closure.kind() == Closure.Kind.EXPIRED) {
        lapsed.put(
            closure.reservation(),
            new Lapsed(hold.asked(), hold.marks(), atMs + lateFor.toMillis(), null));
      }
    } else if (late != null && late.late() == null && closure.kind() == Closure.Kind.LATE) {
      lapsed.put(
          closure.reservation(), new Lapsed(late.asked(), late.marks(), late.untilMs(), real));
      for (Mark mark : late.marks()) {
        add(Key.of(mark), real.used(mark.measure(), late.asked().usage()), Credits.ZERO);
      }
    }
    Iterator<Lapsed> oldest = lapsed.values().iterator();
    while (oldest.hasNext() && oldest.next().untilMs() < atMs) {
      oldest.remove();
    }
  }

  /** A lease holds another amount from now on. */
  private void change(String lease, Held before, Held after) {
    for (Mark mark : after.marks()) {
      Credits was = before.marks().contains(mark) ? before.at(mark) : Credits.ZERO;
      add(Key.of(mark), Credits.ZERO, after.at(mark).minus(was));
    }
    open.put(lease, after);
  }

  /** A hold was taken back, if there was one. */
  void takenBack(String reservation, long atMs, long writtenAtMs) {
    if (open.containsKey(reservation)) {
      settled(Closure.givenBack(reservation), atMs, writtenAtMs);
    }
  }

  void forgotten(String budget, @Nullable Long through) {
    forgotten(counter -> counter.budget().equals(budget) && counter.isUpTo(through));
  }

  private void forgotten(Predicate<Counter> which) {
    sums.keySet().removeIf(key -> which.test(key.counter()));
    open.replaceAll(
        (reservation, hold) ->
            new Held(
                hold.asked(),
                hold.marks().stream().filter(m -> !which.test(m.counter())).toList()));
  }

  private void add(Key key, Credits used, Credits held) {
    Sum before = sums.getOrDefault(key, Sum.ZERO);
    sums.put(key, new Sum(before.used().plus(used), before.held().plus(held)));
  }

  /** Compares with what was counted, in the windows that still count. */
  void finish(Tallies counted) {
    counted
        .counters()
        .forEach((counter, windows) -> windows.forEach(window -> compare(counter, window)));
    Map<Key, Credits> left = new HashMap<>();
    sums.forEach((mark, sum) -> left.put(mark, sum.held()));
    left.forEach(
        (mark, held) -> {
          boolean known =
              counted.counters().getOrDefault(mark.counter(), List.of()).stream()
                  .anyMatch(window -> window.windowStart().equals(mark.windowStart()));
          if (!known && !held.isZero()) {
            findings.add(Kind.BUDGET, id, "%s: %s is held and not counted".formatted(mark, held));
          }
        });
  }

  private void compare(Counter counter, Tally window) {
    findings.budgetWindows++;
    Sum should = sums.getOrDefault(new Key(counter, window.windowStart()), Sum.ZERO);
    if (!should.used().equals(window.used()) || !should.held().equals(window.held())) {
      findings.add(
          Kind.BUDGET,
          id,
          "budget %s%s, window from %s: used %s and held %s, should be %s and %s"
              .formatted(
                  counter.budget(),
                  counter.member().isEmpty() ? "" : " of " + counter.member(),
                  window.windowStart(),
                  window.used(),
                  window.held(),
                  should.used(),
                  should.held()));
    }
  }
}
