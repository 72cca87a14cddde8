package dev.bursar.projections.progress;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Where reads of the read tables run: so many at once, so many waiting, and beyond that they fail
 * with a {@link RejectedExecutionException}.
 */
public final class ReadQueries implements AutoCloseable {

  private final Jdbi jdbi;
  private final ThreadPoolExecutor threads;

  /**
   * @param max reads that run at once
   * @param waitingMax reads that wait
   */
  public ReadQueries(Jdbi jdbi, int max, int waitingMax) {
    this.jdbi = jdbi;
    this.threads =
        new ThreadPoolExecutor(
            max,
            max,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(waitingMax),
            Thread.ofPlatform().daemon().name("read-model-query-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Runs a read. */
  public <T extends @Nullable Object> CompletionStage<T> run(Function<Handle, T> read) {
    try {
      return CompletableFuture.supplyAsync(
          () -> Outages.<T>asking(() -> jdbi.withHandle(read::apply)), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Reads under way end; no new ones begin. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
