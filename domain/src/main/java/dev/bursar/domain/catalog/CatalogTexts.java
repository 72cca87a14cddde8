package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the things of a catalog say, part by part, for people to compare. */
final class CatalogTexts {

  private CatalogTexts() {}

  static Map<String, String> of(CreditType type) {
    return texts("name", type.name(), "scale", Integer.toString(type.scale()));
  }

  static Map<String, String> of(Feature feature) {
    return texts(
        "name", feature.name(),
        "type", word(feature.kind()),
        "meters", list(feature.meters()));
  }

  /** All rates, by what they are for and from when on. */
  static Map<String, Rate> rates(Catalog catalog) {
    Map<String, Rate> rates = new TreeMap<>();
    for (Rate rate : catalog.prices().rates()) {
      rates.put(
          "feature %s, model %s, %s"
              .formatted(
                  rate.feature() == null ? "(any)" : rate.feature(),
                  rate.model() == null ? "(any)" : rate.model(),
                  rate.effectiveAt() == null ? "always" : "from " + rate.effectiveAt()),
          rate);
    }
    return rates;
  }

  static Map<String, String> of(Rate rate) {
    Price price = rate.price();
    Map<String, String> texts = texts("credit_type", price.creditType());
    price.rates().forEach((meter, perUnit) -> texts.put("meters." + meter, plain(perUnit)));
    price.tiers().forEach((meter, tiers) -> texts.put("meters." + meter, tiers(tiers)));
    Formula formula = price.formula();
    if (formula != null) {
      texts.put("formula", formula.text());
    }
    return texts;
  }

  private static String tiers(Tiers tiers) {
    return tiers.steps().stream()
        .map(
            step ->
                "%s %s"
                    .formatted(
                        step.upTo() == null ? "beyond" : "up to " + step.upTo(),
                        plain(step.rate())))
        .collect(
            Collectors.joining(
                ", ", tiers.kind() == Tiers.Kind.GRADUATED ? "tiers: " : "volume steps: ", ""));
  }

  /** All that a plan has, also what comes from those that it extends. */
  static Map<String, String> of(PricingPlan plan) {
    Map<String, String> texts =
        texts(
            "name", plan.name(),
            "extends", plan.base() == null ? "" : plan.base().id(),
            "overage_policy", word(plan.overagePolicy()),
            "fail_mode", word(plan.failMode()));
    plan.entitlements().forEach((id, each) -> texts.put("entitlements." + id, text(each)));
    plan.grants().forEach((id, each) -> texts.put("grants." + id, text(each)));
    plan.budgets().forEach((id, each) -> texts.put("budgets." + id, text(each)));
    return texts;
  }

  static Map<String, String> of(AddOn addOn) {
    Map<String, String> texts = texts("name", addOn.name(), "plans", list(addOn.plans()));
    addOn.entitlements().forEach((id, each) -> texts.put("entitlements." + id, text(each)));
    addOn.grants().forEach((id, each) -> texts.put("grants." + id, text(each)));
    return texts;
  }

  static Map<String, String> of(TopUpPack pack) {
    Map<String, String> texts =
        texts(
            "name", pack.name(),
            "amount", pack.amount() + " " + pack.creditType(),
            "valid_days", text(pack.validDays()));
    pack.prices()
        .forEach(price -> texts.put("prices." + price.currency(), price.amount().toString()));
    return texts;
  }

  static Map<String, String> of(Campaign campaign) {
    return texts(
        "name", campaign.name(),
        "amount", campaign.amount() + " " + campaign.creditType(),
        "starts_at", text(campaign.startsAt()),
        "ends_at", text(campaign.endsAt()),
        "valid_days", text(campaign.validDays()),
        "expires_at", text(campaign.expiresAt()),
        "code", text(campaign.code()),
        "audience.plans", list(campaign.plans()),
        "audience.orgs", list(campaign.orgs()),
        "redemptions_max", text(campaign.redemptionsMax()),
        "applies_to.features", list(campaign.features()),
        "applies_to.models", list(campaign.models()));
  }

  private static String text(Entitlement entitlement) {
    return switch (entitlement) {
      case Entitlement.Access it -> Boolean.toString(it.allowed());
      case Entitlement.Quantity it -> plain(it.value());
      case Entitlement.Choice it -> it.value();
      case Entitlement.Allowance it ->
          "%s %s per %s%s"
              .formatted(
                  it.limit(),
                  it.measure(),
                  it.window().word(),
                  it.failMode() == null ? "" : ", fail_mode " + word(it.failMode()));
    };
  }

  private static String text(PlanGrant grant) {
    var recurrence = grant.recurrence();
    return "%s %s%s, priority %d%s"
        .formatted(
            grant.amount(),
            grant.creditType(),
            recurrence == null
                ? " once"
                : " each %s, rollover %s to %s"
                    .formatted(
                        word(recurrence.interval()),
                        recurrence.rolloverMin(),
                        recurrence.rolloverMax()),
            grant.priority(),
            only(grant.features(), grant.models()));
  }

  private static String text(PlanBudget budget) {
    return "%s, %s %s per %s for the scope %s%s, thresholds %s, anchor_day %d"
        .formatted(
            word(budget.mode()),
            budget.limit(),
            budget.measure(),
            budget.window().word(),
            word(budget.scope().type()),
            only(budget.features(), budget.models()),
            budget.thresholds(),
            budget.anchorDay());
  }

  private static String only(Collection<String> features, Collection<String> models) {
    return (features.isEmpty() ? "" : ", features " + list(features))
        + (models.isEmpty() ? "" : ", models " + list(models));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String plain(BigDecimal value) {
    return value.toPlainString();
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  private static String list(Collection<String> names) {
    return String.join(", ", new TreeSet<>(names));
  }

  /** Names and values in turns; what is empty is not there. */
  private static Map<String, String> texts(String... namesAndValues) {
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!namesAndValues[i + 1].isEmpty()) {
        texts.put(namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return texts;
  }
}
