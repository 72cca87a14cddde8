package dev.bursar.sidecar.terms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.catalog.Tiers;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.org.EntitlementView;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Subscription;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what the server says of entitlements and prices. */
public final class TermsReader {

  private TermsReader() {}

  /**
   * What everything costs.
   *
   * @param version the version of the catalog; 0 if there are none
   */
  public record Prices(
      Set<String> creditTypes, OveragePolicy overagePolicy, PriceList list, int version) {}

  /**
   * @param prices the answer of {@code /v1/orgs/{org}/prices}
   * @throws IllegalArgumentException if it is something else
   */
  public static Prices prices(JsonNode prices) {
    Set<String> types = new HashSet<>();
    prices.path("credit_types").forEach(each -> types.add(each.asText()));
    List<Rate> rates = new ArrayList<>();
    prices.path("rates").forEach(each -> rates.add(rate(each)));
    return new Prices(
        Set.copyOf(types),
        word(OveragePolicy.class, required(prices, "overage_policy")),
        new PriceList(rates),
        prices.path("catalog_version").asInt());
  }

  /**
   * @param entitlements the answer of {@code /v1/orgs/{org}/entitlements}
   * @throws IllegalArgumentException if it is something else
   */
  public static Terms read(JsonNode entitlements, Prices prices) {
    return new Terms(
        entitled(entitlements),
        prices.creditTypes(),
        prices.overagePolicy(),
        prices.list(),
        prices.version());
  }

  private static OrgReply.Entitled entitled(JsonNode json) {
    String plan = text(json, "plan");
    List<String> addOns = new ArrayList<>();
    json.path("add_ons").forEach(each -> addOns.add(each.asText()));
    String frozen = text(json, "frozen");
    List<EntitlementView> features = new ArrayList<>();
    json.path("features").forEach(each -> features.add(feature(each, plan != null, frozen)));
    return new OrgReply.Entitled(
        new OrgSettings("", ZoneOffset.UTC, plan, addOns),
        word(Subscription.Status.class, required(json, "status")),
        failMode(json),
        frozen,
        features);
  }

  /**
   * What it is by the plan: that the org is frozen is not the feature's, and may be over sooner.
   */
  private static EntitlementView feature(
      JsonNode json, boolean subscribed, @Nullable String frozen) {
    String type = text(json, "type");
    Feature.Kind kind = type == null ? null : word(Feature.Kind.class, type);
    String detail = text(json, "detail");
    boolean entitled =
        json.path("entitled").asBoolean() || (frozen != null && frozen.equals(detail));
    JsonNode value = json.path("value");
    Entitlement entitlement = null;
    if (value.isNumber()) {
      entitlement = new Entitlement.Quantity(new BigDecimal(value.asText()));
    } else if (value.isTextual()) {
      entitlement = new Entitlement.Choice(value.asText());
    } else if (subscribed && entitled) {
      entitlement = new Entitlement.Access(true);
    }
    return new EntitlementView(
        required(json, "feature"),
        kind,
        entitlement,
        json.has("limit") ? limit(json.path("limit")) : null,
        failMode(json),
        entitled ? null : detail == null ? "it may not be used" : detail);
  }

  private static @Nullable FailMode failMode(JsonNode json) {
    String word = text(json, "fail_mode");
    return word == null ? null : word(FailMode.class, word);
  }

  private static LimitState limit(JsonNode json) {
    JsonNode scope = json.path("scope");
    String resets = text(json, "resets_at");
    Instant resetsAt = resets == null ? Instant.EPOCH : Instant.parse(resets);
    return new LimitState(
        required(json, "budget"),
        new Scope(
            word(Scope.Type.class, required(scope, "type")),
            text(scope, "id"),
            text(scope, "team")),
        required(json, "measure"),
        word(WindowKind.class, required(json, "window")),
        word(Budget.Mode.class, required(json, "mode")),
        Credits.parse(required(json, "limit")),
        Credits.parse(required(json, "used")),
        Credits.parse(required(json, "held")),
        resetsAt,
        resetsAt,
        required(json, "source"),
        text(json, "override"),
        List.of(),
        null);
  }

  private static Rate rate(JsonNode json) {
    String from = text(json, "effective_at");
    Map<String, BigDecimal> rates = new HashMap<>();
    json.path("rates")
        .properties()
        .forEach(each -> rates.put(each.getKey(), new BigDecimal(each.getValue().asText())));
    Map<String, Tiers> tiers = new HashMap<>();
    json.path("tiers")
        .properties()
        .forEach(each -> tiers.put(each.getKey(), tiers(each.getValue())));
    return new Rate(
        text(json, "feature"),
        text(json, "model"),
        from == null ? null : Instant.parse(from),
        new Price(
            required(json, "credit_type"),
            rates,
            tiers,
            json.has("formula")
                ? FormulaReader.formula(required(json, "formula"), json.path("expression"))
                : null));
  }

  private static Tiers tiers(JsonNode json) {
    List<Tiers.Step> steps = new ArrayList<>();
    json.path("steps")
        .forEach(
            each ->
                steps.add(
                    new Tiers.Step(
                        each.has("up_to") ? (Long) each.path("up_to").asLong() : null,
                        new BigDecimal(required(each, "rate")))));
    return new Tiers(word(Tiers.Kind.class, required(json, "kind")), steps);
  }

  static <E extends Enum<E>> E word(Class<E> kind, String word) {
    return Enum.valueOf(kind, word.toUpperCase(Locale.ROOT));
  }

  static String required(JsonNode json, String field) {
    String text = text(json, field);
    if (text == null) {
      throw new IllegalArgumentException("no " + field + " in the server's answer");
    }
    return text;
  }

  private static @Nullable String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isValueNode() && !value.isNull() ? value.asText() : null;
  }
}
