package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** Reads of one moment of the read tables, each with how new that is. */
public record FreshReads(ReadQueries queries, Progress progress) {

  /**
   * Reads of an org, in one transaction.
   *
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  public <T, R> CompletionStage<R> read(
      String org, boolean fresh, Function<Handle, T> read, BiFunction<T, Freshness, R> answer) {
    return fresh
        ? progress.caughtUp(org).thenCompose(done -> read(org, read, answer))
        : read(org, read, answer);
  }

  /** Reads of an org, in one transaction. */
  public <T, R> CompletionStage<R> read(
      String org, Function<Handle, T> read, BiFunction<T, Freshness, R> answer) {
    return queries.run(
        handle -> {
          // Asked before, so that what is shown is at least as new.
          Freshness known = progress.of(org);
          return answer.apply(
              handle.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, read::apply), known);
        });
  }
}
