package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageQueries.Interval;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;

/**
 * The stretches of a calendar, one after the other: each begins where the one before ends. An hour
 * that a clock that is put back has twice is two hours.
 *
 * @param interval how long they are
 * @param zone whose calendar
 */
record Stretches(Interval interval, ZoneId zone) {

  private static final int HOURS_TO_THE_NEXT_AT_MOST = 3;

  /** When the stretch begins in which a time lies. */
  Instant startOf(Instant at) {
    ZonedDateTime local = at.atZone(zone);
    LocalDate day = local.toLocalDate();
    return switch (interval) {
      case HOUR -> local.truncatedTo(ChronoUnit.HOURS).toInstant();
      case DAY -> start(day);
      case WEEK -> start(day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
      case MONTH -> start(day.withDayOfMonth(1));
    };
  }

  private Instant start(LocalDate day) {
    return day.atStartOfDay(zone).toInstant();
  }

  /** When the stretch ends that begins at a time. */
  private Instant endOf(Instant start) {
    LocalDate day = start.atZone(zone).toLocalDate();
    return switch (interval) {
      case HOUR -> nextHour(start);
      case DAY -> start(day.plusDays(1));
      case WEEK -> start(day.plusWeeks(1));
      case MONTH -> start(day.plusMonths(1));
    };
  }

  /** Clocks are put forward or back by parts of an hour, too; then an hour is longer or shorter. */
  private Instant nextHour(Instant start) {
    Instant usual = start.plus(1, ChronoUnit.HOURS);
    if (startOf(usual).equals(usual) && startOf(usual.minusMillis(1)).equals(start)) {
      return usual;
    }
    Instant last = start.plus(HOURS_TO_THE_NEXT_AT_MOST, ChronoUnit.HOURS);
    for (Instant next = start; next.isBefore(last); ) {
      next = next.plus(1, ChronoUnit.MINUTES);
      if (!startOf(next).equals(start)) {
        return next;
      }
    }
    throw new IllegalStateException("no hour of %s ends after %s".formatted(zone, start));
  }

  /** When each begins of those that have a part in a span, in order. */
  List<Span> in(Span span) {
    List<Span> all = new ArrayList<>();
    Instant start = startOf(span.from());
    while (start.isBefore(span.to())) {
      Instant end = endOf(start);
      all.add(new Span(start, end));
      start = end;
    }
    return all;
  }
}
