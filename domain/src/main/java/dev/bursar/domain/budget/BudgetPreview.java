package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a budget would have done to what was allowed in the past: follows the decisions in their
 * order, lets through what fits, and counts the rest. A request counts with its actual cost as soon
 * as it was let through. Mutable, not thread-safe.
 */
public final class BudgetPreview {

  private static final int DECIMALS = 6;

  /**
   * A past decision that the budget's scope and filters cover.
   *
   * @param at when it was allowed
   * @param endedAt when it ended, or null
   * @param user who it was for, or null
   * @param creditType what it was charged in
   * @param charged what it was charged
   * @param asked what it asked for, in the budget's measure
   * @param used what it used, in the budget's measure
   */
  public record Past(
      Instant at,
      @Nullable Instant endedAt,
      @Nullable String user,
      String creditType,
      Credits charged,
      Credits asked,
      Credits used) {}

  /**
   * What it comes to.
   *
   * @param requests how many were looked at
   * @param blocked how many would have been denied
   * @param users how many users those were for
   * @param saved what those were charged, by credit type
   * @param firstAt when the first would have been denied, or null
   */
  public record Result(
      long requests,
      long blocked,
      long users,
      Map<String, BigDecimal> saved,
      @Nullable Instant firstAt) {}

  private static final class Count {
    Window window = new Window(Instant.MIN, Instant.MIN);
    Credits used = Credits.ZERO;
    final PriorityQueue<Instant> open = new PriorityQueue<>();
  }

  private final Budget budget;
  private final Map<String, Count> counts = new HashMap<>();
  private final Set<String> users = new HashSet<>();
  private final Map<String, BigDecimal> saved = new TreeMap<>();
  private long requests;
  private long blocked;
  private @Nullable Instant firstAt;

  /** Of this budget, whatever its mode. */
  public BudgetPreview(Budget budget) {
    this.budget = budget;
  }

  /** The next decision. */
  public void take(Past past) {
    requests++;
    String user = past.user();
    Count count = counts.computeIfAbsent(budget.scope().member(user), key -> new Count());
    if (fits(count, past)) {
      return;
    }
    blocked++;
    if (firstAt == null) {
      firstAt = past.at();
    }
    if (user != null) {
      users.add(user);
    }
    saved.merge(
        past.creditType(), BigDecimal.valueOf(past.charged().micros(), DECIMALS), BigDecimal::add);
  }

  private boolean fits(Count count, Past past) {
    if (budget.measure().equals(Quantities.OPEN_RESERVATIONS)) {
      while (!count.open.isEmpty() && !count.open.peek().isAfter(past.at())) {
        count.open.remove();
      }
      if (Credits.of(count.open.size() + 1L).compareTo(budget.limit()) > 0) {
        return false;
      }
      count.open.add(past.endedAt() == null ? Instant.MAX : past.endedAt());
      return true;
    }
    if (!count.window.contains(past.at())) {
      count.window = budget.windowAt(past.at());
      count.used = Credits.ZERO;
    }
    if (count.used.plusCapped(past.asked()).compareTo(budget.limit()) > 0) {
      return false;
    }
    count.used = count.used.plusCapped(past.used());
    return true;
  }

  /** What all that was taken comes to. */
  public Result result() {
    return new Result(requests, blocked, users.size(), Map.copyOf(saved), firstAt);
  }
}
