package dev.bursar.api.cost;

import dev.bursar.api.cost.FocusCharge.Category;
import dev.bursar.api.cost.FocusCharge.Use;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Day;
import dev.bursar.domain.cost.CostQueries.Work;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A day's charges as rows of FOCUS. What was used is a row for each meter. */
final class FocusDay {

  /** ISO 4217 for no currency: of an org that has never paid anything. */
  private static final String NONE = "XXX";

  private final Day day;
  private final List<FocusCharge> rows = new ArrayList<>();

  private FocusDay(Day day) {
    this.day = day;
  }

  /** The rows; their sums are the ledger's, to the millionth. */
  static List<FocusCharge> of(Day day) {
    FocusDay focus = new FocusDay(day);
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
      used(costs.work(), used);
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

  /** Each sum is the ledger's: what was rounded off goes to the next row. */
  private void used(Work work, List<Charge> charges) {
    Map<String, Map<Charge, BigDecimal>> quantities = new TreeMap<>();
    for (Charge charge : charges) {
      for (CostQueries.Use use : charge.uses()) {
        quantities
            .computeIfAbsent(use.meter(), any -> new LinkedHashMap<>())
            .put(charge, use.quantity());
      }
    }
    quantities.values().forEach(FocusDay::round);
    for (Charge charge : charges) {
      List<CostQueries.Use> uses = charge.uses();
      List<BigDecimal> credits =
          Shares.of(credits(charge), uses.stream().map(CostQueries.Use::credits).toList());
      List<BigDecimal> values =
          Shares.of(charge.value().negate(), uses.stream().map(CostQueries.Use::value).toList());
      for (int i = 0; i < uses.size(); i++) {
        String meter = uses.get(i).meter();
        BigDecimal quantity =
            quantities.getOrDefault(meter, Map.of()).getOrDefault(charge, BigDecimal.ZERO);
        if (Stream.of(quantity, credits.get(i), values.get(i)).anyMatch(of -> of.signum() != 0)) {
          use(work, charge, credits.get(i), values.get(i), new Use(meter, quantity));
        }
      }
    }
  }

  /** Together they are whole units. */
  private static void round(Map<Charge, BigDecimal> quantities) {
    List<BigDecimal> exact = List.copyOf(quantities.values());
    BigDecimal all =
        exact.stream().reduce(BigDecimal.ZERO, BigDecimal::add).setScale(0, RoundingMode.HALF_UP);
    Iterator<BigDecimal> rounded = Shares.of(all, exact).iterator();
    quantities.replaceAll((charge, of) -> rounded.next());
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
