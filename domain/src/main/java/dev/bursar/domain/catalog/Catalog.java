package dev.bursar.domain.catalog;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be sold and what it costs: credit types, meters and rates. Immutable.
 *
 * @param creditTypes the credit types by id, with the name shown to people
 * @param meters what usage may be counted in
 * @param rates the price list
 */
public record Catalog(Map<String, String> creditTypes, Set<String> meters, List<Rate> rates) {

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

    private int closeness(@Nullable String askedFeature, @Nullable String askedModel) {
      boolean fits =
          (feature == null || feature.equals(askedFeature))
              && (model == null || model.equals(askedModel));
      return fits ? (model == null ? 0 : 2) + (feature == null ? 0 : 1) : -1;
    }
  }

  /**
   * The price of a feature and a model: the line that names both, else the one that names the
   * model, else the one that names the feature, else the one for anything; null if there is none.
   */
  public @Nullable Price price(@Nullable String feature, @Nullable String model) {
    Rate best = null;
    int closest = -1;
    for (Rate rate : rates) {
      int closeness = rate.closeness(feature, model);
      if (closeness > closest) {
        best = rate;
        closest = closeness;
      }
    }
    return best == null ? null : new Price(best.creditType, best.perUnit);
  }

  /** Whether a line of the price list is for this model by name. */
  public boolean names(String model) {
    for (Rate rate : rates) {
      if (model.equals(rate.model)) {
        return true;
      }
    }
    return false;
  }
}
