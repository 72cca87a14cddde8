package dev.bursar.benchmarks.history;

import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.Workers;
import java.time.Duration;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Clients that ask at the same time, together so many calls a second, until they are stopped. */
public final class Crowd {

  /** A slow machine may take minutes to come back from several troubles in a row. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Stage stage;
  private final Memory memory;
  private final Findings findings;
  private final Workers workers;
  private final double rate;
  private final LongAdder retries = new LongAdder();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final long seed;

  /**
   * @param clients 1 to 1,000
   * @param rate calls a second, of all together
   */
  public Crowd(
      Stage stage,
      Memory memory,
      Findings findings,
      Endpoint endpoint,
      int clients,
      double rate,
      long seed) {
    this.stage = stage;
    this.memory = memory;
    this.findings = findings;
    this.workers = new Workers(endpoint, clients, retries, PATIENCE);
    this.rate = rate;
    this.seed = seed;
  }

  /** Begins. */
  public void start() {
    long start = System.nanoTime();
    workers.start(
        connection -> {
          int mine = number.getAndIncrement();
          Client client = new Client(stage, memory, findings, mine, new Random(seedOf(mine)));
          while (!enough.get()) {
            long due = start + (long) (asked.getAndIncrement() / rate * NANOS_PER_SECOND);
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            underWay.incrementAndGet();
            try {
              client.ask(connection);
            } finally {
              underWay.decrementAndGet();
            }
          }
        });
  }

  /** Seeds near each other are spread first. */
  private long seedOf(int client) {
    return new SplittableRandom(seed + client).nextLong();
  }

  /** Whether one of them has failed, and all have stopped. */
  public boolean isOver() {
    return workers.finished().getCount() == 0;
  }

  /** Has them finish what they are about, and throws what went wrong. */
  public void stop() throws Exception {
    enough.set(true);
    workers.finished().await();
    workers.check();
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
