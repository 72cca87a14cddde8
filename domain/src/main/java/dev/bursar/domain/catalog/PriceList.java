package dev.bursar.domain.catalog;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What everything costs, and from when on. Immutable; a price is looked up in the same time however
 * many rates there are.
 */
public final class PriceList {

  private static final Comparator<Rate> OLDEST_FIRST =
      Comparator.comparing(Rate::effectiveAt, Comparator.nullsFirst(Comparator.naturalOrder()));

  private final List<Rate> rates;
  private final Map<Catalog.Work, Rate[]> byWork = new HashMap<>();
  private final Set<String> models = new HashSet<>();

  /**
   * A list of these.
   *
   * @throws IllegalArgumentException if two are for the same feature and model, from the same time
   *     on
   */
  public PriceList(List<Rate> rates) {
    this.rates = List.copyOf(rates);
    Map<Catalog.Work, List<Rate>> gathered = new HashMap<>();
    for (Rate rate : rates) {
      gathered.computeIfAbsent(rate.work(), work -> new ArrayList<>(1)).add(rate);
      if (rate.model() != null) {
        models.add(rate.model());
      }
    }
    gathered.forEach((work, lines) -> byWork.put(work, inOrder(work, lines)));
  }

  private static Rate[] inOrder(Catalog.Work work, List<Rate> lines) {
    lines.sort(OLDEST_FIRST);
    for (int i = 1; i < lines.size(); i++) {
      if (OLDEST_FIRST.compare(lines.get(i - 1), lines.get(i)) == 0) {
        throw new IllegalArgumentException("two rates are for " + work + " from the same time on");
      }
    }
    return lines.toArray(new Rate[0]);
  }

  /** All lines, in the order in which they were given. */
  public List<Rate> rates() {
    return rates;
  }

  /** Whether a line is for this model by name. */
  public boolean names(String model) {
    return models.contains(model);
  }

  /**
   * The price of a feature and a model at a time: of the lines that name both, else of those that
   * name the model, else of those that name the feature, else of those for anything, the newest
   * that is in force; null if there is none.
   */
  public @Nullable Price price(@Nullable String feature, @Nullable String model, Instant at) {
    Price price = null;
    if (feature != null && model != null) {
      price = inForce(feature, model, at);
    }
    if (price == null && model != null) {
      price = inForce(null, model, at);
    }
    if (price == null && feature != null) {
      price = inForce(feature, null, at);
    }
    return price != null ? price : inForce(null, null, at);
  }

  private @Nullable Price inForce(@Nullable String feature, @Nullable String model, Instant at) {
    Rate[] lines = byWork.get(new Catalog.Work(feature, model));
    if (lines == null) {
      return null;
    }
    int from = 0;
    int to = lines.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (lines[middle].isInForceAt(at)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from == 0 ? null : lines[from - 1].price();
  }
}
