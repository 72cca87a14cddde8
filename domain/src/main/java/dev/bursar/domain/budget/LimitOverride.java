package dev.bursar.domain.budget;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For some time, other limits than the budgets say.
 *
 * @param id its name within the org
 * @param scope whose limits it changes
 * @param budget the one budget it changes; null for all of the scope
 * @param limit the limit instead, in the budget's unit; null where limits are suspended
 * @param until exclusive; when the budgets' own limits count again
 * @param reason for people
 */
public record LimitOverride(
    String id,
    Scope scope,
    @Nullable String budget,
    @Nullable Credits limit,
    Instant until,
    String reason) {

  /** Whether it changes what a plan or an add-on allows of a feature. */
  public boolean isOfAllowance() {
    return budget != null && budget.startsWith(Budget.OF_ALLOWANCE);
  }

  /** Whether limits are not kept at all, instead of being others. */
  public boolean suspends() {
    return limit == null;
  }

  /** Whether it still counts. */
  public boolean inForce(Instant now) {
    return now.isBefore(until);
  }

  /**
   * Whether it changes this limit. Another limit is for budgets of the very scope, and for the
   * defaults of a user. A suspension is also for all that lies below the scope. An allowance is
   * changed only where it is named.
   *
   * @param below the scopes on a request's path that lie below this one's
   */
  boolean changes(Budgets.Applicable limit, List<Scope> below) {
    boolean isMeant =
        budget == null ? !limit.budget().isAllowance() : budget.equals(limit.budget().id());
    if (!isMeant) {
      return false;
    }
    return scope.equals(limit.budget().scope())
        || scope.equals(limit.counted())
        || (suspends()
            && (below.contains(limit.budget().scope()) || below.contains(limit.counted())));
  }
}
