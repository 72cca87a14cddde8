package dev.bursar.projections.progress;

import dev.bursar.domain.usage.Unanswerable;
import java.time.Duration;
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
 * with a {@link RejectedExecutionException}. One that the server gave up on, since it took too
 * long, fails with {@link Unanswerable}.
 */
public final class ReadQueries implements AutoCloseable {

  private final Jdbi jdbi;
  private final Duration timeout;
  private final ThreadPoolExecutor threads;

  /**
   * @param jdbi connections whose server gives up on a statement after {@code timeout}
   * @param timeout how long a statement may take, as people are told
   * @param max reads that run at once
   * @param waitingMax reads that wait
   */
  public ReadQueries(Jdbi jdbi, Duration timeout, int max, int waitingMax) {
    this.jdbi = jdbi;
    this.timeout = timeout;
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
          () -> Outages.<T>asking(() -> this.<T>answered(read)), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private <T extends @Nullable Object> T answered(Function<Handle, T> read) {
    try {
      return jdbi.withHandle(read::apply);
    } catch (RuntimeException e) {
      throw Outages.tookTooLong(e) ? tooMuch() : e;
    }
  }

  private Unanswerable tooMuch() {
    return new Unanswerable(
        Unanswerable.Reason.TOO_MUCH,
        "The answer takes longer to put together than the %d seconds that it may. A shorter stretch of time or a filter make it less; sums without sessions, and of users by team and department alone, are the fastest, and single events come as a stream."
            .formatted(timeout.toSeconds()));
  }

  /** Reads under way end; no new ones begin. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
