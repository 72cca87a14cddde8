package dev.bursar.domain.catalog;

import dev.bursar.domain.budget.Quantities;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be used, what it costs, and what can be sold. Immutable, and complete in itself: every
 * name in it is a name of something in it.
 *
 * @param creditTypes what balances are counted in, by name
 * @param meters what usage may be counted in
 * @param features what plans let orgs use, by name
 * @param prices what everything costs
 * @param plans what orgs subscribe to, by name
 * @param addOns what they can have besides, by name
 * @param topUpPacks credits that can be bought at once, by name
 * @param campaigns promotional credits, by name
 */
public record Catalog(
    Map<String, CreditType> creditTypes,
    Set<String> meters,
    Map<String, Feature> features,
    PriceList prices,
    Map<String, PricingPlan> plans,
    Map<String, AddOn> addOns,
    Map<String, TopUpPack> topUpPacks,
    Map<String, Campaign> campaigns)
    implements Catalogs {

  /**
   * What is charged for.
   *
   * @param feature null means any
   * @param model null means any
   */
  public record Work(@Nullable String feature, @Nullable String model) {}

  /** A catalog of these, which are copied. */
  public Catalog {
    creditTypes = Map.copyOf(creditTypes);
    meters = Set.copyOf(meters);
    features = Map.copyOf(features);
    plans = Map.copyOf(plans);
    addOns = Map.copyOf(addOns);
    topUpPacks = Map.copyOf(topUpPacks);
    campaigns = Map.copyOf(campaigns);
  }

  /**
   * A catalog that has prices and sells nothing.
   *
   * @param creditTypes the credit types by id, with the name shown to people
   * @param meters what usage may be counted in
   * @param rates the price list
   * @throws IllegalArgumentException if two rates are for the same feature and model, from the same
   *     time on
   */
  public Catalog(Map<String, String> creditTypes, Set<String> meters, List<Rate> rates) {
    this(
        named(creditTypes),
        meters,
        Map.of(),
        new PriceList(rates),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of());
  }

  private static Map<String, CreditType> named(Map<String, String> names) {
    Map<String, CreditType> types = new HashMap<>();
    names.forEach((id, name) -> types.put(id, new CreditType(id, name, CreditType.SCALE_MAX)));
    return types;
  }

  /** It counts for everybody, always. */
  @Override
  public Catalog of(String org, @Nullable Integer pinned, Instant at) {
    return this;
  }

  /** Whether a budget may count this. */
  public boolean isMeasure(String name) {
    return isMeasure(name, creditTypes.keySet(), meters);
  }

  /** Whether a budget may count this, where there are these credit types and meters. */
  public static boolean isMeasure(String name, Set<String> creditTypes, Set<String> meters) {
    return creditTypes.contains(name) || meters.contains(name) || isMeasureOfItsOwn(name);
  }

  /** Whether budgets may count this whatever a catalog declares; nothing else can have its name. */
  public static boolean isMeasureOfItsOwn(String name) {
    return name.equals(Quantities.REQUESTS) || name.equals(Quantities.OPEN_RESERVATIONS);
  }

  /** What a budget may count, for people. */
  public String measures() {
    return "credit types %s, meters %s, %s, %s"
        .formatted(creditTypes.keySet(), meters, Quantities.REQUESTS, Quantities.OPEN_RESERVATIONS);
  }

  /** See {@link PriceList#price}. */
  public @Nullable Price price(@Nullable String feature, @Nullable String model, Instant at) {
    return prices.price(feature, model, at);
  }
}
