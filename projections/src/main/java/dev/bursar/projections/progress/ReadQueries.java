package dev.bursar.projections.progress;

import dev.bursar.domain.operation.StorageAway;
import dev.bursar.domain.usage.Unanswerable;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Where reads of the read tables run: so many at once, so many waiting, and beyond that they fail
 * with a {@link RejectedExecutionException}. So does one whose turn does not come before its
 * deadline. A question that takes longer than that fails with {@link Unanswerable}.
 */
public final class ReadQueries implements AutoCloseable {

  private final Jdbi jdbi;
  private final Duration timeout;
  private final Supplier<RuntimeException> tooLong;
  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Questions, which may be large.
   *
   * @param jdbi connections whose server gives up on a statement after {@code timeout}
   * @param timeout how long a read may take, waiting and all, as people are told
   * @param max reads that run at once
   * @param waitingMax reads that wait
   */
  public ReadQueries(Jdbi jdbi, Duration timeout, int max, int waitingMax) {
    this(jdbi, timeout, max, waitingMax, () -> tooMuch(timeout));
  }

  /**
   * Look-ups of single rows: that one takes too long is the fault of the database, and it is to be
   * asked for again.
   */
  public static ReadQueries ofLookups(Jdbi jdbi, Duration timeout, int max, int waitingMax) {
    return new ReadQueries(
        jdbi,
        timeout,
        max,
        waitingMax,
        () -> new StorageAway(new SQLTimeoutException("no answer within " + timeout)));
  }

  private ReadQueries(
      Jdbi jdbi, Duration timeout, int max, int waitingMax, Supplier<RuntimeException> tooLong) {
    this.jdbi = jdbi;
    this.timeout = timeout;
    this.tooLong = tooLong;
    this.threads =
        new ThreadPoolExecutor(
            max,
            max,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(waitingMax),
            Thread.ofPlatform().daemon().name("read-model-query-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("read-model-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** The deadline of a read that is asked for now. */
  public Deadline deadline() {
    return Deadline.after(timeout);
  }

  /** Runs a read that is asked for now. */
  public <T extends @Nullable Object> CompletableFuture<T> run(Function<Handle, T> read) {
    return run(deadline(), read);
  }

  /**
   * Runs a read. Whoever cancels the answer cuts it off.
   *
   * @param deadline by when it has to be answered
   */
  public <T extends @Nullable Object> CompletableFuture<T> run(
      Deadline deadline, Function<Handle, T> read) {
    BoundedRead<T> bounded = new BoundedRead<>(jdbi, handle -> answered(handle, read));
    CompletableFuture<T> answer = bounded.answer();
    try {
      Future<?> late =
          timer.schedule(
              () -> answer.completeExceptionally(bounded.late(tooLong.get())),
              deadline.remaining().toNanos(),
              TimeUnit.NANOSECONDS);
      answer.whenComplete((value, fault) -> late.cancel(false));
      threads.execute(bounded);
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private <T extends @Nullable Object> T answered(Handle handle, Function<Handle, T> read) {
    try {
      return read.apply(handle);
    } catch (RuntimeException e) {
      if (Outages.wasCanceled(e)) {
        throw tooLong.get();
      }
      throw Outages.isPassing(e) ? new StorageAway(e) : e;
    }
  }

  private static Unanswerable tooMuch(Duration timeout) {
    return new Unanswerable(
        Unanswerable.Reason.TOO_MUCH,
        "The answer takes longer to put together than the %d seconds that it may. A shorter stretch of time or a filter make it less; sums without sessions, and of users by team and department alone, are the fastest, and single events come as a stream."
            .formatted(timeout.toSeconds()));
  }

  /** Reads under way end; no new ones begin. */
  @Override
  public void close() {
    threads.shutdown();
    timer.shutdown();
  }
}
