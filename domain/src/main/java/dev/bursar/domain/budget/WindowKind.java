package dev.bursar.domain.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
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
    ZonedDateTime local = at.atZone(zone);
    return switch (this) {
      case MINUTE -> fixed(at, zone, ChronoUnit.MINUTES);
      case HOUR -> fixed(at, zone, ChronoUnit.HOURS);
      case DAY -> days(local.toLocalDate(), local.toLocalDate().plusDays(1), zone);
      case WEEK -> {
        int back = Math.floorMod(local.getDayOfWeek().getValue() - anchorDay, 7);
        LocalDate start = local.toLocalDate().minusDays(back);
        yield days(start, start.plusWeeks(1), zone);
      }
      case MONTH -> months(local.toLocalDate(), 1, zone, anchorDay);
      case QUARTER -> months(local.toLocalDate(), 3, zone, anchorDay);
      case YEAR -> months(local.toLocalDate(), 12, zone, anchorDay);
      case LIFETIME -> Window.ALWAYS;
    };
  }

  /** Minutes and hours of the wall clock, by the offset in force, so that none is ever repeated. */
  private static Window fixed(Instant at, ZoneId zone, ChronoUnit unit) {
    var offset = zone.getRules().getOffset(at);
    LocalDateTime start = LocalDateTime.ofInstant(at, offset).truncatedTo(unit);
    Instant from = start.toInstant(offset);
    return new Window(from, from.plus(1, unit));
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
