package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.simulation.NaiveBudgets.Applied;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From when until when each open lease of an org may be decided from, by the org's own events. */
final class NaiveLeases {

  /**
   * One lease.
   *
   * @param since the moment in which it began
   * @param prolonged the moment in which something was added to it; that of its beginning before
   * @param untilBefore until when it was to last before that
   */
  record Term(Instant from, Instant until, long since, long prolonged, Instant untilBefore) {

    /** The earliest end that it had at some time since a moment. */
    Instant endAt(long moment) {
      return moment <= prolonged ? untilBefore : until;
    }
  }

  /**
   * What is to be added to an open lease, and may be granted by now.
   *
   * @param until until when the lease is to last with it
   */
  record Addition(String name, String lease, Instant until) {}

  private final Map<String, Term> open = new HashMap<>();

  /** The leases that others are to be added to, by what is to be added. */
  private final Map<String, String> addedTo = new TreeMap<>();

  /** An open one; null if there is none. */
  @Nullable Term term(String lease) {
    return open.get(lease);
  }

  /**
   * When a lease is to end: when it was asked to, but not before what it is added to would, and
   * with the first window that it holds in.
   *
   * @param before what it is to be added to; null if to nothing
   * @param limits those that it falls under
   */
  static Instant until(Plan plan, @Nullable Term before, List<Applied> limits, Instant at) {
    Instant until = at.plusSeconds(plan.request().ttlSeconds());
    if (before != null && before.until.isAfter(until)) {
      until = before.until;
    }
    for (Applied limit : limits) {
      Instant end = limit.end();
      until = end != null && end.isBefore(until) ? end : until;
    }
    return until;
  }

  void begin(Plan plan, long moment) {
    Instant from = plan.countedAt();
    Instant until = plan.leaseUntil();
    if (from != null && until != null) {
      open.put(plan.reservation(), new Term(from, until, moment, moment, until));
      LeaseTerms terms = plan.request().lease();
      if (terms != null && terms.more() != null) {
        addedTo.put(plan.reservation(), terms.more());
      }
    }
  }

  void settled(Closure closure, long moment) {
    if (closure.kind() == Closure.Kind.SHRUNK) {
      return;
    }
    Term ended = open.remove(closure.reservation());
    if (closure.kind() == Closure.Kind.ADDED && ended != null) {
      open.computeIfPresent(
          closure.lease(),
          (name, term) ->
              new Term(
                  term.from,
                  ended.until.isAfter(term.until) ? ended.until : term.until,
                  term.since,
                  moment,
                  term.until));
    }
  }

  /** All that is open and to be added to an open lease. */
  List<Addition> additions() {
    List<Addition> found = new ArrayList<>();
    addedTo.forEach(
        (name, lease) -> {
          Term term = open.get(name);
          if (term != null && open.containsKey(lease)) {
            found.add(new Addition(name, lease, term.until));
          }
        });
    return found;
  }

  /** When work counts that was decided from an open lease; null for all else. */
  @Nullable Instant countsAt(Reported reported, Instant now) {
    Term term = reported.lease() == null ? null : open.get(reported.lease());
    if (term == null || !term.from.isBefore(term.until)) {
      return null;
    }
    Instant last = term.until.minus(1, ChronoUnit.MICROS);
    last = last.isBefore(now) ? last : now;
    Instant ran = reported.happenedAt();
    return ran.isAfter(last) ? last : ran.isBefore(term.from) ? term.from : ran;
  }
}
