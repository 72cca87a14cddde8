package dev.bursar.api.node;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.org.OrgEvent;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sums up the journal of an {@link InMemoryNode}: a charge for each kind of entry. */
public final class InMemoryCosts implements CostQueries {

  private static final int DECIMALS = 6;

  private final InMemoryNode node;

  public InMemoryCosts(InMemoryNode node) {
    this.node = node;
  }

  @Override
  public CompletionStage<Export<Day>> month(
      String org, YearMonth month, Prices prices, boolean fresh) {
    return node.read(
        n ->
            n.exports.of(
                month
                    .atDay(1)
                    .datesUntil(month.plusMonths(1).atDay(1))
                    .map(day -> day(n, org, day, prices))
                    .toList(),
                new Freshness(n.now(), 0)));
  }

  private static Day day(InMemoryNode n, String org, LocalDate day, Prices prices) {
    Map<String, Map<String, Long>> units = new HashMap<>();
    for (OrgEvent event : n.orgEvents(org)) {
      if (event instanceof OrgEvent.ReservationBegun begun) {
        units.put(begun.plan().reservation(), begun.plan().quantities().usage());
      }
    }
    Map<Work, Map<String, Charge>> charges = new LinkedHashMap<>();
    String currency = null;
    for (LedgerEntry entry : InMemoryQueries.entries(n, org)) {
      Transaction of = entry.transaction();
      if (entry.posting().value() != null) {
        currency = entry.posting().value().currency();
      }
      if (LocalDate.ofInstant(of.postedAt(), ZoneOffset.UTC).equals(day)) {
        Work work = work(entry);
        Price price = prices.of(work.feature(), work.model());
        charges
            .computeIfAbsent(work, any -> new LinkedHashMap<>())
            .merge(
                kind(entry.posting()),
                charge(entry, units.getOrDefault(of.reservation(), Map.of()), price),
                InMemoryCosts::plus);
      }
    }
    List<Costs> costs = new ArrayList<>();
    charges.forEach((work, of) -> costs.add(new Costs(work, List.copyOf(of.values()))));
    return new Day(day, costs, currency);
  }

  private static Work work(LedgerEntry entry) {
    Subject subject = entry.transaction().attribution().subject();
    return new Work(
        entry.wallet(),
        subject.team(),
        subject.product(),
        subject.costCenter(),
        subject.agent(),
        entry.transaction().attribution().feature(),
        entry.transaction().attribution().model(),
        entry.transaction().creditType());
  }

  private static String kind(Posting posting) {
    return posting.type().word()
        + (posting.value() == null ? "" : posting.value().currency())
        + (posting.type() == EntryType.GRANT ? posting.grant() : "");
  }

  private static Charge plus(Charge one, Charge other) {
    return new Charge(
        one.type(),
        one.grant(),
        one.currency(),
        one.correctsEarlierMonth(),
        one.credits().add(other.credits()),
        one.value().add(other.value()),
        together(one.uses(), other.uses()));
  }

  private static List<Use> together(List<Use> one, List<Use> other) {
    Map<String, Use> uses = new TreeMap<>();
    Stream.concat(one.stream(), other.stream())
        .forEach(
            use ->
                uses.merge(
                    use.meter(),
                    use,
                    (a, b) ->
                        new Use(
                            a.meter(),
                            a.quantity().add(b.quantity()),
                            a.credits().add(b.credits()),
                            a.value().add(b.value()))));
    return List.copyOf(uses.values());
  }

  private static Charge charge(LedgerEntry entry, Map<String, Long> units, @Nullable Price price) {
    Posting posting = entry.posting();
    BigDecimal credits = BigDecimal.valueOf(posting.amount().micros(), DECIMALS);
    BigDecimal value =
        posting.value() == null
            ? BigDecimal.ZERO
            : BigDecimal.valueOf(posting.value().amount().micros(), DECIMALS);
    boolean isUse =
        Set.of(EntryType.CONSUME, EntryType.LATE_USAGE, EntryType.DEBT).contains(posting.type());
    return new Charge(
        posting.type(),
        posting.type() == EntryType.GRANT ? posting.grant() : null,
        posting.value() == null ? null : posting.value().currency(),
        false,
        credits,
        value,
        isUse ? uses(entry, credits.abs(), value.negate(), units, price) : List.of());
  }

  private static List<Use> uses(
      LedgerEntry entry,
      BigDecimal credits,
      BigDecimal value,
      Map<String, Long> units,
      @Nullable Price price) {
    BigDecimal charged =
        entry.transaction().postings().stream()
            .map(posting -> BigDecimal.valueOf(posting.amount().micros(), DECIMALS).abs())
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    BigDecimal part = credits.divide(charged, MathContext.DECIMAL128);
    Map<String, BigDecimal> weights = price == null ? Map.of() : new TreeMap<>(price.parts(units));
    BigDecimal all = weights.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    if (all.signum() == 0) {
      return List.of(new Use(REQUESTS, part, credits, value));
    }
    List<Use> uses = new ArrayList<>();
    weights.forEach(
        (meter, weight) -> {
          BigDecimal share = weight.divide(all, MathContext.DECIMAL128);
          uses.add(
              new Use(
                  meter,
                  part.multiply(BigDecimal.valueOf(units.getOrDefault(meter, 0L))),
                  credits.multiply(share),
                  value.multiply(share)));
        });
    return uses;
  }
}
