package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** Reads of one moment of the read tables, each with how new that is. */
public record FreshReads(ReadQueries queries, Progress progress) {

  /** What stands for all read tables: whoever puts others in their place locks it alone. */
  public static final String GATE = "read_gate";

  /**
   * Reads of an org, in one transaction.
   *
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  public <T extends @Nullable Object, R> CompletionStage<R> read(
      String org, boolean fresh, Function<Handle, T> read, BiFunction<T, Freshness, R> answer) {
    Deadline deadline = queries.deadline();
    return fresh
        ? progress.caughtUp(org, deadline).thenCompose(done -> read(deadline, org, read, answer))
        : read(deadline, org, read, answer);
  }

  /** Reads of an org, in one transaction. */
  public <T extends @Nullable Object, R> CompletableFuture<R> read(
      String org, Function<Handle, T> read, BiFunction<T, Freshness, R> answer) {
    return read(queries.deadline(), org, read, answer);
  }

  /**
   * Sees to it that nobody puts other read tables in their place until the transaction ends, in
   * which nothing was read yet: a lock fixes no moment, the first statement after it does.
   * Otherwise whoever waits for the new ones would read them as of a moment at which their last
   * rows were not there.
   */
  public static void hold(Handle handle) {
    handle.execute("lock table " + GATE + " in access share mode");
  }

  /** Reads of an org, in one transaction, by a deadline. Whoever cancels it cuts it off. */
  public <T extends @Nullable Object, R> CompletableFuture<R> read(
      Deadline deadline, String org, Function<Handle, T> read, BiFunction<T, Freshness, R> answer) {
    return queries.run(
        deadline,
        handle -> {
          // Asked before, so that what is shown is at least as new.
          Freshness known = progress.of(org);
          return answer.apply(
              handle.inTransaction(
                  TransactionIsolationLevel.REPEATABLE_READ,
                  open -> {
                    hold(open);
                    return read.apply(open);
                  }),
              known);
        });
  }
}
