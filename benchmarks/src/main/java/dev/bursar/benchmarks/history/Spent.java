package dev.bursar.benchmarks.history;

import dev.bursar.domain.identity.Subject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reservation that was allowed, or work that was reported, as budgets count it.
 *
 * @param from it was decided after this
 * @param to it was decided before this
 * @param held what was set aside; nothing for work that had run
 * @param heldUntil until when at least all of that was held
 * @param used what was charged in the end; null if it was given back
 * @param late whether it was charged after it had expired, which org and team may hear of too late
 * @param ran when reported work ran; null for what was allowed
 */
record Spent(
    String name,
    Subject subject,
    String creditType,
    Instant from,
    Instant to,
    BigDecimal held,
    Instant heldUntil,
    @Nullable BigDecimal used,
    boolean late,
    @Nullable Instant ran) {

  /**
   * All that the budgets of an org count.
   *
   * @param shown every reservation, as the node shows it in the end
   * @param reported what was charged for reported work, by the name of its event
   */
  static List<Spent> all(
      String org, Memory memory, Map<String, Shown> shown, Map<String, BigDecimal> reported) {
    List<Spent> all = new ArrayList<>();
    for (Course course : memory.courses()) {
      Shown now = shown.get(course.reservation());
      if (now != null && course.asked.org().equals(org)) {
        all.add(of(course, now));
      }
    }
    for (Work work : memory.work()) {
      BigDecimal credits = reported.get(work.report.event().id());
      if (credits != null && work.report.org().equals(org)) {
        all.add(of(work, credits));
      }
    }
    return all;
  }

  private static Spent of(Course course, Shown now) {
    return new Spent(
        course.reservation(),
        course.subject(),
        course.creditType(),
        course.earliest(),
        course.latest(),
        course.amount(),
        course.heldUntil(),
        now.isCommitted() ? now.amount() : null,
        now.late(),
        null);
  }

  private static Spent of(Work work, BigDecimal credits) {
    Instant latest = work.latest();
    return new Spent(
        work.report.event().id(),
        work.work().subject(),
        String.valueOf(work.work().creditType()),
        work.earliest(),
        latest == null ? Instant.MAX : latest,
        BigDecimal.ZERO,
        Instant.MIN,
        credits,
        false,
        work.report.event().happenedAt());
  }
}
