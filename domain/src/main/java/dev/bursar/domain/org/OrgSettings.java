package dev.bursar.domain.org;

import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an org is called and what it has bought.
 *
 * @param name for people
 * @param zone the time zone of budgets that name none
 * @param plan the plan it subscribes to, or null
 * @param addOns what it has bought besides
 */
public record OrgSettings(String name, ZoneId zone, @Nullable String plan, List<String> addOns) {}
