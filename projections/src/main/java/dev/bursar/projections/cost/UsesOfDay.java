package dev.bursar.projections.cost;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Prices;
import dev.bursar.domain.cost.CostQueries.Use;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a day's requests have used, shared out among their charges, request by request: each charge
 * has of every meter as large a part as what its units come to. A request whose units come to
 * nothing is one of {@code requests}. A day of any size takes the memory of its sums.
 */
final class UsesOfDay {

  /** As many digits as tell a millionth of the largest amount. */
  private static final MathContext DIGITS = MathContext.DECIMAL128;

  private static final Price UNPRICED = new Price("", Map.of());

  /** Charges whose uses belong together. */
  private record Kind(Work work, EntryType type, @Nullable String currency) {

    static Kind of(DayEntry entry) {
      return new Kind(entry.work(), entry.type(), entry.currency());
    }
  }

  private final Map<Kind, Map<String, Use>> sums = new HashMap<>();
  private final Map<Work, Price> known = new HashMap<>();
  private final Prices prices;

  UsesOfDay(Prices prices) {
    this.prices = prices;
  }

  /** What a charge has been used for. */
  List<Use> of(Work work, EntryType type, @Nullable String currency) {
    return List.copyOf(sums.getOrDefault(new Kind(work, type, currency), Map.of()).values());
  }

  /**
   * Shares out a request.
   *
   * @param request all its entries that are uses, at least one
   */
  void share(List<DayEntry> request) {
    BigDecimal charged =
        request.stream()
            .map(entry -> entry.credits().abs())
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    DayEntry first = request.getFirst();
    Map<String, BigDecimal> weights = weights(first);
    BigDecimal all = weights.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    for (DayEntry entry : request) {
      BigDecimal credits = entry.credits().abs();
      BigDecimal value = entry.value().negate();
      BigDecimal part =
          charged.signum() == 0
              ? BigDecimal.ONE.divide(BigDecimal.valueOf(request.size()), DIGITS)
              : credits.divide(charged, DIGITS);
      if (all.signum() == 0) {
        add(entry, new Use(CostQueries.REQUESTS, part, credits, value));
        continue;
      }
      weights.forEach(
          (meter, weight) ->
              add(
                  entry,
                  new Use(
                      meter,
                      part.multiply(BigDecimal.valueOf(first.units().getOrDefault(meter, 0L))),
                      credits.multiply(weight).divide(all, DIGITS),
                      value.multiply(weight).divide(all, DIGITS))));
    }
  }

  /** What the units that were used come to, by meter. */
  private Map<String, BigDecimal> weights(DayEntry entry) {
    Map<String, Long> used = new HashMap<>(entry.units());
    used.values().removeIf(units -> units == 0);
    Price price = known.computeIfAbsent(entry.work(), of -> prices.of(of.feature(), of.model()));
    return (price == null ? UNPRICED : price).parts(used);
  }

  private void add(DayEntry entry, Use use) {
    sums.computeIfAbsent(Kind.of(entry), any -> new TreeMap<>())
        .merge(
            use.meter(),
            use,
            (one, other) ->
                new Use(
                    one.meter(),
                    one.quantity().add(other.quantity()),
                    one.credits().add(other.credits()),
                    one.value().add(other.value())));
  }
}
