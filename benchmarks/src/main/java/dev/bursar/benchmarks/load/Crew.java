package dev.bursar.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** The connections of one load loop, each with a thread and a tally of its own. */
final class Crew {

  private static final long FAILURE_PAUSE_NANOS = 10_000_000;
  private static final long TICK_MILLIS = 200;

  /** What each thread does until the loop is over. */
  interface Member {
    void run(HttpConnection connection, Tally tally);
  }

  private final Endpoint endpoint;
  private final LoadPlan plan;
  private final CountDownLatch finished;
  private final List<Tally> tallies = new ArrayList<>();
  private final AtomicReference<Throwable> fault = new AtomicReference<>();

  Crew(Endpoint endpoint, LoadPlan plan) {
    this.endpoint = endpoint;
    this.plan = plan;
    this.finished = new CountDownLatch(plan.connections());
  }

  void start(Member member) {
    for (int i = 0; i < plan.connections(); i++) {
      Tally tally = new Tally();
      tallies.add(tally);
      Thread.ofPlatform().daemon().name("load-" + i).start(() -> work(member, tally));
    }
  }

  private void work(Member member, Tally tally) {
    try (HttpConnection connection = new HttpConnection(endpoint, plan.timeout())) {
      member.run(connection, tally);
    } catch (RuntimeException | Error e) {
      fault.compareAndSet(null, e);
    } finally {
      finished.countDown();
    }
  }

  /** Waits for every thread, telling the time as it goes. */
  void await(long startNanos, LongConsumer elapsed) throws InterruptedException {
    boolean done;
    do {
      done = finished.await(TICK_MILLIS, TimeUnit.MILLISECONDS);
      elapsed.accept((System.nanoTime() - startNanos) / 1_000_000);
    } while (!done);
    Throwable e = fault.get();
    if (e != null) {
      throw new IllegalStateException("the load loop failed: " + e, e);
    }
  }

  /** Good after {@link #await}. */
  List<Tally> tallies() {
    return tallies;
  }

  static Outcome perform(Operation operation, HttpConnection connection, long number) {
    try {
      return operation.perform(connection, number);
    } catch (CallFailure e) {
      return e.outcome();
    }
  }

  /** Keeps a loop without a server from spinning. */
  static void pauseAfterFailure() {
    LockSupport.parkNanos(FAILURE_PAUSE_NANOS);
  }
}
