package dev.bursar.api.cost;

import dev.bursar.api.cost.FocusCharge.Category;
import dev.bursar.api.cost.FocusCharge.Use;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Day;
import dev.bursar.domain.cost.CostQueries.Work;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A day's charges as rows of FOCUS. What was used is a row for each meter: the credits of the work
 * are shared out in proportion to what its units cost by the catalog, and the money with them.
 */
final class FocusDay {

  /** ISO 4217 for no currency: of an org that has never paid anything. */
  private static final String NONE = "XXX";

  private static final String REQUESTS = "requests";

  private final Catalog catalog;
  private final Day day;
  private final List<FocusCharge> rows = new ArrayList<>();

  private FocusDay(Catalog catalog, Day day) {
    this.catalog = catalog;
    this.day = day;
  }

  /** The rows; their sums are the ledger's, to the millionth. */
  static List<FocusCharge> of(Catalog catalog, Day day) {
    FocusDay focus = new FocusDay(catalog, day);
    day.costs().forEach(focus::take);
    return List.copyOf(focus.rows);
  }

  private void take(Costs costs) {
    List<Charge> used = new ArrayList<>();
    for (Charge charge : costs.charges()) {
      switch (charge.type()) {
        case CONSUME, LATE_USAGE -> used.add(charge);
        case DEBT -> {
          if (charge.credits().signum() >= 0) {
            used.add(charge);
          } else {
            other(costs.work(), charge, Category.CREDIT, charge.credits());
          }
        }
        case GRANT -> bought(costs.work(), charge);
        case REFUND -> other(costs.work(), charge, Category.CREDIT, charge.credits().negate());
        // The work was counted in credits when it ran.
        case DEBT_REPAID -> other(costs.work(), charge, Category.ADJUSTMENT, BigDecimal.ZERO);
        case EXPIRE, VOID, ADJUST, TRANSFER_IN, TRANSFER_OUT ->
            other(costs.work(), charge, Category.ADJUSTMENT, charge.credits().negate());
      }
    }
    if (!used.isEmpty()) {
      used(costs, used);
    }
  }

  /** What was not paid for is no purchase. */
  private void bought(Work work, Charge charge) {
    if (charge.currency() != null) {
      rows.add(
          row(
              work,
              charge,
              Category.PURCHASE,
              charge.value(),
              BigDecimal.ZERO,
              charge.credits(),
              null));
    }
  }

  private void other(Work work, Charge charge, Category category, BigDecimal credits) {
    rows.add(row(work, charge, category, BigDecimal.ZERO, charge.value().negate(), credits, null));
  }

  private void used(Costs costs, List<Charge> charges) {
    Map<String, BigDecimal> units = new TreeMap<>(costs.units());
    units.values().removeIf(of -> of.signum() == 0);
    Map<String, BigDecimal> weights = new TreeMap<>();
    Price price = catalog.price(costs.work().feature(), costs.work().model());
    units.forEach((meter, of) -> weights.put(meter, of.multiply(rate(price, meter))));
    if (weights.values().stream().allMatch(weight -> weight.signum() == 0)) {
      for (Charge charge : charges) {
        use(
            costs.work(),
            charge,
            credits(charge),
            charge.value().negate(),
            new Use(REQUESTS, BigDecimal.valueOf(charge.reservations())));
      }
      return;
    }
    List<BigDecimal> byCharge = charges.stream().map(FocusDay::credits).toList();
    Map<String, List<BigDecimal>> quantities = new TreeMap<>();
    units.forEach((meter, of) -> quantities.put(meter, Shares.of(of, byCharge)));
    List<String> meters = List.copyOf(weights.keySet());
    List<BigDecimal> byMeter = List.copyOf(weights.values());
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      List<BigDecimal> credits = Shares.of(credits(charge), byMeter);
      List<BigDecimal> values = Shares.of(charge.value().negate(), byMeter);
      for (int m = 0; m < meters.size(); m++) {
        BigDecimal quantity = quantities.getOrDefault(meters.get(m), List.of()).get(i);
        if (Stream.of(quantity, credits.get(m), values.get(m)).anyMatch(of -> of.signum() != 0)) {
          use(
              costs.work(),
              charge,
              credits.get(m),
              values.get(m),
              new Use(meters.get(m), quantity));
        }
      }
    }
  }

  private static BigDecimal rate(@Nullable Price price, String meter) {
    return price == null ? BigDecimal.ZERO : price.rates().getOrDefault(meter, BigDecimal.ZERO);
  }

  /** What it was charged: a debt adds to what is owed, all else takes from the balance. */
  private static BigDecimal credits(Charge charge) {
    return charge.credits().abs();
  }

  private void use(Work work, Charge charge, BigDecimal credits, BigDecimal value, Use use) {
    rows.add(row(work, charge, Category.USAGE, BigDecimal.ZERO, value, credits, use));
  }

  private FocusCharge row(
      Work work,
      Charge charge,
      Category category,
      BigDecimal billed,
      BigDecimal effective,
      BigDecimal credits,
      @Nullable Use use) {
    String currency = charge.currency() == null ? day.currency() : charge.currency();
    return new FocusCharge(
        day.day(),
        category,
        charge.type(),
        work,
        charge.grant(),
        charge.correctsEarlierMonth(),
        currency == null ? NONE : currency,
        billed,
        effective,
        credits,
        use);
  }
}
