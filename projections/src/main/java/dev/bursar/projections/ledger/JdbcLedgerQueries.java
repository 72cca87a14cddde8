package dev.bursar.projections.ledger;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.SentTransfer;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Taken;
import dev.bursar.projections.due.ClosedBooks;
import dev.bursar.projections.export.Exports;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;

/** Reads ledgers from {@code ledger_entry} and {@code ledger_day}. */
public final class JdbcLedgerQueries implements LedgerQueries {

  private static final int CHAIN_PAGE = 2_000;

  /** So many entries are looked through by one statement. */
  private static final int AT_ONCE = 50_000;

  /** For how long a page looks for entries that are few among many. */
  private static final Duration LOOKS_FOR = Duration.ofSeconds(1);

  private static final Executor VIRTUAL =
      task -> Thread.ofVirtual().name("ledger-chain").start(task);

  private final ReadQueries queries;
  private final ReadQueries scans;
  private final Progress progress;
  private final FreshReads reads;
  private final ClosedBooks books;
  private final Exports exports;
  private final int exportEntriesMax;

  /**
   * @param scans where ledgers are read from their first entry on
   * @param books sees to it that a month which is over stays as it is reported
   * @param exports where entries are read that somebody takes along
   * @param exportEntriesMax how many entries a part of those looks through
   */
  public JdbcLedgerQueries(
      ReadQueries queries,
      ReadQueries scans,
      Progress progress,
      ClosedBooks books,
      Exports exports,
      int exportEntriesMax) {
    this.queries = queries;
    this.scans = scans;
    this.progress = progress;
    this.reads = new FreshReads(queries, progress);
    this.books = books;
    this.exports = exports;
    this.exportEntriesMax = exportEntriesMax;
  }

  @Override
  public CompletionStage<FiguresAt> figuresAt(String org, String wallet, Instant at) {
    return reads.read(
        org,
        true,
        handle -> PastFigures.at(handle, org, wallet, at),
        (figures, as) -> new FiguresAt(figures, as));
  }

  @Override
  public CompletionStage<MonthlyStatement> statement(String org, String wallet, YearMonth month) {
    return reads.read(
        org,
        true,
        handle -> Statements.of(handle, org, wallet, month),
        (statements, as) -> new MonthlyStatement(statements, as));
  }

  @Override
  public CompletionStage<RevenueReport> revenue(String org, YearMonth from, YearMonth to) {
    Deadline deadline = queries.deadline();
    return books
        .through(org, to, deadline)
        .thenCompose(
            closed ->
                reads.read(
                    deadline,
                    org,
                    handle -> RevenueByMonth.of(handle, org, from, to),
                    (months, as) -> new RevenueReport(months, as)));
  }

  @Override
  public CompletionStage<Optional<Charge>> charge(
      String org, String wallet, String transaction, long through) {
    return found(
        org, handle -> Charges.find(handle, org, wallet, transaction), Charge::through, through);
  }

  @Override
  public CompletionStage<Optional<Taken>> taken(
      String org, String wallet, String transaction, long through) {
    return found(
        org, handle -> Charges.taken(handle, org, wallet, transaction), Taken::through, through);
  }

  /**
   * Entries never change, and a transaction's come all at once: what is seen, and read as far as
   * was asked, needs no waiting.
   */
  private <T> CompletionStage<Optional<T>> found(
      String org, Function<Handle, Optional<T>> reading, ToLongFunction<T> reached, long through) {
    Function<Handle, Optional<T>> read = handle -> handle.inTransaction(reading::apply);
    Deadline deadline = queries.deadline();
    return queries
        .run(deadline, read)
        .thenCompose(
            found ->
                found.isPresent() && reached.applyAsLong(found.get()) >= through
                    ? CompletableFuture.completedFuture(found)
                    : progress
                        .caughtUp(org, deadline)
                        .thenCompose(done -> queries.run(deadline, read)));
  }

  @Override
  public CompletionStage<Optional<SentTransfer>> transfer(
      String org, String wallet, String transfer) {
    return reads.read(
        org,
        true,
        handle -> SentTransfers.find(handle, org, wallet, transfer),
        (found, as) -> found);
  }

  @Override
  public CompletionStage<Chain> chain(String org, String wallet, long through) {
    // One for all of it: nothing is read any more that nobody waits for.
    Deadline deadline = scans.deadline();
    return progress
        .caughtUp(org, deadline)
        .thenCompose(
            // A thread that waits for each page: no query waits behind it.
            done ->
                CompletableFuture.supplyAsync(
                    () -> Outages.asking(() -> read(org, wallet, through, deadline)), VIRTUAL));
  }

  private Chain read(String org, String wallet, long through, Deadline deadline) {
    Freshness known = progress.of(org);
    Invariants chain = new Invariants(org, wallet);
    long after = 0;
    while (after < through) {
      long from = after;
      int limit = (int) Math.min(CHAIN_PAGE, through - from);
      List<LedgerEntry> page =
          page(deadline, handle -> EntryPages.read(handle, org, wallet, Filter.ANY, from, limit));
      if (page.isEmpty()) {
        break;
      }
      page.forEach(chain::read);
      after = page.getLast().posting().sequence();
    }
    return new Chain(chain.sequence(), chain.head(), chain.figures(), chain.inLedger(), known);
  }

  private List<LedgerEntry> page(Deadline deadline, Function<Handle, List<LedgerEntry>> read) {
    try {
      return scans.run(deadline, read).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Unanswerable ? tooMany() : e;
    }
  }

  private static Unanswerable tooMany() {
    return new Unanswerable(
        Unanswerable.Reason.TOO_MUCH,
        "The wallet's ledger has more entries than can be read in the time that an answer may take."
            + " Its months can be exported and audited, whatever their size, and bin/bursar verify"
            + " reads all of it.");
  }

  @Override
  public CompletionStage<Page> page(
      String org, String wallet, Filter filter, long afterSequence, int limit) {
    return reads.read(
        org,
        handle ->
            EntryPages.page(handle, org, wallet, filter, afterSequence, limit, AT_ONCE, LOOKS_FOR),
        (found, as) -> new Page(found.entries(), found.next(), as.asOf(), as.lagMs()));
  }

  @Override
  public CompletionStage<Export<LedgerEntry>> export(String org, String wallet, Filter filter) {
    return exports.begin(org, true, new EntryParts(org, wallet, filter, exportEntriesMax));
  }
}
