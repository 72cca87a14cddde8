package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.Rerating.Charge;
import dev.bursar.domain.org.Rerating.Moment;
import dev.bursar.domain.org.Rerating.Used;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * What counts in the limits of an org's plan while its usage is rated anew. As when it was decided,
 * a request holds what it asks for until it was charged, and counts what it was charged at after
 * that; what was reported counts from when it was. Mutable, owned by one thread.
 */
final class PlanLimits {

  /** Before any row of a journal. */
  private static final Place FIRST = new Place(0, 0);

  /** Where a limit counts. */
  private record Counter(String limit, String member, Instant windowStart) {}

  /** What is used of a limit, or held. */
  private static final class Tally {
    private Credits counted = Credits.ZERO;

    /** What a lease that was granted later could not have any more, whenever that was. */
    private Credits taken = Credits.ZERO;
  }

  /** A sum is another from a moment on. */
  private record Change(Moment moment, Tally tally, Credits more) implements Comparable<Change> {
    @Override
    public int compareTo(Change other) {
      return moment.compareTo(other.moment);
    }
  }

  /** What a request asks for of a limit, and what it was charged at in the end. */
  private record Part(Tally tally, Credits asked, Credits charged) {}

  private final Map<Counter, Tally> tallies = new HashMap<>();
  private final PriorityQueue<Change> changes = new PriorityQueue<>();

  /**
   * Counts a request, unless it would have been denied.
   *
   * @param asked what it would ask for, in credits
   * @param charged what it would be charged, in credits
   * @return whether it fits into all hard limits, or could not have been denied
   */
  boolean take(List<Budget> limits, Used used, String creditType, Credits asked, Credits charged) {
    if (limits.isEmpty()) {
      return true;
    }
    catchUp(used);
    Quantities wanted = new Quantities(asked, used.asked().usage());
    List<Part> parts = new ArrayList<>(limits.size());
    for (Budget limit : limits) {
      boolean isMeant =
          !limit.measure().equals(Quantities.OPEN_RESERVATIONS)
              && (limit.scope().type() != Scope.Type.EACH_USER || used.user() != null)
              && limit.counts(creditType, wanted, used.feature(), used.model());
      if (isMeant) {
        Part part =
            new Part(
                tally(limit, used),
                wanted.in(limit.measure()),
                charged(limit, wanted, used.charge(), charged));
        if (limit.mode() == Budget.Mode.HARD && isDenied(limit, used, part)) {
          return false;
        }
        parts.add(part);
      }
    }
    parts.forEach(part -> count(used, part));
    return true;
  }

  /** Takes in what had changed by the time when it was decided. */
  private void catchUp(Used used) {
    // Of what others decided, no more is known than that it was not before this time.
    Moment decided =
        used.decider() == Rerating.Decider.ORG
            ? used.recorded()
            : new Moment(used.counted().countsAt(), FIRST);
    for (Change next = changes.peek();
        next != null && next.moment().compareTo(decided) < 0;
        next = changes.peek()) {
      changes.remove();
      next.tally().counted = next.tally().counted.plusCapped(next.more());
    }
  }

  private Tally tally(Budget limit, Used used) {
    return tallies.computeIfAbsent(
        new Counter(
            limit.id(),
            limit.scope().member(used.user()),
            limit.windowAt(used.counted().in(limit.window())).start()),
        counter -> new Tally());
  }

  private static Credits charged(Budget limit, Quantities asked, Charge charge, Credits credits) {
    return new Closure("", credits, Closure.Kind.COMMITTED, charge.units())
        .used(asked.has(limit.measure()) ? limit.measure() : null, asked.usage());
  }

  private static boolean isDenied(Budget limit, Used used, Part part) {
    return switch (used.decider()) {
      case ORG -> part.tally.counted.plusCapped(part.asked).compareTo(limit.limit()) > 0;
      // What it had been estimated at is not known, only that it had something of the lease.
      case LEASE ->
          !used.charge().late()
              && part.charged.isPositive()
              && part.tally.taken.compareTo(limit.limit()) >= 0;
      case NOBODY -> false;
    };
  }

  private void count(Used used, Part part) {
    Tally tally = part.tally;
    Charge charge = used.charge();
    switch (used.decider()) {
      case ORG -> {
        // What had expired held nothing, from some time on, until it was charged after all.
        Credits held = charge.late() ? Credits.ZERO : part.asked;
        tally.counted = tally.counted.plusCapped(held);
        tally.taken = tally.taken.plusCapped(held.min(part.charged));
        changes.add(new Change(charge.at(), tally, part.charged.plusCapped(held.negated())));
      }
      case LEASE -> {
        tally.taken = tally.taken.plusCapped(charge.late() ? Credits.ZERO : part.charged);
        changes.add(new Change(used.recorded(), tally, part.charged));
      }
      case NOBODY -> changes.add(new Change(used.recorded(), tally, part.charged));
    }
  }
}
