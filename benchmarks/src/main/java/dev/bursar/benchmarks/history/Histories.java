package dev.bursar.benchmarks.history;

import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.customers.OrgSetup;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Histories that are played against a node, several at the same time: another begins as often as it
 * takes for so many calls a second, until there are enough of them.
 */
public final class Histories {

  /** While the node is away, no more are begun than so many. */
  private static final int AT_ONCE_MAX = 12;

  /** A slow machine may take minutes to come back from several troubles in a row. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long POLL_MILLIS = 20;

  private final String run;
  private final Counts counts;
  private final Findings findings;
  private final Endpoint endpoint;
  private final double rate;
  private final SplittableRandom seeds;
  private final LongAdder retries = new LongAdder();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicInteger underWay = new AtomicInteger();
  private final Semaphore free = new Semaphore(AT_ONCE_MAX);
  private final List<History> all = new ArrayList<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("histories").unstarted(this::run);
  private volatile boolean enough;

  /**
   * @param run begins every name; nothing else has names that begin so
   * @param rate calls a second, of all together
   */
  public Histories(
      String run, Counts counts, Findings findings, Endpoint endpoint, double rate, long seed) {
    this.run = run;
    this.counts = counts;
    this.findings = findings;
    this.endpoint = endpoint;
    this.rate = rate;
    this.seeds = new SplittableRandom(seed);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  private void run() {
    long start = System.nanoTime();
    int begun = 0;
    try {
      while (!enough) {
        double due = (System.nanoTime() - start) * rate / NANOS_PER_SECOND;
        if (asked.get() > due || !free.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
          continue;
        }
        History history =
            new History("%s-h%d".formatted(run, ++begun), seeds.nextLong(), counts, findings);
        // They count as soon as it begins, so that it is not begun over and over meanwhile.
        asked.addAndGet((long) history.clients() * history.operations());
        Thread.ofPlatform().daemon().name("history").start(() -> play(history));
      }
      free.acquire(AT_ONCE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void play(History history) {
    try {
      setUp(history);
      synchronized (all) {
        all.add(history);
      }
      Workers clients = new Workers(endpoint, history.clients(), retries, PATIENCE);
      clients.start(connection -> play(history, connection));
      clients.finished().await();
      clients.check();
    } catch (Exception e) {
      failure.compareAndSet(null, e);
      enough = true;
    } finally {
      free.release();
    }
  }

  private void setUp(History history) throws Exception {
    try (PatientConnection connection = new PatientConnection(endpoint, retries, PATIENCE)) {
      for (OrgRequests org : history.setup()) {
        OrgSetup.setUp(connection, org);
      }
    }
  }

  private void play(History history, PatientConnection connection) throws InterruptedException {
    Client client = history.client();
    for (int i = 0; i < history.operations(); i++) {
      TimeUnit.MICROSECONDS.sleep(client.pauseMicros());
      underWay.incrementAndGet();
      try {
        client.ask(connection);
      } finally {
        underWay.decrementAndGet();
      }
    }
  }

  /** Whether one has failed, so that no more begin. */
  public boolean isOver() {
    return failure.get() != null;
  }

  /** Begins no more, waits for those under way, and throws what went wrong; all that there were. */
  public List<History> stop() throws Exception {
    enough = true;
    thread.join();
    Exception first = failure.get();
    if (first != null) {
      throw first;
    }
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  /** How many calls are not answered yet. */
  public int underWay() {
    return underWay.get();
  }

  /** How many requests were sent again. */
  public long retries() {
    return retries.sum();
  }
}
