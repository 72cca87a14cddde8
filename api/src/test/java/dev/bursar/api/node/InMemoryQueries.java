package dev.bursar.api.node;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.SentTransfer;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.ChargeTrace;
import dev.bursar.domain.wallet.Taken;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the journal of an {@link InMemoryNode}. */
public final class InMemoryQueries implements LedgerQueries {

  private final InMemoryNode node;

  private volatile int lost;

  private volatile int behind;
  private volatile int overtaken;

  /** From now on, who does not ask for them does not see the last transactions of a ledger. */
  public void fallBehind(int transactions) {
    behind = transactions;
  }

  /** So many of the next readings find the last transaction missing, as if it came after them. */
  public void overtake(int readings) {
    overtaken = readings;
  }

  /** From now on, the last entries of every chain are not there. */
  public void lose(int entries) {
    lost = entries;
  }

  public InMemoryQueries(InMemoryNode node) {
    this.node = node;
  }

  @Override
  public CompletionStage<Page> page(
      String org, String wallet, Filter filter, long after, int limit) {
    return node.read(
        n -> {
          List<LedgerEntry> rest =
              n.walletEvents(org, wallet).stream()
                  .map(WalletEvent::transaction)
                  .filter(Objects::nonNull)
                  .flatMap(t -> LedgerEntry.of(org, wallet, t).stream())
                  .filter(entry -> entry.posting().sequence() > after && passes(entry, filter))
                  .toList();
          List<LedgerEntry> some = rest.subList(0, Math.min(limit, rest.size()));
          return new Page(
              some, rest.size() > limit ? some.getLast().posting().sequence() : null, n.now(), 0);
        });
  }

  @Override
  public CompletionStage<Chain> chain(String org, String wallet, long through) {
    return node.read(
        n -> {
          Invariants chain = new Invariants(org, wallet);
          entries(n, org, wallet).stream()
              .filter(entry -> entry.posting().sequence() <= through - lost)
              .forEach(chain::read);
          return new Chain(
              chain.sequence(), chain.head(), chain.figures(), chain.inLedger(), fresh(n));
        });
  }

  @Override
  public CompletionStage<Export<LedgerEntry>> export(String org, String wallet, Filter filter) {
    return node.read(
        n ->
            n.exports.of(
                entries(n, org, wallet).stream().filter(entry -> passes(entry, filter)).toList(),
                fresh(n)));
  }

  /** An export of these. */
  <T> CompletionStage<Export<T>> export(List<T> rows) {
    return node.read(n -> n.exports.of(rows, fresh(n)));
  }

  /** All entries of an org, wallet by wallet. */
  CompletionStage<List<LedgerEntry>> entries(String org) {
    return node.read(n -> entries(n, org));
  }

  static List<LedgerEntry> entries(InMemoryNode n, String org) {
    return n.walletNames(org).stream()
        .flatMap(
            wallet ->
                n.walletEvents(org, wallet).stream()
                    .map(WalletEvent::transaction)
                    .filter(Objects::nonNull)
                    .flatMap(t -> LedgerEntry.of(org, wallet, t).stream()))
        .toList();
  }

  private static List<LedgerEntry> entries(InMemoryNode n, String org, String wallet) {
    return entries(n, org).stream().filter(e -> e.wallet().equals(wallet)).toList();
  }

  private static Freshness fresh(InMemoryNode n) {
    return new Freshness(n.now(), 0);
  }

  private static YearMonth monthOf(LedgerEntry entry) {
    return YearMonth.from(entry.transaction().postedAt().atOffset(ZoneOffset.UTC));
  }

  private static TreeMap<String, Figures> figures(List<LedgerEntry> entries) {
    TreeMap<String, Figures> figures = new TreeMap<>();
    for (LedgerEntry entry : entries) {
      String type = entry.transaction().creditType();
      figures.put(type, new Figures(type, entry.posting().balance(), entry.posting().debt()));
    }
    return figures;
  }

  @Override
  public CompletionStage<FiguresAt> figuresAt(String org, String wallet, Instant at) {
    return node.read(
        n ->
            new FiguresAt(
                List.copyOf(
                    figures(
                            entries(n, org, wallet).stream()
                                .filter(e -> !e.transaction().postedAt().isAfter(at))
                                .toList())
                        .values()),
                fresh(n)));
  }

  @Override
  public CompletionStage<MonthlyStatement> statement(String org, String wallet, YearMonth month) {
    return node.read(
        n -> {
          List<LedgerEntry> all = entries(n, org, wallet);
          TreeMap<String, Figures> opening =
              figures(all.stream().filter(e -> monthOf(e).isBefore(month)).toList());
          TreeMap<String, Figures> closing =
              figures(all.stream().filter(e -> !monthOf(e).isAfter(month)).toList());
          List<Statement> statements =
              closing.values().stream()
                  .map(
                      last ->
                          new Statement(
                              last.creditType(),
                              opening.getOrDefault(
                                  last.creditType(),
                                  new Figures(last.creditType(), Credits.ZERO, Credits.ZERO)),
                              movements(all, month, last.creditType()),
                              last))
                  .toList();
          return new MonthlyStatement(statements, fresh(n));
        });
  }

  private static List<Movement> movements(List<LedgerEntry> all, YearMonth month, String type) {
    TreeMap<EntryType, Movement> sums = new TreeMap<>();
    for (LedgerEntry each : all) {
      if (monthOf(each).equals(month) && each.transaction().creditType().equals(type)) {
        EntryType of = each.posting().type();
        sums.merge(
            of,
            new Movement(of, new BigDecimal(each.posting().amount().toString()), 1),
            (a, b) -> new Movement(of, a.amount().add(b.amount()), a.entries() + 1));
      }
    }
    return List.copyOf(sums.values());
  }

  @Override
  public CompletionStage<RevenueReport> revenue(String org, YearMonth from, YearMonth to) {
    return node.read(
        n -> {
          BigDecimal value = BigDecimal.ZERO;
          for (LedgerEntry each : entries(n, org)) {
            if (each.posting().value() != null) {
              value = value.add(new BigDecimal(each.posting().value().amount().toString()));
            }
          }
          BigDecimal none = BigDecimal.ZERO;
          return new RevenueReport(
              List.of(new Revenue(to, "EUR", none, none, none, none, none, value)), fresh(n));
        });
  }

  @Override
  public CompletionStage<Optional<Taken>> taken(
      String org, String wallet, String transaction, long through) {
    return node.read(n -> told(n, org, wallet, transaction, through, Taken::of));
  }

  @Override
  public CompletionStage<Optional<Charge>> charge(
      String org, String wallet, String transaction, long through) {
    return node.read(n -> told(n, org, wallet, transaction, through, ChargeTrace::of));
  }

  @Override
  public CompletionStage<Optional<SentTransfer>> transfer(
      String org, String wallet, String transfer) {
    return node.read(
        n ->
            sent(n, org, wallet, transfer)
                .map(
                    out -> {
                      Transfer left = out.transfer();
                      Transaction back =
                          came(
                              n,
                              org,
                              wallet,
                              each -> out.transaction().id().equals(each.transaction().corrects()));
                      Transaction there =
                          came(
                              n,
                              org,
                              left.to(),
                              each -> left.grants().getFirst().id().equals(each.posting().grant()));
                      Transaction end = back == null ? there : back;
                      return new SentTransfer(
                          transfer,
                          left.to(),
                          left.creditType(),
                          left.amount(),
                          out.transaction().id(),
                          out.at(),
                          end == null ? null : end.postedAt(),
                          back == null ? null : back.id());
                    }));
  }

  private static Optional<WalletEvent.TransferredOut> sent(
      InMemoryNode n, String org, String wallet, String transfer) {
    return n.walletEvents(org, wallet).stream()
        .filter(WalletEvent.TransferredOut.class::isInstance)
        .map(WalletEvent.TransferredOut.class::cast)
        .filter(out -> out.transfer().id().equals(transfer))
        .findFirst();
  }

  private static @Nullable Transaction came(
      InMemoryNode n, String org, String wallet, Predicate<LedgerEntry> like) {
    return entries(n, org, wallet).stream()
        .filter(each -> each.posting().type() == EntryType.TRANSFER_IN)
        .filter(like)
        .map(LedgerEntry::transaction)
        .findFirst()
        .orElse(null);
  }

  private <T> Optional<T> told(
      InMemoryNode n,
      String org,
      String wallet,
      String transaction,
      long through,
      BiFunction<Transaction, List<Transaction>, T> of) {
    List<Transaction> all =
        entries(n, org, wallet).stream().map(LedgerEntry::transaction).distinct().toList();
    int missing = through == 0 ? behind : 0;
    if (overtaken > 0) {
      overtaken--;
      missing = 1;
    }
    List<Transaction> ledger = all.subList(0, all.size() - missing);
    return ledger.stream()
        .filter(each -> each.id().equals(transaction))
        .findFirst()
        .map(each -> of.apply(each, ledger));
  }

  private static boolean passes(LedgerEntry entry, Filter filter) {
    Transaction transaction = entry.transaction();
    Attribution who = transaction.attribution();
    Instant at = transaction.postedAt();
    return (filter.from() == null || !at.isBefore(filter.from()))
        && (filter.to() == null || at.isBefore(filter.to()))
        && (filter.type() == null || filter.type() == entry.posting().type())
        && is(filter.user(), who.subject().user())
        && is(filter.team(), who.subject().team())
        && is(filter.feature(), who.feature())
        && is(filter.model(), who.model());
  }

  private static boolean is(@Nullable String wanted, @Nullable String found) {
    return wanted == null || wanted.equals(found);
  }

  /** All orgs. */
  public CompletionStage<OrgQueries.Page> orgs(@Nullable String after, int limit) {
    return node.read(
        n -> {
          List<OrgQueries.Row> rest =
              n.orgNames().stream()
                  .sorted()
                  .filter(org -> after == null || org.compareTo(after) > 0)
                  .filter(org -> settings(n, org) != null)
                  .map(org -> new OrgQueries.Row(org, Objects.requireNonNull(settings(n, org))))
                  .toList();
          return new OrgQueries.Page(
              rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit, n.now(), 0);
        });
  }

  /** Orgs, and of what was changed in them how they were put and frozen. */
  public OrgQueries orgQueries() {
    return new OrgQueries() {
      @Override
      public CompletionStage<Page> page(@Nullable String after, int limit) {
        return orgs(after, limit);
      }

      @Override
      public CompletionStage<Changes> changes(
          String org, @Nullable Place before, int limit, boolean fresh) {
        return node.read(
            n -> {
              List<Change> rest =
                  changesOf(n.orgEvents(org)).stream()
                      .filter(each -> before == null || each.place().sequence() < before.sequence())
                      .toList();
              return new Changes(
                  rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit, n.now(), 0);
            });
      }
    };
  }

  private static List<OrgQueries.Change> changesOf(List<OrgEvent> events) {
    List<OrgQueries.Change> changes = new ArrayList<>();
    String last = null;
    for (OrgEvent event : events) {
      Place place = new Place(changes.size() + 1, 0);
      if (event instanceof OrgEvent.OrgPut it) {
        String now = "{\"name\":\"%s\"}".formatted(it.settings().name());
        changes.add(
            new OrgQueries.Change(
                place, it.at(), it.actor(), "put_org", "org", it.org(), last, now));
        last = now;
      } else if (event instanceof OrgEvent.Unfrozen it) {
        changes.add(
            new OrgQueries.Change(
                place,
                it.at(),
                it.actor(),
                "unfreeze",
                "freeze",
                it.scope().words(),
                "{\"reason\":\"it was\"}",
                null));
      }
    }
    return changes.reversed();
  }

  private static @Nullable OrgSettings settings(InMemoryNode node, String org) {
    OrgSettings last = null;
    for (OrgEvent event : node.orgEvents(org)) {
      last = event instanceof OrgEvent.OrgPut put ? put.settings() : last;
    }
    return last;
  }
}
