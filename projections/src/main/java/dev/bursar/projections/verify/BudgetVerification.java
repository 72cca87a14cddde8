package dev.bursar.projections.verify;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.budget.Tallies.Counter;
import dev.bursar.domain.budget.Tallies.Mark;
import dev.bursar.domain.budget.Tallies.Tally;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.verify.Discrepancy.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the budgets of an org or a team once more, from what the wallets charged, and compares
 * that with what the org or team itself has counted in its current windows.
 */
final class BudgetVerification {

  private record Held(Credits amount, List<Mark> marks) {}

  private record Lapsed(List<Mark> marks, long untilMs) {}

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
  private final Map<Mark, Sum> sums = new HashMap<>();

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

  void held(String reservation, Credits amount, List<LimitState> limits, long writtenAtMs) {
    List<Mark> marks =
        limits.stream()
            .map(l -> new Mark(new Counter(l.budget(), l.member()), l.windowStart()))
            .toList();
    marks.forEach(mark -> add(mark, Credits.ZERO, amount));
    open.put(reservation, new Held(amount, marks));
    reservations.counted(reservation, party, writtenAtMs);
  }

  void settled(Closure closure, long atMs, long writtenAtMs) {
    Credits charged = reservations.settled(closure, party, writtenAtMs);
    if (!charged.equals(closure.charged())) {
      findings.add(
          Kind.RESERVATION,
          id,
          "%s: the wallet charged %s, %s was told here"
              .formatted(closure.reservation(), charged, closure.charged()));
    }
    Held hold = open.remove(closure.reservation());
    Lapsed late = lapsed.remove(closure.reservation());
    if (hold != null) {
      hold.marks().forEach(mark -> add(mark, charged, hold.amount().negated()));
      if (closure.kind() == Closure.Kind.EXPIRED) {
        lapsed.put(closure.reservation(), new Lapsed(hold.marks(), atMs + lateFor.toMillis()));
      }
    } else if (late != null && closure.kind() == Closure.Kind.LATE) {
      late.marks().forEach(mark -> add(mark, charged, Credits.ZERO));
    }
    Iterator<Lapsed> oldest = lapsed.values().iterator();
    while (oldest.hasNext() && oldest.next().untilMs() < atMs) {
      oldest.remove();
    }
  }

  /** A hold was taken back, if there was one. */
  void takenBack(String reservation, long atMs, long writtenAtMs) {
    if (open.containsKey(reservation)) {
      settled(new Closure(reservation, Credits.ZERO, Closure.Kind.ENDED), atMs, writtenAtMs);
    }
  }

  void forgotten(String budget) {
    sums.keySet().removeIf(mark -> mark.counter().budget().equals(budget));
    open.replaceAll(
        (reservation, hold) ->
            new Held(
                hold.amount(),
                hold.marks().stream().filter(m -> !m.counter().budget().equals(budget)).toList()));
  }

  private void add(Mark mark, Credits used, Credits held) {
    Sum before = sums.getOrDefault(mark, Sum.ZERO);
    sums.put(mark, new Sum(before.used().plus(used), before.held().plus(held)));
  }

  /** Compares with what was counted, in the windows that still count. */
  void finish(Tallies counted) {
    counted
        .counters()
        .forEach((counter, windows) -> windows.forEach(window -> compare(counter, window)));
    Map<Mark, Credits> left = new HashMap<>();
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
    Sum should = sums.getOrDefault(new Mark(counter, window.windowStart()), Sum.ZERO);
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
