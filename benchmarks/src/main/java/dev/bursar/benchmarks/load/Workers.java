package dev.bursar.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * So many threads, each with a connection of its own, doing one job together. The first failure
 * ends the job.
 */
public final class Workers {

  /** What each of them does until nothing is left. */
  public interface Job {
    void run(PatientConnection connection) throws Exception;
  }

  private final Endpoint endpoint;
  private final int count;
  private final LongAdder retries;
  private final Duration patience;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final CountDownLatch finished;

  /**
   * @param count 1 to 10,000
   * @param retries counts every request that is sent again
   */
  public Workers(Endpoint endpoint, int count, LongAdder retries) {
    this(endpoint, count, retries, PatientConnection.CALL_MAX);
  }

  /**
   * @param count 1 to 10,000
   * @param retries counts every request that is sent again
   * @param patience how long each of them tries to get one answer
   */
  public Workers(Endpoint endpoint, int count, LongAdder retries, Duration patience) {
    this.endpoint = endpoint;
    this.patience = patience;
    this.count = count;
    this.retries = retries;
    this.finished = new CountDownLatch(count);
  }

  public void start(Job job) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().daemon().name("worker-" + i).unstarted(() -> work(job)));
    }
    threads.forEach(Thread::start);
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // the thread ends here, and check() tells
  private void work(Job job) {
    try (PatientConnection connection = new PatientConnection(endpoint, retries, patience)) {
      job.run(connection);
    } catch (Exception e) {
      if (failure.compareAndSet(null, e)) {
        threads.forEach(Thread::interrupt);
      }
    } finally {
      finished.countDown();
    }
  }

  /** Open when all have finished, whether or not they failed. */
  public CountDownLatch finished() {
    return finished;
  }

  /** Throws what went wrong first, if anything did; good once they have finished. */
  public void check() throws Exception {
    Exception first = failure.get();
    if (first != null) {
      throw first;
    }
  }
}
