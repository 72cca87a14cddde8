package dev.bursar.api.ledger;

import dev.bursar.api.http.Query;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** Calendar months, in UTC, as requests name them. */
public final class Months {

  private Months() {}

  /** The month of a time. */
  public static YearMonth present(Instant now) {
    return YearMonth.from(now.atOffset(ZoneOffset.UTC));
  }

  /**
   * The month that a parameter names.
   *
   * @param absent the one to take if there is no such parameter
   * @throws Fault if it names none
   */
  public static YearMonth of(Query query, String name, YearMonth absent) {
    String text = query.get(name);
    if (text == null) {
      return absent;
    }
    if (text.matches("[12][0-9]{3}-(0[1-9]|1[0-2])")) {
      return YearMonth.parse(text);
    }
    throw Problem.invalid(name, "is no month; one such as 2026-11 is accepted").fault();
  }
}
