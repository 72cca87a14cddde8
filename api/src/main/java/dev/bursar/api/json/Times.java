package dev.bursar.api.json;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as requests carry them: RFC 3339 with an offset, cut to microseconds. A leap second is
 * taken for the second before it.
 */
public final class Times {

  private static final int CHARS_MAX = 64;
  private static final int YEAR_MAX = 9999;

  /** RFC 3339: seconds are not optional, and the year has four digits. */
  private static final Pattern FORM =
      Pattern.compile(
          "([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:)([0-9]{2})(?:(\\.[0-9]{1,9})[0-9]*)?([Zz]|[+-][0-9]{2}:[0-9]{2})");

  /** The minute that alone may have a leap second. */
  private static final LocalTime LAST_MINUTE = LocalTime.of(23, 59);

  private Times() {}

  /**
   * The time.
   *
   * @throws Fault if it is none
   */
  public static Instant checked(String field, String text) {
    Matcher parts = FORM.matcher(text);
    if (text.length() <= CHARS_MAX && parts.matches()) {
      boolean leap = parts.group(2).equals("60");
      String fraction = parts.group(3) == null ? "" : parts.group(3);
      try {
        OffsetDateTime at =
            OffsetDateTime.parse(
                parts.group(1) + (leap ? "59" : parts.group(2)) + fraction + parts.group(4),
                DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        OffsetDateTime utc = at.withOffsetSameInstant(ZoneOffset.UTC);
        // An offset may lead out of the years that can be shown.
        if (utc.getYear() >= 0
            && utc.getYear() <= YEAR_MAX
            && (!leap || mayEndWithLeapSecond(utc))) {
          return at.toInstant().truncatedTo(ChronoUnit.MICROS);
        }
      } catch (DateTimeException e) {
        // Of the right form, but no such day, hour or offset.
      }
    }
    throw Problem.invalid(
            field,
            "is %s; a time with an offset such as 2026-11-05T14:30:00Z is accepted"
                .formatted(Amounts.shown(text)))
        .fault();
  }

  private static boolean mayEndWithLeapSecond(OffsetDateTime utc) {
    return utc.toLocalTime().truncatedTo(ChronoUnit.MINUTES).equals(LAST_MINUTE);
  }
}
