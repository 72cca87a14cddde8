package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What can be sold and what it costs: credit types, meters and rates. Immutable; a price is looked
 * up in the same time however many rates there are.
 */
public final class Catalog {

  /**
   * One line of the price list.
   *
   * @param feature the feature it is for; null means any
   * @param model the model it is for; null means any
   * @param creditType the credit type it is counted in
   * @param perUnit credits per unit of each meter
   */
  public record Rate(
      @Nullable String feature,
      @Nullable String model,
      String creditType,
      Map<String, BigDecimal> perUnit) {

    /** What it is for; no two rates of a catalog are for the same. */
    public Work work() {
      return new Work(feature, model);
    }
  }

  /**
   * What is charged for.
   *
   * @param feature null means any
   * @param model null means any
   */
  public record Work(@Nullable String feature, @Nullable String model) {}

  private final Map<String, String> creditTypes;
  private final Set<String> meters;
  private final Map<Work, Price> prices = new HashMap<>();
  private final Set<String> models;

  /**
   * A catalog of these.
   *
   * @param creditTypes the credit types by id, with the name shown to people
   * @param meters what usage may be counted in
   * @param rates the price list
   * @throws IllegalArgumentException if two rates are for the same feature and model
   */
  public Catalog(Map<String, String> creditTypes, Set<String> meters, List<Rate> rates) {
    this.creditTypes = Map.copyOf(creditTypes);
    this.meters = Set.copyOf(meters);
    for (Rate rate : rates) {
      if (prices.put(rate.work(), new Price(rate.creditType, rate.perUnit)) != null) {
        throw new IllegalArgumentException("two rates are for " + rate.work());
      }
    }
    this.models =
        rates.stream()
            .map(Rate::model)
            .filter(model -> model != null)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** The credit types by id, with the name shown to people. */
  public Map<String, String> creditTypes() {
    return creditTypes;
  }

  /** What usage may be counted in. */
  public Set<String> meters() {
    return meters;
  }

  /** How many lines the price list has. */
  public int rates() {
    return prices.size();
  }

  /**
   * The price of a feature and a model: the line that names both, else the one that names the
   * model, else the one that names the feature, else the one for anything; null if there is none.
   */
  public @Nullable Price price(@Nullable String feature, @Nullable String model) {
    Price price = prices.get(new Work(feature, model));
    if (price == null && feature != null && model != null) {
      price = prices.get(new Work(null, model));
      if (price == null) {
        price = prices.get(new Work(feature, null));
      }
    }
    return price != null ? price : prices.get(new Work(null, null));
  }

  /** Whether a line of the price list is for this model by name. */
  public boolean names(String model) {
    return models.contains(model);
  }
}
