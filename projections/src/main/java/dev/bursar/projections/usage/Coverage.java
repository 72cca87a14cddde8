package dev.bursar.projections.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * From what the usage of some stretches of time is summed up: whole UTC days, whole UTC hours where
 * a stretch does not begin or end with a day, and single events where not with an hour. Together
 * they cover each stretch once.
 */
final class Coverage {

  /** A part of a stretch, by the stretch's place among all. */
  record Part(int stretch, Span span) {}

  private final List<Part> days = new ArrayList<>();
  private final List<Part> hours = new ArrayList<>();
  private final List<Part> events = new ArrayList<>();

  private final Set<LocalDate> unclear;

  private Coverage(Set<LocalDate> unclear) {
    this.unclear = unclear;
  }

  /**
   * Of stretches by sums, as far as possible.
   *
   * @param unclear UTC days of which sums do not tell what is asked for
   */
  static Coverage bySums(List<Span> stretches, Set<LocalDate> unclear) {
    Coverage coverage = new Coverage(unclear);
    for (int i = 0; i < stretches.size(); i++) {
      coverage.cover(i, stretches.get(i));
    }
    return coverage;
  }

  /** Of stretches by sums of whole days, as far as possible, and events. */
  static Coverage byDays(List<Span> stretches) {
    Coverage coverage = new Coverage(Set.of());
    for (int i = 0; i < stretches.size(); i++) {
      Span span = stretches.get(i);
      Instant firstDay = up(span.from(), ChronoUnit.DAYS);
      Instant lastDay = span.to().truncatedTo(ChronoUnit.DAYS);
      if (firstDay.isBefore(lastDay)) {
        add(coverage.events, i, span.from(), firstDay);
        add(coverage.days, i, firstDay, lastDay);
        add(coverage.events, i, lastDay, span.to());
      } else {
        add(coverage.events, i, span.from(), span.to());
      }
    }
    return coverage;
  }

  /** Of stretches by events alone. */
  static Coverage byEvents(List<Span> stretches) {
    Coverage coverage = new Coverage(Set.of());
    for (int i = 0; i < stretches.size(); i++) {
      add(coverage.events, i, stretches.get(i).from(), stretches.get(i).to());
    }
    return coverage;
  }

  private void cover(int stretch, Span span) {
    Instant firstHour = up(span.from(), ChronoUnit.HOURS);
    Instant lastHour = span.to().truncatedTo(ChronoUnit.HOURS);
    if (firstHour.isAfter(lastHour)) {
      add(events, stretch, span.from(), span.to());
      return;
    }
    add(events, stretch, span.from(), firstHour);
    add(events, stretch, lastHour, span.to());
    Instant firstDay = up(firstHour, ChronoUnit.DAYS);
    Instant lastDay = lastHour.truncatedTo(ChronoUnit.DAYS);
    if (firstDay.isAfter(lastDay)) {
      addClear(hours, stretch, firstHour, lastHour);
      return;
    }
    addClear(hours, stretch, firstHour, firstDay);
    addClear(hours, stretch, lastDay, lastHour);
    addClear(days, stretch, firstDay, lastDay);
  }

  /** Adds a span, day by day where some are not clear. */
  private void addClear(List<Part> to, int stretch, Instant from, Instant until) {
    Instant start = from;
    boolean clear = isClear(start);
    for (Instant day = up(from.plusNanos(1), ChronoUnit.DAYS);
        !unclear.isEmpty() && day.isBefore(until);
        day = day.plus(1, ChronoUnit.DAYS)) {
      if (isClear(day) != clear) {
        add(clear ? to : events, stretch, start, day);
        start = day;
        clear = !clear;
      }
    }
    add(clear ? to : events, stretch, start, until);
  }

  private boolean isClear(Instant at) {
    return !unclear.contains(LocalDate.ofInstant(at, ZoneOffset.UTC));
  }

  private static Instant up(Instant at, ChronoUnit unit) {
    Instant down = at.truncatedTo(unit);
    return down.equals(at) ? at : down.plus(1, unit);
  }

  private static void add(List<Part> to, int stretch, Instant from, Instant until) {
    Span span = new Span(from, until);
    if (!span.isEmpty()) {
      to.add(new Part(stretch, span));
    }
  }

  /** What is taken from sums by UTC day. */
  List<Part> days() {
    return days;
  }

  /** What is taken from sums by UTC hour. */
  List<Part> hours() {
    return hours;
  }

  /** What is taken from events. */
  List<Part> events() {
    return events;
  }
}
