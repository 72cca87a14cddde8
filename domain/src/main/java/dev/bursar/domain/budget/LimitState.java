package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A budget's figures at one moment, for one scope that it applies to.
 *
 * @param budget the budget's name
 * @param scope whom it was counted for; for a default, the user that it was applied to
 * @param measure what is counted; all quantities are in its unit
 * @param window the kind of window
 * @param mode what happens at the limit
 * @param limit the most that may be used in the window
 * @param used charged in the window
 * @param held set aside in the window and not yet settled
 * @param windowStart when the window began
 * @param resetsAt when the next one begins
 * @param source where the limit comes from: {@code budget}, {@code default} or {@code plan}
 * @param override the override that has changed limit or mode meanwhile, or null
 * @param thresholds percentages of the limit at which somebody wants to know, ascending
 * @param since see {@link Budget}
 */
public record LimitState(
    String budget,
    Scope scope,
    String measure,
    WindowKind window,
    Budget.Mode mode,
    Credits limit,
    Credits used,
    Credits held,
    Instant windowStart,
    Instant resetsAt,
    String source,
    @Nullable String override,
    List<Integer> thresholds,
    @Nullable Long since) {

  /** The source of a budget set for this very scope. */
  public static final String SOURCE_BUDGET = "budget";

  /** The source of a limit that comes with the org's plan. */
  public static final String SOURCE_PLAN = "plan";

  /** The source of a budget set for each user or each member. */
  public static final String SOURCE_DEFAULT = "default";

  /** What is left; negative when actual costs went over. */
  public Credits remaining() {
    return limit.minus(used).minus(held);
  }

  /** Whether this much more fits. */
  public boolean fits(Credits more) {
    return used.plusCapped(held).plusCapped(more).compareTo(limit) <= 0;
  }

  /** Whether a request that has this much of it fits. */
  public boolean fits(Quantities more) {
    return fits(more.in(measure));
  }

  private LimitState with(Credits nowUsed, Credits nowHeld) {
    return new LimitState(
        budget,
        scope,
        measure,
        window,
        mode,
        limit,
        nowUsed,
        nowHeld,
        windowStart,
        resetsAt,
        source,
        override,
        thresholds,
        since);
  }

  /** The same limits, each with what is held of a request charged. */
  public static List<LimitState> withCharged(List<LimitState> limits, Quantities asked) {
    return limits.stream()
        .map(
            each -> {
              Credits amount = asked.in(each.measure);
              boolean counts = !each.measure.equals(Quantities.OPEN_RESERVATIONS);
              return each.with(
                  counts ? each.used.plusCapped(amount) : each.used, each.held.minus(amount));
            })
        .toList();
  }

  /** The same limits, each with a request held. */
  public static List<LimitState> withHeld(List<LimitState> limits, Quantities asked) {
    return limits.stream()
        .map(each -> each.with(each.used, each.held.plusCapped(asked.in(each.measure))))
        .toList();
  }

  /** Which of a default's counters it is: the user's name; empty for a named budget. */
  public String member() {
    String id = scope.id();
    return source.equals(SOURCE_DEFAULT) && id != null ? id : "";
  }
}
