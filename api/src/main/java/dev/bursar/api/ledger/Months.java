package dev.bursar.api.ledger;

import dev.bursar.api.http.Query;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** Calendar months, in UTC, as requests name them. */
public final class Months {

  /**
   * The clocks of two nodes are apart by less, a write that is under way included. Until so long
   * after a month's end, a node that is behind may still date an entry into it.
   */
  static final Duration APART_MAX = Duration.ofMinutes(5);

  private Months() {}

  /**
   * Whether nothing more can be dated into a month.
   *
   * @param asOf when what is known of it was brought up to date
   */
  static boolean isFinal(YearMonth month, Instant asOf) {
    Instant end = month.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    return !asOf.isBefore(end.plus(APART_MAX));
  }

  /**
   * The month that a parameter names; the present one if there is no such parameter.
   *
   * @throws Fault if it names none, or one that has not begun
   */
  public static YearMonth of(Query query, String name, Instant now) {
    return of(query, name, YearMonth.from(now.atOffset(ZoneOffset.UTC)), now);
  }

  /**
   * The month that a parameter names.
   *
   * @param absent the one to take if there is no such parameter
   * @throws Fault if it names none, or one that has not begun
   */
  public static YearMonth of(Query query, String name, YearMonth absent, Instant now) {
    String text = query.get(name);
    if (text == null) {
      return absent;
    }
    if (!text.matches("[12][0-9]{3}-(0[1-9]|1[0-2])")) {
      throw Problem.invalid(name, "is no month; one such as 2026-11 is accepted").fault();
    }
    YearMonth month = YearMonth.parse(text);
    YearMonth present = YearMonth.from(now.atOffset(ZoneOffset.UTC));
    if (month.isAfter(present)) {
      throw Problem.invalid(
              name,
              "is after the present month, %s; months up to that are accepted".formatted(present))
          .fault();
    }
    return month;
  }
}
