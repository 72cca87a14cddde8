package dev.bursar.domain.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Locale;

/** How long a budget's limit counts before it starts anew. */
public enum WindowKind {
  MINUTE,
  HOUR,
  DAY,
  WEEK,
  MONTH,
  QUARTER,
  YEAR,
  LIFETIME;

  /** The name in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a limit on such a window bounds a rate, not a total: it is under a day long, and what
   * has passed has passed.
   */
  public boolean boundsRate() {
    return compareTo(DAY) < 0;
  }

  /**
   * The window that contains an instant, by the calendar of a time zone. A day has 23, 24 or 25
   * hours, and a window begins at the first instant of its first day even where midnight is
   * skipped.
   *
   * @param at the instant
   * @param zone the time zone
   * @param anchorDay the day on which a window begins: 1 (Monday) to 7 for a week; 1 to 31 for a
   *     month, quarter or year, where a month that is too short uses its last day
   */
  public Window containing(Instant at, ZoneId zone, int anchorDay) {
    return switch (this) {
      case MINUTE -> fixed(at, zone, ChronoUnit.MINUTES);
      case HOUR -> fixed(at, zone, ChronoUnit.HOURS);
      case DAY -> {
        LocalDate start = day(at, zone);
        yield days(start, start.plusDays(1), zone);
      }
      case WEEK -> {
        LocalDate day = day(at, zone);
        int back = Math.floorMod(day.getDayOfWeek().getValue() - anchorDay, 7);
        LocalDate start = day.minusDays(back);
        yield days(start, start.plusWeeks(1), zone);
      }
      case MONTH -> months(day(at, zone), 1, zone, anchorDay);
      case QUARTER -> months(day(at, zone), 3, zone, anchorDay);
      case YEAR -> months(day(at, zone), 12, zone, anchorDay);
      case LIFETIME -> Window.ALWAYS;
    };
  }

  /**
   * Minutes and hours of the wall clock, by the offset in force, so that none is ever repeated. One
   * in which the offset changes, as by half an hour, is two.
   */
  private static Window fixed(Instant at, ZoneId zone, ChronoUnit unit) {
    ZoneRules rules = zone.getRules();
    ZoneOffset offset = rules.getOffset(at);
    Instant start = LocalDateTime.ofInstant(at, offset).truncatedTo(unit).toInstant(offset);
    Instant end = start.plus(1, unit);
    ZoneOffsetTransition before = rules.previousTransition(at.plusNanos(1));
    if (before != null && before.getInstant().isAfter(start)) {
      start = before.getInstant();
    }
    ZoneOffsetTransition after = rules.nextTransition(at);
    if (after != null && after.getInstant().isBefore(end)) {
      end = after.getInstant();
    }
    return new Window(start, end);
  }

  /**
   * The last day that has begun, even where a clock that is set back just after midnight shows the
   * day before once more.
   */
  private static LocalDate day(Instant at, ZoneId zone) {
    LocalDate shown = LocalDate.ofInstant(at, zone);
    LocalDate next = shown.plusDays(1);
    return next.atStartOfDay(zone).toInstant().isAfter(at) ? shown : next;
  }

  private static Window days(LocalDate start, LocalDate end, ZoneId zone) {
    return new Window(start.atStartOfDay(zone).toInstant(), end.atStartOfDay(zone).toInstant());
  }

  private static Window months(LocalDate day, int length, ZoneId zone, int anchorDay) {
    LocalDate first =
        day.withDayOfMonth(1).minusMonths(Math.floorMod(day.getMonthValue() - 1, length));
    LocalDate start = anchored(first, anchorDay);
    if (start.isAfter(day)) {
      first = first.minusMonths(length);
      start = anchored(first, anchorDay);
    }
    return days(start, anchored(first.plusMonths(length), anchorDay), zone);
  }

  private static LocalDate anchored(LocalDate firstOfMonth, int anchorDay) {
    return firstOfMonth.withDayOfMonth(Math.min(anchorDay, firstOfMonth.lengthOfMonth()));
  }
}
