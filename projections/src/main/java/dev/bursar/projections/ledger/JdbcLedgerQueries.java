package dev.bursar.projections.ledger;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.projections.export.Exports;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** Reads ledgers from {@code ledger_entry} and {@code ledger_day}. */
public final class JdbcLedgerQueries implements LedgerQueries {

  private static final int CHAIN_PAGE = 2_000;
  private static final Executor VIRTUAL =
      task -> Thread.ofVirtual().name("ledger-chain").start(task);

  private final ReadQueries queries;
  private final Progress progress;
  private final FreshReads reads;

  private final Exports exports;
  private final int exportEntriesMax;

  /**
   * @param exports where entries are read that somebody takes along
   * @param exportEntriesMax how many entries a part of those looks through
   */
  public JdbcLedgerQueries(
      ReadQueries queries, Progress progress, Exports exports, int exportEntriesMax) {
    this.queries = queries;
    this.progress = progress;
    this.reads = new FreshReads(queries, progress);
    this.exports = exports;
    this.exportEntriesMax = exportEntriesMax;
  }

  @Override
  public CompletionStage<FiguresAt> figuresAt(String org, String wallet, Instant at) {
    return reads.read(
        org,
        handle -> PastFigures.at(handle, org, wallet, at),
        (figures, as) -> new FiguresAt(figures, as));
  }

  @Override
  public CompletionStage<MonthlyStatement> statement(String org, String wallet, YearMonth month) {
    return reads.read(
        org,
        handle -> Statements.of(handle, org, wallet, month),
        (statements, as) -> new MonthlyStatement(statements, as));
  }

  @Override
  public CompletionStage<RevenueReport> revenue(String org, YearMonth from, YearMonth to) {
    return reads.read(
        org,
        handle -> RevenueByMonth.of(handle, org, from, to),
        (months, as) -> new RevenueReport(months, as));
  }

  @Override
  public CompletionStage<Optional<Charge>> charge(String org, String wallet, String transaction) {
    // Entries never change, and a transaction's come all at once: what can be seen needs no
    // waiting.
    Function<Handle, Optional<Charge>> read =
        handle -> Charges.find(handle, org, wallet, transaction);
    Deadline deadline = queries.deadline();
    return queries
        .run(deadline, read)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : progress
                        .caughtUp(org, deadline)
                        .thenCompose(done -> queries.run(deadline, read)));
  }

  @Override
  public CompletionStage<Chain> chain(String org, String wallet, long through) {
    return progress
        .caughtUp(org)
        .thenCompose(
            // A thread that waits for each page: no query waits behind it.
            done ->
                CompletableFuture.supplyAsync(
                    () -> Outages.asking(() -> read(org, wallet, through)), VIRTUAL));
  }

  private Chain read(String org, String wallet, long through) {
    Freshness known = progress.of(org);
    Invariants chain = new Invariants(org, wallet);
    long after = 0;
    while (after < through) {
      long from = after;
      int limit = (int) Math.min(CHAIN_PAGE, through - from);
      List<LedgerEntry> page =
          queries
              .run(handle -> EntryPages.read(handle, org, wallet, Filter.ANY, from, limit))
              .toCompletableFuture()
              .join();
      if (page.isEmpty()) {
        break;
      }
      page.forEach(chain::read);
      after = page.getLast().posting().sequence();
    }
    return new Chain(chain.sequence(), chain.head(), chain.figures(), chain.inLedger(), known);
  }

  @Override
  public CompletionStage<Page> page(
      String org, String wallet, Filter filter, long afterSequence, int limit) {
    return reads.read(
        org,
        handle -> EntryPages.read(handle, org, wallet, filter, afterSequence, limit + 1),
        (found, as) -> page(found, limit, as));
  }

  @Override
  public CompletionStage<Export<LedgerEntry>> export(String org, String wallet, Filter filter) {
    return exports.begin(org, false, new EntryParts(org, wallet, filter, exportEntriesMax));
  }

  private static Page page(List<LedgerEntry> found, int limit, Freshness as) {
    boolean more = found.size() > limit;
    return new Page(
        more ? List.copyOf(found.subList(0, limit)) : found, more, as.asOf(), as.lagMs());
  }
}
