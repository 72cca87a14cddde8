package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One budget of an org in the end: it counts what was charged, and never let too much through. */
final class LimitChecks {

  private final String org;
  private final Terms budget;
  private final BigDecimal limitMax;
  private final Map<String, Shown> shown;
  private final Findings findings;

  /** What one window of one user, or of all, has come to. */
  private static final class Sum {
    BigDecimal used = BigDecimal.ZERO;

    /**
     * What may count besides: what was charged after the reservation had expired, which org and
     * team may hear of too late; and what was decided in this window or another.
     */
    BigDecimal perhaps = BigDecimal.ZERO;

    /** What was let through: the lesser of what was set aside and what was charged. */
    BigDecimal letThrough = BigDecimal.ZERO;
  }

  private record Window(String user, Instant start) {}

  private final Map<Window, Sum> sums = new HashMap<>();

  /**
   * @param limitMax the highest limit that it has had
   * @param shown every reservation, as the node shows it in the end
   */
  LimitChecks(
      String org, Terms budget, BigDecimal limitMax, Map<String, Shown> shown, Findings findings) {
    this.org = org;
    this.budget = budget;
    this.limitMax = limitMax;
    this.shown = shown;
    this.findings = findings;
  }

  /** Whether reservations alone tell what it counts. */
  static boolean canCount(Terms budget) {
    return !budget.measure().equals(Terms.OPEN);
  }

  /** Adds up what was allowed, and compares it with the limit. */
  LimitChecks count(List<Memory.Course> courses) {
    for (Memory.Course course : courses) {
      Call.Reserve as = course.reserved.as();
      Shown now = shown.get(course.reserved.id());
      if (now != null
          && now.isCommitted()
          && as.org().equals(org)
          && budget.covers(as.team(), as.user())) {
        add(course, now);
      }
    }
    sums.forEach(
        (window, sum) ->
            findings.expect(
                sum.letThrough.compareTo(limitMax) <= 0,
                "%s: budget %s has let %s through in %s, its limit was never more than %s",
                org,
                budget.id(),
                sum.letThrough,
                window,
                limitMax));
    return this;
  }

  private void add(Memory.Course course, Shown now) {
    Call.Reserve as = course.reserved.as();
    String user = budget.isForEach() ? String.valueOf(as.user()) : "";
    Instant first = budget.windowOf(course.earliest());
    Instant last = budget.windowOf(course.latest());
    boolean requests = budget.measure().equals(Terms.REQUESTS);
    BigDecimal used = requests ? BigDecimal.ONE : now.amount();
    if (now.late() || !first.equals(last)) {
      for (Instant window : budget.windows(first, last)) {
        Sum sum = sum(user, window);
        sum.perhaps = sum.perhaps.add(used);
      }
      return;
    }
    Sum sum = sum(user, first);
    sum.used = sum.used.add(used);
    sum.letThrough = sum.letThrough.add(requests ? BigDecimal.ONE : used.min(as.amount()));
  }

  private Sum sum(String user, Instant window) {
    return sums.computeIfAbsent(new Window(user, window), w -> new Sum());
  }

  /**
   * Compares with what the org or the team has counted.
   *
   * @param user whose count it is; empty if it is everybody's
   * @param figures the budget as the node shows it
   */
  void compare(String user, JsonNode figures) {
    String start = figures.path("window_start").asText();
    Instant window = start.isEmpty() ? Instant.EPOCH : budget.windowOf(Instant.parse(start));
    Sum sum = sums.getOrDefault(new Window(user, window), new Sum());
    BigDecimal used = Amounts.of(figures, "used");
    boolean right = used.compareTo(sum.used) >= 0 && used.compareTo(sum.used.add(sum.perhaps)) <= 0;
    findings.expect(
        right,
        "%s: budget %s%s counts %s, charged was %s, and perhaps %s: %s",
        org,
        budget.id(),
        user.isEmpty() ? "" : " of " + user,
        used,
        sum.used,
        sum.perhaps,
        figures);
  }
}
