package dev.bursar.projections.cost;

import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Rates;
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

  /** Charges whose uses belong together. */
  private record Kind(Work work, EntryType type, @Nullable String currency) {

    static Kind of(DayEntry entry) {
      return new Kind(entry.work(), entry.type(), entry.currency());
    }
  }

  private final Map<Kind, Map<String, Use>> sums = new HashMap<>();
  private final Map<Work, Map<String, BigDecimal>> known = new HashMap<>();
  private final Rates rates;

  UsesOfDay(Rates rates) {
    this.rates = rates;
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
    Map<String, BigDecimal> priced =
        known.computeIfAbsent(entry.work(), of -> rates.of(of.feature(), of.model()));
    Map<String, BigDecimal> weights = new HashMap<>();
    entry
        .units()
        .forEach(
            (meter, units) -> {
              if (units != 0) {
                weights.put(
                    meter,
                    priced
                        .getOrDefault(meter, BigDecimal.ZERO)
                        .multiply(BigDecimal.valueOf(units)));
              }
            });
    return weights;
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
