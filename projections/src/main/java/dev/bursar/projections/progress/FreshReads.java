package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** Reads of one moment of the read tables, each with how new that is. */
public record FreshReads(ReadQueries queries, Progress progress, List<String> tables) {

  /** Reads of one table, or of any that are never read together. */
  public FreshReads(ReadQueries queries, Progress progress) {
    this(queries, progress, List.of());
  }

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
   * Sees to it that these tables are the same ones until the transaction ends, in which nothing was
   * read yet: a lock fixes no moment, the first statement after it does. Otherwise somebody who
   * makes them anew could put others in their place between two statements, of which a later moment
   * would have to be shown.
   *
   * @param tables of partitioned ones, the parents, whose partitions then stay, too
   */
  public static void hold(Handle handle, List<String> tables) {
    if (!tables.isEmpty()) {
      handle.execute(
          tables.stream()
              .map(table -> "only " + table)
              .collect(Collectors.joining(", ", "lock table ", " in access share mode")));
    }
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
                    hold(open, tables);
                    return read.apply(open);
                  }),
              known);
        });
  }
}
