package dev.bursar.domain.catalog;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import java.util.List;
import java.util.Set;

/**
 * A budget that an org of a plan has unless it sets one of its own. Its calendar is that of the
 * org's time zone.
 *
 * @param id its name within the plan
 * @param scope the org, or each user
 * @param measure what it counts: a credit type, a meter, requests or open reservations
 * @param window how long the limit counts
 * @param limit the most that may be used in a window, 0 or more, in the measure's unit
 * @param mode what happens at the limit
 * @param features the features that it counts; empty means all
 * @param models the models that it counts; empty means all
 * @param thresholds percentages of the limit at which somebody wants to know, ascending
 * @param anchorDay the day on which a window begins, see {@link WindowKind#containing}
 */
public record PlanBudget(
    String id,
    Scope scope,
    String measure,
    WindowKind window,
    Credits limit,
    Budget.Mode mode,
    Set<String> features,
    Set<String> models,
    List<Integer> thresholds,
    int anchorDay) {}
