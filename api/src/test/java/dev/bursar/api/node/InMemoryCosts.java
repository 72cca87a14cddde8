package dev.bursar.api.node;

import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.org.OrgEvent;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Sums up the journal of an {@link InMemoryNode}: a charge for each kind of entry. */
public final class InMemoryCosts implements CostQueries {

  private static final int DECIMALS = 6;

  private final InMemoryNode node;

  public InMemoryCosts(InMemoryNode node) {
    this.node = node;
  }

  @Override
  public CompletionStage<Day> day(String org, LocalDate day, boolean fresh) {
    return node.read(
        n -> {
          Map<String, Map<String, Long>> used = new HashMap<>();
          for (OrgEvent event : n.orgEvents(org)) {
            if (event instanceof OrgEvent.ReservationBegun begun) {
              used.put(begun.plan().reservation(), begun.plan().quantities().usage());
            }
          }
          Map<Work, Map<String, Charge>> charges = new LinkedHashMap<>();
          Map<Work, Map<String, BigDecimal>> units = new HashMap<>();
          String currency = null;
          for (LedgerEntry entry : InMemoryQueries.entries(n, org)) {
            Transaction of = entry.transaction();
            if (entry.posting().value() != null) {
              currency = entry.posting().value().currency();
            }
            if (LocalDate.ofInstant(of.postedAt(), ZoneOffset.UTC).equals(day)) {
              Work work = work(entry);
              charges
                  .computeIfAbsent(work, any -> new LinkedHashMap<>())
                  .merge(kind(entry.posting()), charge(entry), InMemoryCosts::plus);
              used.getOrDefault(of.reservation(), Map.of())
                  .forEach(
                      (meter, each) ->
                          units
                              .computeIfAbsent(work, any -> new HashMap<>())
                              .merge(meter, BigDecimal.valueOf(each), BigDecimal::add));
            }
          }
          List<Costs> costs = new ArrayList<>();
          charges.forEach(
              (work, of) ->
                  costs.add(
                      new Costs(
                          work, List.copyOf(of.values()), units.getOrDefault(work, Map.of()))));
          return new Day(day, costs, currency, new Freshness(n.now(), 0));
        });
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
        one.reservations() + other.reservations());
  }

  private static Charge charge(LedgerEntry entry) {
    Posting posting = entry.posting();
    Posting first = entry.transaction().postings().getFirst();
    return new Charge(
        posting.type(),
        posting.type() == EntryType.GRANT ? posting.grant() : null,
        posting.value() == null ? null : posting.value().currency(),
        false,
        BigDecimal.valueOf(posting.amount().micros(), DECIMALS),
        posting.value() == null
            ? BigDecimal.ZERO
            : BigDecimal.valueOf(posting.value().amount().micros(), DECIMALS),
        posting.sequence() == first.sequence() ? 1 : 0);
  }
}
