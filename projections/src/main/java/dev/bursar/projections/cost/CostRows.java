package dev.bursar.projections.cost;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Rates;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** A day of an org's ledgers, summed up by what it was for, as its entries are read. */
final class CostRows {

  private static final Comparator<@Nullable String> ABSENT_LAST = nullsLast(naturalOrder());

  /**
   * What is summed up together, of the same work.
   *
   * @param isUse whether it is shared out among what was used
   */
  private record Kind(
      EntryType type,
      @Nullable String grant,
      @Nullable String currency,
      boolean correctsEarlierMonth,
      boolean isLessDebt,
      boolean isUse) {

    static final Comparator<Kind> ORDER =
        comparing(Kind::type)
            .thenComparing(Kind::grant, ABSENT_LAST)
            .thenComparing(Kind::currency, ABSENT_LAST)
            .thenComparing(Kind::correctsEarlierMonth)
            .thenComparing(Kind::isLessDebt);

    static Kind of(DayEntry entry) {
      return new Kind(
          entry.type(),
          entry.grant(),
          entry.currency(),
          entry.correctsEarlierMonth(),
          entry.isLessDebt(),
          entry.isUse());
    }
  }

  private record Sum(BigDecimal credits, BigDecimal value) {
    Sum plus(Sum other) {
      return new Sum(credits.add(other.credits), value.add(other.value));
    }
  }

  private final Map<Work, TreeMap<Kind, Sum>> sums = new HashMap<>();
  private final UsesOfDay uses;

  private CostRows(Rates rates) {
    this.uses = new UsesOfDay(rates);
  }

  /**
   * A day of an org.
   *
   * @param rowsAtATime how many entries are read together
   */
  static List<Costs> of(Handle handle, String org, LocalDate day, Rates rates, int rowsAtATime) {
    CostRows rows = new CostRows(rates);
    new DayEntries(handle, org, day, rowsAtATime).forEach(rows::take);
    rows.uses.share();
    return rows.costs();
  }

  private void take(DayEntry entry) {
    sums.computeIfAbsent(entry.work(), any -> new TreeMap<>(Kind.ORDER))
        .merge(Kind.of(entry), new Sum(entry.credits(), entry.value()), Sum::plus);
    if (entry.isUse()) {
      uses.take(entry);
    }
  }

  private List<Costs> costs() {
    return sums.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(byWork()))
        .map(each -> new Costs(each.getKey(), charges(each.getKey(), each.getValue())))
        .toList();
  }

  private List<Charge> charges(Work work, Map<Kind, Sum> kinds) {
    return kinds.entrySet().stream()
        .map(
            each -> {
              Kind kind = each.getKey();
              return new Charge(
                  kind.type(),
                  kind.grant(),
                  kind.currency(),
                  kind.correctsEarlierMonth(),
                  each.getValue().credits(),
                  each.getValue().value(),
                  kind.isUse() ? uses.of(work, kind.type(), kind.currency()) : List.of());
            })
        .toList();
  }

  private static Comparator<Work> byWork() {
    return comparing(Work::wallet)
        .thenComparing(Work::team, ABSENT_LAST)
        .thenComparing(Work::product, ABSENT_LAST)
        .thenComparing(Work::costCenter, ABSENT_LAST)
        .thenComparing(Work::agent, ABSENT_LAST)
        .thenComparing(Work::feature, ABSENT_LAST)
        .thenComparing(Work::model, ABSENT_LAST)
        .thenComparing(Work::creditType);
  }
}
