package dev.bursar.domain.org;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanBudget;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.enforcement.OveragePolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an org may use by its plan and its add-ons, as one catalog has them. Immutable. An org
 * without a plan may use anything.
 */
public final class Subscription {

  private static final String OF_BUDGET = Budget.OF_PLAN + "budget:";

  /** Where in its time a subscription stands. */
  public enum Status {
    /** There is none. */
    NONE,
    /** It has not begun. */
    SCHEDULED,
    /** It may be used for a while. */
    TRIAL,
    /** It may be used. */
    ACTIVE,
    /** It may not be used any more. */
    ENDED;

    /** Whether there is one that is not over. */
    boolean goesOn() {
      return switch (this) {
        case SCHEDULED, TRIAL, ACTIVE -> true;
        case NONE, ENDED -> false;
      };
    }
  }

  private final OrgSettings settings;
  private final Catalog catalog;
  private final @Nullable PricingPlan plan;
  private final Map<String, Entitlement> entitlements = new TreeMap<>();
  private final List<Budget> limits = new ArrayList<>();

  /** What these settings mean by this catalog. */
  Subscription(OrgSettings settings, Catalog catalog) {
    this.settings = settings;
    this.catalog = catalog;
    this.plan = settings.plan() == null ? null : catalog.plans().get(settings.plan());
    if (plan != null) {
      entitlements.putAll(plan.entitlements());
      settings.addOns().stream()
          .map(catalog.addOns()::get)
          .filter(Objects::nonNull)
          .forEach(this::add);
      plan.budgets().values().forEach(budget -> limits.add(limit(budget)));
      entitlements.forEach(
          (feature, each) -> {
            if (each instanceof Entitlement.Allowance allowance) {
              limits.add(limit(feature, allowance));
            }
          });
    }
  }

  private void add(AddOn addOn) {
    addOn.entitlements().forEach((feature, each) -> entitlements.merge(feature, each, this::with));
  }

  /** Who has bought more has more: numbers add up, yes counts before no, and all before a part. */
  private Entitlement with(Entitlement before, Entitlement more) {
    return switch (more) {
      case Entitlement.Access it when !it.allowed() -> before;
      case Entitlement.Quantity(var value) when before instanceof Entitlement.Quantity had ->
          new Entitlement.Quantity(had.value().add(value));
      case Entitlement.Allowance it
          when before instanceof Entitlement.Access had && had.allowed() ->
          before;
      case Entitlement.Allowance it
          when before instanceof Entitlement.Allowance had
              && had.measure().equals(it.measure())
              && had.window() == it.window() ->
          new Entitlement.Allowance(
              it.measure(),
              had.limit().plusCapped(it.limit()),
              it.window(),
              it.failMode() == null ? had.failMode() : it.failMode());
      case Entitlement other -> other;
    };
  }

  /**
   * By its name it goes on with what was counted, and that is never in another unit or window. The
   * last two colons part the three: a measure has none there.
   */
  private static String name(String kind, String id, String measure, WindowKind window) {
    return kind
        + String.join(
            ":",
            id,
            measure.replace("%", "%25").replace(":", "%3A"),
            window.name().toLowerCase(Locale.ROOT));
  }

  private Budget limit(PlanBudget budget) {
    return new Budget(
        name(OF_BUDGET, budget.id(), budget.measure(), budget.window()),
        budget.scope(),
        budget.measure(),
        budget.window(),
        budget.limit(),
        budget.mode(),
        budget.features(),
        budget.models(),
        budget.thresholds(),
        settings.zone(),
        budget.anchorDay());
  }

  private Budget limit(String feature, Entitlement.Allowance allowance) {
    return new Budget(
        name(Budget.OF_ALLOWANCE, feature, allowance.measure(), allowance.window()),
        new Scope(Scope.Type.ORG, null, null),
        allowance.measure(),
        allowance.window(),
        allowance.limit(),
        Budget.Mode.HARD,
        Set.of(feature),
        Set.of(),
        Budget.THRESHOLDS_DEFAULT,
        settings.zone(),
        1);
  }

  /** Whether it is of these. */
  boolean isOf(@Nullable OrgSettings others, Catalog other) {
    return settings == others && catalog == other;
  }

  @Nullable PricingPlan plan() {
    return plan;
  }

  /** What happens to an actual cost above what was held, where a request does not say it. */
  OveragePolicy overagePolicy() {
    return plan == null ? OveragePolicy.RECORD : plan.overagePolicy();
  }

  /** What is done with requests while nobody can be asked; null if no plan says it. */
  @Nullable FailMode failMode() {
    return plan == null ? null : plan.failMode();
  }

  /** The same for a feature: its allowance may say it otherwise. */
  @Nullable FailMode failMode(String feature) {
    return entitlements.get(feature) instanceof Entitlement.Allowance it && it.failMode() != null
        ? it.failMode()
        : failMode();
  }

  /** What it lets the org use, by feature. */
  Map<String, Entitlement> entitlements() {
    return entitlements;
  }

  /** The limits that come with it; those of the org itself count in their place. */
  List<Budget> limits() {
    return limits;
  }

  /** Whether some limit of it begins anew by the calendar of the org's time zone. */
  boolean hasWindows() {
    return limits.stream().anyMatch(each -> each.window() != WindowKind.LIFETIME);
  }

  /** The limit of a metered feature; null if it has none. */
  @Nullable Budget limitOf(String feature) {
    if (!(entitlements.get(feature) instanceof Entitlement.Allowance allowance)) {
      return null;
    }
    String id = name(Budget.OF_ALLOWANCE, feature, allowance.measure(), allowance.window());
    return limits.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
  }

  Status status(Instant now) {
    return settings.status(now);
  }

  /** Why the org may not use a feature, or anything if none is named; null if it may. */
  @Nullable String fault(@Nullable String feature, Instant now) {
    String subscribed = settings.plan();
    if (subscribed == null) {
      return null;
    }
    if (plan == null) {
      return "the org's plan %s is not in the catalog".formatted(subscribed);
    }
    return switch (status(now)) {
      case SCHEDULED -> "the org's plan %s begins at %s".formatted(subscribed, settings.startsAt());
      case ENDED ->
          OrgSettings.isOver(settings.endsAt(), now)
              ? "the org's plan %s ended at %s".formatted(subscribed, settings.endsAt())
              : "the trial of the org's plan %s ended at %s"
                  .formatted(subscribed, settings.trialEndsAt());
      case NONE, TRIAL, ACTIVE ->
          feature == null || allows(entitlements.get(feature))
              ? null
              : "the org's plan %s does not include the feature %s".formatted(subscribed, feature);
    };
  }

  private static boolean allows(@Nullable Entitlement entitlement) {
    return entitlement != null
        && !(entitlement instanceof Entitlement.Access access && !access.allowed());
  }
}
