package dev.bursar.projections.cost;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Prices;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.ledger.EntryType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries of an org's ledgers of a day, summed up by what they were for, as they are read. Takes
 * the memory of its sums, which are handed out when they are many.
 */
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

  /** A sum takes the memory of so many entries that are not kept. */
  private static final int ENTRIES_WORTH_A_SUM = 50;

  private final Prices prices;
  private final long entriesMax;
  private final Map<Work, TreeMap<Kind, Sum>> sums = new HashMap<>();

  /** The uses of the request that is being read: they follow on each other. */
  private final List<DayEntry> request = new ArrayList<>();

  private UsesOfDay uses;
  private long entries;

  /**
   * @param entriesMax so many entries are summed up together, about: whoever waits for rows is to
   *     get some every few seconds. Of sums there are a fiftieth of that at the most, about: models
   *     are anybody's words
   */
  CostRows(Prices prices, long entriesMax) {
    this.prices = prices;
    this.entriesMax = entriesMax;
    this.uses = new UsesOfDay(prices);
  }

  /** Takes in the next entry of the day. */
  void take(DayEntry entry) {
    entries++;
    if (!entry.isUse()) {
      sum(entry);
      return;
    }
    if (!request.isEmpty() && !request.getLast().request().equals(entry.request())) {
      share();
    }
    request.add(entry);
  }

  private void share() {
    request.forEach(this::sum);
    uses.share(request);
    request.clear();
  }

  private void sum(DayEntry entry) {
    sums.computeIfAbsent(entry.work(), any -> new TreeMap<>(Kind.ORDER))
        .merge(Kind.of(entry), new Sum(entry.credits(), entry.value()), Sum::plus);
  }

  /** Whether so much has been summed up that it is to be handed out. */
  boolean isMuch() {
    return entries >= entriesMax || sums.size() >= entriesMax / ENTRIES_WORTH_A_SUM;
  }

  /** The sums of all that was taken in since they were last handed out; the day has no more. */
  List<Costs> last() {
    if (!request.isEmpty()) {
      share();
    }
    return some();
  }

  /** The same, but for the request that may go on. */
  List<Costs> some() {
    List<Costs> costs =
        sums.entrySet().stream()
            .sorted(Map.Entry.comparingByKey(byWork()))
            .map(each -> new Costs(each.getKey(), charges(each.getKey(), each.getValue())))
            .toList();
    sums.clear();
    uses = new UsesOfDay(prices);
    entries = 0;
    return costs;
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
