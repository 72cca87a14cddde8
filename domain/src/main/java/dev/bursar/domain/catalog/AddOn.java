package dev.bursar.domain.catalog;

import java.util.Map;
import java.util.Set;

/**
 * What an org can have besides its plan.
 *
 * @param id its name
 * @param name the name shown to people
 * @param plans the plans that it can be had with; empty means all
 * @param entitlements what it lets an org use, by feature
 * @param grants the credits that come with it, by name
 */
public record AddOn(
    String id,
    String name,
    Set<String> plans,
    Map<String, Entitlement> entitlements,
    Map<String, PlanGrant> grants) {}
