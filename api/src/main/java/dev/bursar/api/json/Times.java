package dev.bursar.api.json;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Times as requests carry them: RFC 3339 with an offset, cut to microseconds. */
public final class Times {

  /** RFC 3339: seconds are not optional, and the year has four digits. */
  private static final Pattern FORM =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})");

  private Times() {}

  /**
   * The time.
   *
   * @throws Fault if it is none
   */
  public static Instant checked(String field, String text) {
    if (text.length() <= 40 && FORM.matcher(text).matches()) {
      try {
        return OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
            .toInstant()
            .truncatedTo(ChronoUnit.MICROS);
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
}
