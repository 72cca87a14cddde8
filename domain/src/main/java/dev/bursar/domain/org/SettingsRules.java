package dev.bursar.domain.org;

import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an org's settings may be. */
final class SettingsRules {

  /** More names than these help nobody. */
  private static final int NAMES_TOLD_MAX = 20;

  /** Decides by the catalog that counts for an org with this version of its own, or with none. */
  interface ByCatalog {
    Decision<OrgEvent, OrgReply> decide(
        @Nullable Integer pinned, Function<Catalog, Decision<OrgEvent, OrgReply>> rule);
  }

  private final Org org;

  SettingsRules(Org org) {
    this.org = org;
  }

  /** The catalog is looked at only where plan, add-ons or time zone become others. */
  Decision<OrgEvent, OrgReply> put(OrgCommand.PutOrg put, Instant now, ByCatalog catalogs) {
    OrgSettings before = org.settings();
    OrgSettings settings = put.settings();
    Instant trial = settings.trialEndsAt();
    boolean isNew = before == null || !Objects.equals(trial, before.trialEndsAt());
    if (trial != null && isNew && !trial.isAfter(now)) {
      return new Refused<>(
          new Refusal(
              Code.INVALID,
              "trial_ends_at",
              "is %s, which is not after %s; a trial that was over before can stay as it was"
                  .formatted(trial, now)));
    }
    Decision<OrgEvent, OrgReply> accepted =
        new Accepted<>(new OrgEvent.OrgPut(now, org.id(), settings, put.actor()));
    String newPlan =
        before != null && Objects.equals(settings.plan(), before.plan()) ? null : settings.plan();
    List<String> newAddOns =
        settings.addOns().stream()
            .filter(each -> before == null || !before.addOns().contains(each))
            .toList();
    boolean subscribes = newPlan != null || !newAddOns.isEmpty();
    OrgSettings moved = before != null && movesWindows(before, settings) ? before : null;
    if (!subscribes && moved == null) {
      return accepted;
    }
    return catalogs.decide(
        settings.catalogVersion(),
        catalog -> {
          Refusal fault = subscribes ? fault(settings, newPlan, newAddOns, catalog) : null;
          if (fault != null) {
            return new Refused<>(fault);
          }
          return moved == null || !new Subscription(settings, catalog).hasWindows()
              ? accepted
              : catalogs.decide(
                  moved.catalogVersion(),
                  was ->
                      new Subscription(moved, was).hasWindows()
                          ? new Refused<>(zoneFixed(moved, settings))
                          : accepted);
        });
  }

  /** Whether the windows of a plan's limits would begin at other instants than they did. */
  private static boolean movesWindows(OrgSettings before, OrgSettings settings) {
    return before.plan() != null
        && settings.plan() != null
        && !before.zone().getRules().equals(settings.zone().getRules());
  }

  /** What was used since windows began by one calendar would not count by another. */
  private static Refusal zoneFixed(OrgSettings before, OrgSettings settings) {
    String zone = before.zone().getId();
    return new Refusal(
        Code.OWNER_FIXED,
        "timezone",
        "is %s, and the windows of the limits of the org's plan %s follow %s; put the org with the timezone %s, or first without a plan: the limits begin anew then"
            .formatted(settings.zone().getId(), before.plan(), zone, zone));
  }

  /**
   * Whatever else is in the settings: a plan or add-on that is new has to be in the catalog, and
   * the two have to go together.
   */
  private static @Nullable Refusal fault(
      OrgSettings settings, @Nullable String newPlan, List<String> newAddOns, Catalog catalog) {
    if (newPlan != null && !catalog.plans().containsKey(newPlan)) {
      return unknown("plan", newPlan, catalog.plans().keySet());
    }
    String plan = settings.plan();
    for (String addOn : newPlan == null ? newAddOns : settings.addOns()) {
      AddOn found = catalog.addOns().get(addOn);
      if (found == null && newAddOns.contains(addOn)) {
        return unknown("add_ons", addOn, catalog.addOns().keySet());
      }
      if (found != null
          && !found.plans().isEmpty()
          && (plan == null || !found.plans().contains(plan))) {
        return new Refusal(
            Code.INVALID,
            "add_ons",
            "%s can be had with the plans %s only".formatted(addOn, new TreeSet<>(found.plans())));
      }
    }
    return null;
  }

  private static Refusal unknown(String field, String name, Set<String> known) {
    return new Refusal(
        Code.INVALID,
        field,
        "%s is not in the catalog; known are %s"
            .formatted(
                name,
                known.size() > NAMES_TOLD_MAX ? known.size() + " others" : new TreeSet<>(known)));
  }
}
