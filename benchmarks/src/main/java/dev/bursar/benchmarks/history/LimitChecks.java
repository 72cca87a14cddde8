package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.benchmarks.history.Hierarchy.Cover;
import dev.bursar.domain.budget.Budget;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One budget of an org in the end: it counts what was charged, and never let too much through. */
final class LimitChecks {

  private static final String REQUESTS = "requests";
  static final String OPEN = "open_reservations";

  private final String org;
  private final Budget budget;
  private final Memory memory;
  private final List<Spent> spent;
  private final Findings findings;

  /**
   * @param budget as it was in the beginning
   * @param spent all that may count in it
   */
  LimitChecks(String org, Budget budget, Memory memory, List<Spent> spent, Findings findings) {
    this.org = org;
    this.budget = budget;
    this.memory = memory;
    this.spent = spent;
    this.findings = findings;
  }

  // ---- what was let through

  /** Nothing was allowed that is more than a hard limit had left, whatever others did meanwhile. */
  void letThrough() {
    for (Spent each : spent) {
      if (each.ran() == null && covers(each) == Cover.YES) {
        letThrough(each);
      }
    }
  }

  private void letThrough(Spent allowed) {
    Instant window = certainWindow(allowed);
    BigDecimal limit = limitOf(allowed);
    if (window == null || limit == null) {
      return;
    }
    BigDecimal before = BigDecimal.ZERO;
    for (Spent other : spent) {
      if (other.to().isBefore(allowed.from())
          && covers(other) == Cover.YES
          && member(other).equals(member(allowed))
          && window.equals(certainWindow(other))) {
        before = before.add(countedThen(other, allowed));
      }
    }
    BigDecimal with = before.add(held(allowed));
    findings.expect(
        with.compareTo(limit) <= 0,
        "%s: budget %s has let %s through in all, its limit was %s: %s",
        org,
        budget.id(),
        with,
        limit,
        allowed);
  }

  /** The most that the limit may have been; null if it may have denied nothing. */
  private @Nullable BigDecimal limitOf(Spent allowed) {
    BigDecimal most = BigDecimal.ZERO;
    for (Budget each : memory.budget(budget.id()).possible(allowed.from(), allowed.to())) {
      if (each.mode() != Budget.Mode.HARD) {
        return null;
      }
      most = most.max(Amounts.of(each.limit()));
    }
    return most;
  }

  /** What had been decided before counted at least so much when something else was decided. */
  private BigDecimal countedThen(Spent other, Spent then) {
    if (other.heldUntil().isAfter(then.to())) {
      return held(other);
    }
    BigDecimal used = used(other);
    if (used.signum() == 0 || other.late()) {
      return BigDecimal.ZERO;
    }
    // It was held until it was charged, which may have been meanwhile.
    return other.ran() != null ? used : used.min(held(other));
  }

  private BigDecimal held(Spent each) {
    return isOfAmount() ? each.held() : BigDecimal.ONE;
  }

  private boolean isOfAmount() {
    return !budget.measure().equals(REQUESTS) && !budget.measure().equals(OPEN);
  }

  /** What counts in the end. */
  private BigDecimal used(Spent each) {
    BigDecimal used = each.used();
    if (used == null || budget.measure().equals(OPEN)) {
      return BigDecimal.ZERO;
    }
    return isOfAmount() ? used : BigDecimal.ONE;
  }

  // ---- what counts where

  private Cover covers(Spent each) {
    boolean counted = !isOfAmount() || budget.measure().equals(each.creditType());
    return counted
        ? memory.hierarchy().cover(budget.scope(), each.subject(), each.from(), each.to())
        : Cover.NO;
  }

  private String member(Spent each) {
    return budget.scope().isDefault() ? String.valueOf(each.subject().user()) : "";
  }

  /** The window in which it counts; null if that may be one or another, or none. */
  private @Nullable Instant certainWindow(Spent each) {
    Instant first = Windows.of(budget, each.from());
    boolean same = each.to() != Instant.MAX && first.equals(Windows.of(budget, each.to()));
    Instant ran = each.ran();
    return same && (ran == null || first.equals(Windows.of(budget, ran))) ? first : null;
  }

  /** Whether it may count in a window, but need not. */
  private boolean mayCount(Spent each, Instant window) {
    Instant ran = each.ran();
    if (ran != null) {
      return window.equals(Windows.of(budget, ran));
    }
    Instant first = Windows.of(budget, each.from());
    Instant last = Windows.of(budget, each.to());
    return !window.isBefore(first) && !window.isAfter(last);
  }

  // ---- what is counted in the end

  /**
   * Compares with what the org or the team has counted.
   *
   * @param user whose count it is; empty if it is everybody's
   * @param figures the budget as the node shows it
   */
  void compare(String user, JsonNode figures) {
    String start = figures.path("window_start").asText("");
    Instant window = start.isEmpty() ? Instant.EPOCH : Instant.parse(start);
    BigDecimal certain = BigDecimal.ZERO;
    BigDecimal perhaps = BigDecimal.ZERO;
    for (Spent each : spent) {
      Cover cover = covers(each);
      if (cover == Cover.NO || !member(each).equals(user)) {
        continue;
      }
      boolean surely = cover == Cover.YES && !each.late() && window.equals(certainWindow(each));
      if (surely) {
        certain = certain.add(used(each));
      } else if (mayCount(each, window)) {
        perhaps = perhaps.add(used(each));
      }
    }
    BigDecimal used = Amounts.of(figures, "used");
    findings.expect(
        used.compareTo(certain) >= 0 && used.compareTo(certain.add(perhaps)) <= 0,
        "%s: budget %s%s counts %s, charged was %s, and perhaps %s: %s",
        org,
        budget.id(),
        user.isEmpty() ? "" : " of " + user,
        used,
        certain,
        perhaps,
        figures);
  }
}
