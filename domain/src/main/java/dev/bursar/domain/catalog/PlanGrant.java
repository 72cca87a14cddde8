package dev.bursar.domain.catalog;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.wallet.Recurrence;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Credits that come with a plan or an add-on.
 *
 * @param id its name within the plan or add-on
 * @param creditType the credit type
 * @param amount how much, above 0
 * @param recurrence how it is given anew; null means that it is given once
 * @param priority 0 to 100; lower burns first
 * @param features the features that it may pay for; empty means all
 * @param models the models that it may pay for; empty means all
 */
public record PlanGrant(
    String id,
    String creditType,
    Credits amount,
    Recurrence.@Nullable Terms recurrence,
    int priority,
    Set<String> features,
    Set<String> models) {}
