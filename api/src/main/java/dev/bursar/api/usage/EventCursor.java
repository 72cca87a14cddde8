package dev.bursar.api.usage;

import dev.bursar.api.http.Page;
import dev.bursar.api.problem.Fault;
import dev.bursar.domain.usage.UsageEvent;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Where a page of events goes on: in the stretch of time that was asked for first, whatever the
 * clock shows by then.
 *
 * @param last the last event that was shown
 */
record EventCursor(Asked.Stretch stretch, UsageEvent.Key last) {

  private static final String SEPARATOR = " ";
  private static final int PARTS = 3;

  /** Years of four digits can be asked for; the database knows some more. */
  private static final Instant START = Instant.parse("0000-01-01T00:00:00Z");

  private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

  String text() {
    return String.join(SEPARATOR, stretch.from().toString(), stretch.to().toString(), last.text());
  }

  /**
   * The cursor of such a text.
   *
   * @throws Fault if it is none
   */
  static EventCursor parse(String text) {
    String[] parts = text.split(SEPARATOR, -1);
    if (parts.length != PARTS) {
      throw Page.bad();
    }
    try {
      return new EventCursor(
          new Asked.Stretch(time(parts[0]), time(parts[1])),
          UsageEvent.Key.parse(parts[2]).orElseThrow(Page::bad));
    } catch (DateTimeException e) {
      throw Page.bad();
    }
  }

  private static Instant time(String text) {
    Instant time = Instant.parse(text);
    if (time.isBefore(START) || time.isAfter(END)) {
      throw Page.bad();
    }
    return time;
  }
}
