package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was used and is held against budgets, window by window, and the holds that are open.
 * Mutable, owned by one thread. A hold counts in the window in which it was made, and settles
 * there: a later window gains nothing by it.
 */
public final class Tallies {

  private static final long HUNDRED = 100;

  /**
   * A counter's name.
   *
   * @param budget the budget's name
   * @param member whom it counts for; empty if one counter serves all
   * @param since see {@link Budget}
   */
  public record Counter(String budget, String member, @Nullable Long since) {

    /** A counter of an early budget. */
    public Counter(String budget, String member) {
      this(budget, member, null);
    }

    /** Whether it is of the budget since then, or of an earlier one; null stands for all. */
    public boolean isUpTo(@Nullable Long through) {
      return through == null || since == null || since <= through;
    }

    /** The counter of a limit. */
    public static Counter of(LimitState limit) {
      return new Counter(limit.budget(), limit.member(), limit.since());
    }
  }

  /**
   * Who wants to know how much of a limit is used.
   *
   * @param limit the limit when it last let something through
   * @param thresholds percentages of it, ascending
   * @param told the highest of them that was told, or 0
   */
  public record Watch(Credits limit, List<Integer> thresholds, int told) {

    private static @Nullable Watch of(Credits limit, List<Integer> thresholds) {
      return thresholds.isEmpty() ? null : new Watch(limit, thresholds, 0);
    }

    /** The same, knowing what was told before; the one before, if nothing else changes. */
    private Watch after(@Nullable Watch before) {
      if (before == null) {
        return this;
      }
      return limit.equals(before.limit) && thresholds.equals(before.thresholds)
          ? before
          : new Watch(limit, thresholds, before.told);
    }
  }

  /**
   * What was used and is held in one window.
   *
   * @param watch null if nobody wants to know
   * @param openUntil until when what ran in the window may be reported and counts in it, though it
   *     has ended; null where it is closed when it ends
   */
  public record Tally(
      Instant windowStart,
      Credits used,
      Credits held,
      @Nullable Watch watch,
      @Nullable Instant openUntil) {

    /** A window that is closed when it ends. */
    public Tally(Instant windowStart, Credits used, Credits held, @Nullable Watch watch) {
      this(windowStart, used, held, watch, null);
    }

    private boolean isOpenAt(Instant at) {
      return openUntil != null && at.isBefore(openUntil);
    }

    private Tally with(
        Credits usedMore, Credits heldMore, @Nullable Watch watching, @Nullable Instant openTo) {
      return new Tally(
          windowStart,
          used.plusCapped(usedMore),
          held.plusCapped(heldMore),
          watching == null ? watch : watching.after(watch),
          openTo == null ? openUntil : openTo);
    }

    private Tally told(Watch now) {
      return new Tally(windowStart, used, held, now, openUntil);
    }
  }

  /**
   * Where a hold counts.
   *
   * @param measure what counts there besides credits; null for the hold's credits
   */
  public record Mark(Counter counter, Instant windowStart, @Nullable String measure) {}

  /**
   * An open hold: how much, and where it counts.
   *
   * @param usage units by meter, where some mark counts them, and always of a lease; else empty
   * @param returned of a lease, how much was handed back before its end; null for none
   */
  public record OpenHold(
      Credits amount, Map<String, Long> usage, List<Mark> marks, @Nullable Credits returned) {

    /** Of which nothing was handed back. */
    public OpenHold(Credits amount, Map<String, Long> usage, List<Mark> marks) {
      this(amount, usage, marks, null);
    }

    private OpenHold with(List<Mark> others) {
      return new OpenHold(amount, usage, others, returned);
    }

    private Credits at(Mark mark) {
      return mark.measure == null ? amount : new Quantities(amount, usage).in(mark.measure);
    }
  }

  /**
   * A hold that expired, and until when its late usage still counts.
   *
   * @param usage units by meter, as they were held
   * @param late its late usage, once that has come, for budgets that are set afterwards; else null
   */
  public record Lapsed(
      Map<String, Long> usage, List<Mark> marks, Instant until, @Nullable Closure late) {

    /** Whose late usage may yet come. */
    public Lapsed(Map<String, Long> usage, List<Mark> marks, Instant until) {
      this(usage, marks, until, null);
    }

    private Lapsed with(List<Mark> others) {
      return new Lapsed(usage, others, until, late);
    }
  }

  private final Lateness lateness;
  private final LinkedHashMap<String, Lapsed> lapsed = new LinkedHashMap<>();
  private final Map<Counter, List<Tally>> tallies = new HashMap<>();
  private final Map<String, OpenHold> holds = new HashMap<>();

  /**
   * Nothing counted, nothing held.
   *
   * @param lateness how long what has ended may still be told of
   */
  public Tallies(Lateness lateness) {
    this.lateness = lateness;
  }

  /** How long what has ended may still be told of. */
  public Lateness lateness() {
    return lateness;
  }

  /**
   * The figures of those limits that can count work that has run; the windows for which it counts.
   *
   * @param counted for when it counts
   */
  public List<LimitState> states(
      List<Budgets.Applicable> limits, CountedWork counted, Instant now) {
    return limits.stream()
        .filter(limit -> counts(limit, counted.in(limit.budget().window()), now))
        .map(limit -> state(limit, counted.in(limit.budget().window())))
        .toList();
  }

  /**
   * Whether work that ran then can still count: its window has not ended, or what was counted in it
   * is still known. What has been forgotten decides nothing, and is not begun anew. By a clock that
   * is behind, a day may not have begun either. A rate is counted only while it lasts: a later
   * window of it would have the one that lasts forgotten.
   */
  private boolean counts(Budgets.Applicable of, Instant then, Instant now) {
    Budget budget = of.budget();
    Window window = budget.windowAt(then);
    return budget.window().boundsRate()
        ? window.contains(now)
        : now.isBefore(window.end()) || tally(counter(of), window.start()) != null;
  }

  private static Counter counter(Budgets.Applicable of) {
    Budget budget = of.budget();
    return new Counter(budget.id(), budget.scope().member(of.counted().id()), budget.since());
  }

  /** A budget's figures now, for the scope that it is counted for. */
  public LimitState state(Budgets.Applicable of, Instant now) {
    Budget budget = of.budget();
    Window window = budget.windowAt(now);
    Tally tally = tally(counter(of), window.start());
    return new LimitState(
        budget.id(),
        of.counted(),
        budget.measure(),
        budget.window(),
        budget.mode(),
        budget.limit(),
        tally == null ? Credits.ZERO : tally.used(),
        tally == null ? Credits.ZERO : tally.held(),
        window.start(),
        window.end(),
        of.source(),
        of.override(),
        budget.thresholds(),
        budget.since());
  }

  private @Nullable Tally tally(Counter counter, Instant windowStart) {
    for (Tally tally : tallies.getOrDefault(counter, List.of())) {
      if (tally.windowStart().equals(windowStart)) {
        return tally;
      }
    }
    return null;
  }

  /** Sets a request's quantities aside in each of the limits' windows. */
  public void hold(String reservation, Quantities asked, List<LimitState> limits) {
    List<Mark> marks = new ArrayList<>(limits.size());
    boolean metered = asked.isLease();
    for (LimitState limit : limits) {
      String measure = asked.has(limit.measure()) ? limit.measure() : null;
      metered |= measure != null && asked.usage().containsKey(measure);
      Mark mark = new Mark(Counter.of(limit), limit.windowStart(), measure);
      add(
          mark,
          Credits.ZERO,
          asked.in(limit.measure()),
          Watch.of(limit.limit(), limit.thresholds()),
          openUntil(limit));
      marks.add(mark);
    }
    holds.put(reservation, new OpenHold(asked.amount(), metered ? asked.usage() : Map.of(), marks));
  }

  /** Until when a window that has ended is open to correction; null for one that never is. */
  private @Nullable Instant openUntil(LimitState limit) {
    return limit.window().boundsRate() || lateness.correction().isZero()
        ? null
        : limit.resetsAt().plus(lateness.correction());
  }

  /**
   * Whether a lease of such credits has something that a limit counts, and that it lacks in the
   * window of that: what it holds in another window of the limit is none of this one.
   */
  public boolean lacks(String lease, String creditType, LimitState limit) {
    OpenHold hold = holds.get(lease);
    if (hold == null) {
      return false;
    }
    Counter counter = Counter.of(limit);
    boolean counted =
        limit.measure().equals(creditType)
            ? hold.amount().isPositive()
            : hold.usage().getOrDefault(limit.measure(), 0L) > 0;
    return counted
        && hold.marks().stream()
            .noneMatch(
                mark ->
                    mark.counter().equals(counter)
                        && mark.windowStart().equals(limit.windowStart()));
  }

  /** Whether the reservation is open here. */
  public boolean holds(String reservation) {
    return holds.containsKey(reservation);
  }

  /** Whether a closure of this reservation would change anything here. */
  public boolean concerns(Closure closure) {
    if (closure.kind() == Closure.Kind.SHRUNK) {
      OpenHold lease = holds.get(closure.reservation());
      return lease != null && handedBack(lease, closure).isPositive();
    }
    return holds.containsKey(closure.reservation())
        || (closure.kind() == Closure.Kind.LATE && awaiting(closure.reservation()) != null);
  }

  /** What has expired, if its late usage has not come yet; else null. */
  private @Nullable Lapsed awaiting(String reservation) {
    Lapsed hold = lapsed.get(reservation);
    return hold == null || hold.late() != null ? null : hold;
  }

  /** What has to be told if a hold ends so: the thresholds that it reaches. */
  public List<ThresholdAlert> alerts(Closure closure) {
    if (!closure.kind().ends()) {
      return List.of();
    }
    OpenHold hold = holds.get(closure.reservation());
    if (hold != null) {
      return alerts(closure, hold.marks(), hold.usage());
    }
    Lapsed late = awaiting(closure.reservation());
    return late == null ? List.of() : alerts(closure, late.marks(), late.usage());
  }

  private List<ThresholdAlert> alerts(Closure closure, List<Mark> marks, Map<String, Long> held) {
    List<ThresholdAlert> alerts = new ArrayList<>(0);
    for (Mark mark : marks) {
      Tally tally = tally(mark.counter(), mark.windowStart());
      if (tally != null && tally.watch() != null) {
        Credits used = tally.used().plusCapped(closure.used(mark.measure(), held));
        reached(mark, used, tally.watch(), alerts);
      }
    }
    return List.copyOf(alerts);
  }

  private static void reached(
      Mark mark, Credits used, Watch watch, Collection<ThresholdAlert> alerts) {
    int last = watch.thresholds().isEmpty() ? 0 : watch.thresholds().getLast();
    if (watch.told() >= last || !watch.limit().isPositive() || !used.isPositive()) {
      return;
    }
    for (int threshold : watch.thresholds()) {
      if (threshold > watch.told() && reaches(used, watch.limit(), threshold)) {
        alerts.add(
            new ThresholdAlert(
                mark.counter().budget(),
                mark.counter().member(),
                mark.windowStart(),
                threshold,
                used,
                watch.limit(),
                mark.counter().since()));
      }
    }
  }

  /** Whether it is so many percent of a limit at the least; a hundredfold may be beyond a long. */
  private static boolean reaches(Credits used, Credits limit, int percent) {
    int high =
        Long.compare(
            Math.multiplyHigh(used.micros(), HUNDRED),
            Math.multiplyHigh(limit.micros(), (long) percent));
    return high > 0
        || high == 0
            && Long.compareUnsigned(used.micros() * HUNDRED, limit.micros() * percent) >= 0;
  }

  /** These thresholds were told, and are not told again in their windows. */
  public void told(List<ThresholdAlert> alerts) {
    for (ThresholdAlert alert : alerts) {
      List<Tally> windows =
          tallies.getOrDefault(
              new Counter(alert.budget(), alert.member(), alert.since()), List.of());
      for (int i = 0; i < windows.size(); i++) {
        Tally tally = windows.get(i);
        Watch watch = tally.watch();
        if (watch != null && tally.windowStart().equals(alert.windowStart())) {
          int told = Math.max(watch.told(), alert.threshold());
          windows.set(i, tally.told(new Watch(watch.limit(), watch.thresholds(), told)));
        }
      }
    }
  }

  /** Ends a hold: what was charged counts as used, in the windows of the hold; the rest is free. */
  public void close(Closure closure, Instant at) {
    String reservation = closure.reservation();
    if (closure.kind() == Closure.Kind.SHRUNK) {
      shrink(closure);
      return;
    }
    OpenHold hold = holds.remove(reservation);
    if (hold == null) {
      closeLate(closure);
      return;
    }
    OpenHold lease = closure.lease() == null ? null : holds.get(closure.lease());
    if (lease != null && closure.lease() != null) {
      OpenHold less =
          closure.kind() == Closure.Kind.ADDED
              ? together(lease, hold)
              : lessened(lease, closure, hold.usage());
      hold(closure.lease(), lease, less);
    }
    for (Mark mark : hold.marks()) {
      add(mark, closure.used(mark.measure(), hold.usage()), hold.at(mark).negated(), null);
    }
    if (closure.kind() == Closure.Kind.EXPIRED) {
      lapsed.put(reservation, new Lapsed(hold.usage(), hold.marks(), at.plus(lateness.lateFor())));
    }
    Iterator<Lapsed> oldest = lapsed.values().iterator();
    while (oldest.hasNext() && oldest.next().until().isBefore(at)) {
      oldest.remove();
    }
  }

  /** What a lease holds is another amount from now on, everywhere where it counts. */
  private void hold(String lease, OpenHold before, OpenHold after) {
    for (Mark mark : after.marks()) {
      Credits was = before.marks().contains(mark) ? before.at(mark) : Credits.ZERO;
      add(mark, Credits.ZERO, after.at(mark).minus(was), null);
    }
    holds.put(lease, after);
  }

  /** A lease with what was held to be added to it: in all windows in which either counts. */
  private static OpenHold together(OpenHold lease, OpenHold more) {
    Map<String, Long> usage = new TreeMap<>(lease.usage());
    more.usage().forEach((meter, units) -> usage.merge(meter, units, Quantities::plusCapped));
    List<Mark> marks = new ArrayList<>(lease.marks());
    more.marks().stream().filter(mark -> !marks.contains(mark)).forEach(marks::add);
    return new OpenHold(lease.amount().plusCapped(more.amount()), usage, marks, lease.returned());
  }

  /** A lease of which so much was used as a report says: what may be open at once stays. */
  private static OpenHold lessened(OpenHold lease, Closure used, Map<String, Long> asReported) {
    Map<String, Long> usage = new TreeMap<>(lease.usage());
    usage.replaceAll(
        (meter, units) -> {
          if (meter.equals(Quantities.OPEN_RESERVATIONS)) {
            return units;
          }
          long less = meter.equals(Quantities.REQUESTS) ? 1 : asReported.getOrDefault(meter, 0L);
          return Math.max(0, units - less);
        });
    return new OpenHold(
        lease.amount().minus(used.fromLease().min(lease.amount())),
        usage,
        lease.marks(),
        lease.returned());
  }

  private void shrink(Closure closure) {
    OpenHold lease = holds.get(closure.reservation());
    if (lease != null) {
      Credits back = handedBack(lease, closure).min(lease.amount());
      OpenHold less =
          new OpenHold(lease.amount().minus(back), lease.usage(), lease.marks(), closure.charged());
      hold(closure.reservation(), lease, less);
    }
  }

  /** What was handed back of a lease that was not known of before. */
  private static Credits handedBack(OpenHold lease, Closure closure) {
    return closure.charged().minus(lease.returned() == null ? Credits.ZERO : lease.returned());
  }

  private void closeLate(Closure closure) {
    Lapsed hold = closure.kind() == Closure.Kind.LATE ? awaiting(closure.reservation()) : null;
    if (hold != null) {
      lapsed.put(
          closure.reservation(), new Lapsed(hold.usage(), hold.marks(), hold.until(), closure));
      for (Mark mark : hold.marks()) {
        // A window that has been forgotten is not begun anew: it would lack what came before.
        if (tally(mark.counter(), mark.windowStart()) != null) {
          add(mark, closure.used(mark.measure(), hold.usage()), Credits.ZERO, null);
        }
      }
    }
  }

  /**
   * Counts what is open against a budget that is about to be set, whether it was held here before
   * or not; of what has expired here, late usage counts, whether that has come or will.
   */
  public void countOpen(Budget budget, List<OpenPart> parts) {
    for (OpenPart part : parts) {
      Lapsed expired = lapsed.get(part.reservation());
      if (expired != null && !holds.containsKey(part.reservation())) {
        countLapsed(budget, part, expired);
        continue;
      }
      OpenHold hold =
          holds.getOrDefault(
              part.reservation(), new OpenHold(part.amount(), part.usage(), List.of()));
      Counter counter = new Counter(budget.id(), part.member(), budget.since());
      if (hold.marks().stream().anyMatch(mark -> mark.counter().equals(counter))) {
        continue;
      }
      // As it is held here: of a lease, the org may have heard more or less than this entity.
      Quantities asked =
          new Quantities(hold.amount(), hold.usage().isEmpty() ? part.usage() : hold.usage());
      String measure = asked.has(budget.measure()) ? budget.measure() : null;
      Mark mark = new Mark(counter, part.windowStart(), measure);
      add(
          mark,
          Credits.ZERO,
          asked.in(budget.measure()),
          Watch.of(budget.limit(), budget.thresholds()));
      List<Mark> marks = new ArrayList<>(hold.marks());
      marks.add(mark);
      holds.put(
          part.reservation(), new OpenHold(hold.amount(), asked.usage(), marks, hold.returned()));
    }
  }

  private void countLapsed(Budget budget, OpenPart part, Lapsed expired) {
    Counter counter = new Counter(budget.id(), part.member(), budget.since());
    if (expired.marks().stream().anyMatch(mark -> mark.counter().equals(counter))) {
      return;
    }
    Map<String, Long> usage = expired.usage().isEmpty() ? part.usage() : expired.usage();
    String measure =
        new Quantities(part.amount(), usage).has(budget.measure()) ? budget.measure() : null;
    Mark mark = new Mark(counter, part.windowStart(), measure);
    Closure late = expired.late();
    add(
        mark,
        late == null ? Credits.ZERO : late.used(measure, usage),
        Credits.ZERO,
        Watch.of(budget.limit(), budget.thresholds()));
    List<Mark> marks = new ArrayList<>(expired.marks());
    marks.add(mark);
    lapsed.put(part.reservation(), new Lapsed(usage, marks, expired.until(), late));
  }

  /**
   * Counts what had been used before a budget was set. What was counted for it otherwise, as by an
   * attempt to set it that came to nothing, is dropped.
   */
  public void countBefore(String budget, @Nullable Long since, List<OpeningCount> counts) {
    forget(counter -> counter.budget().equals(budget) && !Objects.equals(counter.since(), since));
    for (OpeningCount count : counts) {
      Mark mark = new Mark(new Counter(budget, count.member(), since), count.windowStart(), null);
      add(mark, count.used(), Credits.ZERO, null);
    }
  }

  /** Whether a later budget of this name than the one since then is counted for. */
  public boolean countsLater(String budget, @Nullable Long since) {
    long than = since == null ? 0 : since;
    return tallies.keySet().stream()
        .anyMatch(
            counter ->
                counter.budget().equals(budget)
                    && counter.since() != null
                    && counter.since() > than);
  }

  /** Drops all that was counted against a budget. */
  public void forget(String budget) {
    forget(budget, null);
  }

  /**
   * Drops what was counted against a budget, and those of its name before it.
   *
   * @param through see {@link Budget#since}; null for all of its name
   */
  public void forget(String budget, @Nullable Long through) {
    forget(counter -> counter.budget().equals(budget) && counter.isUpTo(through));
  }

  /** Drops what was counted against a budget since then. */
  public void forgetSince(String budget, long since) {
    forget(counter -> counter.budget().equals(budget) && Objects.equals(counter.since(), since));
  }

  private void forget(Predicate<Counter> which) {
    if (!tallies.keySet().removeIf(which)) {
      return;
    }
    holds.replaceAll((reservation, hold) -> hold.with(without(which, hold.marks())));
    lapsed.replaceAll((reservation, hold) -> hold.with(without(which, hold.marks())));
  }

  private static List<Mark> without(Predicate<Counter> which, List<Mark> marks) {
    return marks.stream().filter(mark -> !which.test(mark.counter())).toList();
  }

  private void add(Mark mark, Credits used, Credits held, @Nullable Watch watch) {
    add(mark, used, held, watch, null);
  }

  private void add(
      Mark mark, Credits used, Credits held, @Nullable Watch watch, @Nullable Instant openUntil) {
    List<Tally> windows = tallies.computeIfAbsent(mark.counter(), c -> new ArrayList<>(1));
    boolean found = false;
    for (int i = 0; i < windows.size() && !found; i++) {
      if (windows.get(i).windowStart().equals(mark.windowStart())) {
        windows.set(i, windows.get(i).with(used, held, watch, openUntil));
        found = true;
      }
    }
    if (!found) {
      windows.add(new Tally(mark.windowStart(), used, held, watch, openUntil));
    }
    if (windows.size() > 1) {
      forgetEnded(windows, mark.windowStart());
    }
  }

  /**
   * A window that has ended, holds nothing and is not open to correction decides nothing any more.
   * How late it is, the newest window tells: it has begun. The one that was just counted in is
   * kept, whenever it began: a budget's windows may have been made longer.
   */
  private static void forgetEnded(List<Tally> windows, Instant counted) {
    Instant newest = Instant.MIN;
    for (Tally tally : windows) {
      newest = tally.windowStart().isAfter(newest) ? tally.windowStart() : newest;
    }
    Instant keep = newest;
    windows.removeIf(
        tally ->
            tally.windowStart().isBefore(keep)
                && !tally.windowStart().equals(counted)
                && tally.held().isZero()
                && !tally.isOpenAt(keep));
  }

  /** All counters, for snapshots and comparison. */
  public Map<Counter, List<Tally>> counters() {
    return tallies;
  }

  /** All open holds by reservation, for snapshots and comparison. */
  public Map<String, OpenHold> open() {
    return holds;
  }

  /** The reservations that expired so lately that late usage may still come, and since when. */
  public Map<String, Instant> lapsed() {
    Map<String, Instant> since = new LinkedHashMap<>();
    lapsed.forEach(
        (reservation, hold) -> {
          if (hold.late() == null) {
            since.put(reservation, hold.until().minus(lateness.lateFor()));
          }
        });
    return since;
  }

  /** Whether the reservation expired so lately, and late usage may have come. */
  public boolean hasLapsed(String reservation) {
    return lapsed.containsKey(reservation);
  }

  /** All of it as plain data. */
  public Snapshot snapshot() {
    List<CounterPart> counters = new ArrayList<>(tallies.size());
    tallies.forEach(
        (counter, windows) -> counters.add(new CounterPart(counter, List.copyOf(windows))));
    return new Snapshot(counters, new LinkedHashMap<>(holds), new LinkedHashMap<>(lapsed));
  }

  /** Takes in a snapshot. */
  public void restore(Snapshot from) {
    from.counters().forEach(c -> tallies.put(c.counter(), new ArrayList<>(c.windows())));
    holds.putAll(from.open());
    lapsed.putAll(from.lapsed());
  }

  /** One counter in a snapshot. */
  public record CounterPart(Counter counter, List<Tally> windows) {}

  /** The counters and holds as plain, immutable data. */
  public record Snapshot(
      List<CounterPart> counters, Map<String, OpenHold> open, Map<String, Lapsed> lapsed) {}
}
