package dev.bursar.domain.org;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import org.jspecify.annotations.Nullable;

/**
 * What an org may do with a feature.
 *
 * @param feature the feature
 * @param kind what a plan says of it; null if the catalog does not have it
 * @param entitlement what the org's plan and add-ons say of it; null if nothing
 * @param limit how much of it is left; null if it has no limit of its own
 * @param failMode what is done with it while nobody can be asked; null if no plan says it
 * @param denied why the org may not use it now by its plan; null if it may
 */
public record EntitlementView(
    String feature,
    Feature.@Nullable Kind kind,
    @Nullable Entitlement entitlement,
    @Nullable LimitState limit,
    @Nullable FailMode failMode,
    @Nullable String denied) {}
