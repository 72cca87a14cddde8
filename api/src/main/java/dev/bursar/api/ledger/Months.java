package dev.bursar.api.ledger;

import dev.bursar.api.http.Query;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.time.Clocks;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** Calendar months, in UTC, as requests name them. */
public final class Months {

  private Months() {}

  /**
   * Whether nothing more can be dated into a month: a node whose clock is behind may do so for some
   * time after its end.
   *
   * @param asOf when what is known of it was brought up to date
   */
  static boolean isFinal(YearMonth month, Instant asOf) {
    Instant end = month.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    return !asOf.isBefore(end.plus(Clocks.APART_MAX));
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
