package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was used and is held against budgets, window by window, and the holds that are open.
 * Mutable, owned by one thread. A hold counts in the window in which it was made, and settles
 * there: a later window gains nothing by it.
 */
public final class Tallies {

  /** A counter's name: the budget, the member it counts for (empty if one counter serves all). */
  public record Counter(String budget, String member) {}

  /** What was used and is held in one window. */
  public record Tally(Instant windowStart, Credits used, Credits held) {
    private Tally with(Credits usedMore, Credits heldMore) {
      return new Tally(windowStart, used.plusCapped(usedMore), held.plusCapped(heldMore));
    }
  }

  /** Where a hold counts. */
  public record Mark(Counter counter, Instant windowStart) {}

  /** An open hold: how much, and where it counts. */
  public record OpenHold(Credits amount, List<Mark> marks) {}

  /** A hold that expired, and until when its late usage still counts. */
  public record Lapsed(List<Mark> marks, Instant until) {}

  private final Duration lateFor;
  private final LinkedHashMap<String, Lapsed> lapsed = new LinkedHashMap<>();
  private final Map<Counter, List<Tally>> tallies = new HashMap<>();
  private final Map<String, OpenHold> holds = new HashMap<>();

  /**
   * Nothing counted, nothing held.
   *
   * @param lateFor how long after a hold's expiry late usage still counts where it was made; longer
   *     than a wallet's grace, since the wallet decides and this follows
   */
  public Tallies(Duration lateFor) {
    this.lateFor = lateFor;
  }

  /** A budget's figures now, for the scope that it is counted for. */
  public LimitState state(Budgets.Applicable of, Instant now) {
    Budget budget = of.budget();
    Window window = budget.windowAt(now);
    String source = of.isDefault() ? LimitState.SOURCE_DEFAULT : LimitState.SOURCE_BUDGET;
    String user = of.counted().id();
    Counter counter = new Counter(budget.id(), of.isDefault() && user != null ? user : "");
    Tally tally = tally(counter, window.start());
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
        source);
  }

  private @Nullable Tally tally(Counter counter, Instant windowStart) {
    for (Tally tally : tallies.getOrDefault(counter, List.of())) {
      if (tally.windowStart().equals(windowStart)) {
        return tally;
      }
    }
    return null;
  }

  /** Sets an amount aside in each of the limits' windows. */
  public void hold(String reservation, Credits amount, List<LimitState> limits) {
    List<Mark> marks = new ArrayList<>(limits.size());
    for (LimitState limit : limits) {
      Mark mark = new Mark(new Counter(limit.budget(), limit.member()), limit.windowStart());
      add(mark, Credits.ZERO, amount);
      marks.add(mark);
    }
    holds.put(reservation, new OpenHold(amount, marks));
  }

  /** Whether the reservation is open here. */
  public boolean holds(String reservation) {
    return holds.containsKey(reservation);
  }

  /** Whether a closure of this reservation would change anything here. */
  public boolean concerns(Closure closure) {
    return holds.containsKey(closure.reservation())
        || (closure.kind() == Closure.Kind.LATE && lapsed.containsKey(closure.reservation()));
  }

  /** Ends a hold: what was charged counts as used, in the windows of the hold; the rest is free. */
  public void close(Closure closure, Instant at) {
    String reservation = closure.reservation();
    OpenHold hold = holds.remove(reservation);
    if (hold == null) {
      closeLate(closure);
      return;
    }
    hold.marks().forEach(mark -> add(mark, closure.charged(), hold.amount().negated()));
    if (closure.kind() == Closure.Kind.EXPIRED) {
      lapsed.put(reservation, new Lapsed(hold.marks(), at.plus(lateFor)));
    }
    Iterator<Lapsed> oldest = lapsed.values().iterator();
    while (oldest.hasNext() && oldest.next().until().isBefore(at)) {
      oldest.remove();
    }
  }

  private void closeLate(Closure closure) {
    Lapsed hold = closure.kind() == Closure.Kind.LATE ? lapsed.remove(closure.reservation()) : null;
    if (hold != null) {
      hold.marks().forEach(mark -> add(mark, closure.charged(), Credits.ZERO));
    }
  }

  /** Drops all that was counted against a budget. */
  public void forget(String budget) {
    tallies.keySet().removeIf(counter -> counter.budget().equals(budget));
    holds.replaceAll(
        (reservation, hold) -> new OpenHold(hold.amount(), without(budget, hold.marks())));
    lapsed.replaceAll(
        (reservation, hold) -> new Lapsed(without(budget, hold.marks()), hold.until()));
  }

  private static List<Mark> without(String budget, List<Mark> marks) {
    return marks.stream().filter(mark -> !mark.counter().budget().equals(budget)).toList();
  }

  private void add(Mark mark, Credits used, Credits held) {
    List<Tally> windows = tallies.computeIfAbsent(mark.counter(), c -> new ArrayList<>(1));
    boolean found = false;
    for (int i = 0; i < windows.size() && !found; i++) {
      if (windows.get(i).windowStart().equals(mark.windowStart())) {
        windows.set(i, windows.get(i).with(used, held));
        found = true;
      }
    }
    if (!found) {
      windows.add(new Tally(mark.windowStart(), used, held));
    }
    if (windows.size() > 1) {
      forgetEnded(windows, mark.windowStart());
    }
  }

  /**
   * A window that has ended and holds nothing decides nothing any more. The one that was just
   * counted in is kept, whenever it began: a budget's windows may have been made longer.
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
                && tally.held().isZero());
  }

  /** All counters, for snapshots and comparison. */
  public Map<Counter, List<Tally>> counters() {
    return tallies;
  }

  /** All open holds by reservation, for snapshots and comparison. */
  public Map<String, OpenHold> open() {
    return holds;
  }

  /** The reservations that expired so lately that late usage may still come. */
  public List<String> lapsed() {
    return List.copyOf(lapsed.keySet());
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
