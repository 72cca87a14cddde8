package dev.bursar.simulation;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs many scenarios, one after the other on each processor, until one fails. */
public final class Trials {

  private final long firstSeed;
  private final long seeds;
  private final long deadlineNanos;
  private final Tampering tampering;
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong processorNanos = new AtomicLong();
  private final EnumMap<Rarity, Long> seen = new EnumMap<>(Rarity.class);
  private final EnumMap<Fault, Long> injected = new EnumMap<>(Fault.class);
  private final AtomicReference<Simulation.@Nullable Outcome> failure = new AtomicReference<>();

  /** What has stopped a worker: a fault of what tries, and not of what is tried. */
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

  /**
   * @param firstSeed the first seed; the others follow on it
   * @param seeds how many, 1 or more
   * @param most for how long at most; a scenario that has begun is brought to its end
   * @param tampering a bug, planted; or {@link Tampering#NONE}
   */
  public Trials(long firstSeed, long seeds, Duration most, Tampering tampering) {
    this.tampering = tampering;
    this.firstSeed = firstSeed;
    this.seeds = seeds;
    this.deadlineNanos = System.nanoTime() + most.toNanos();
  }

  /**
   * Runs them all, and returns when they are done, or one has failed.
   *
   * @throws IllegalStateException if not even that: a scenario could not be run
   */
  public void run() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(Thread.ofPlatform().name("simulation-" + i).daemon().start(this::work));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable fault = broken.get();
    if (fault != null) {
      throw new IllegalStateException("a worker has died", fault);
    }
  }

  private void work() {
    try {
      runAll();
    } catch (RuntimeException | Error fault) {
      broken.compareAndSet(null, fault);
    } finally {
      processorNanos.addAndGet(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
    }
  }

  private void runAll() {
    while (failure.get() == null && broken.get() == null && System.nanoTime() - deadlineNanos < 0) {
      long at = next.getAndIncrement();
      if (at >= seeds) {
        return;
      }
      Simulation.Outcome outcome = Simulation.run(Scenario.of(firstSeed + at), tampering, null);
      if (outcome.failed()) {
        failure.accumulateAndGet(outcome, Trials::earlier);
      }
      steps.addAndGet(outcome.steps());
      synchronized (seen) {
        outcome.seen().forEach((rarity, times) -> seen.merge(rarity, (long) times, Long::sum));
        outcome
            .injected()
            .forEach((fault, times) -> injected.merge(fault, (long) times, Long::sum));
      }
      done.incrementAndGet();
    }
  }

  private static Simulation.Outcome earlier(
      Simulation.@Nullable Outcome one, Simulation.@Nullable Outcome other) {
    if (one == null || other == null) {
      return one == null ? Objects.requireNonNull(other) : one;
    }
    return one.scenario().seed() <= other.scenario().seed() ? one : other;
  }

  /** How many scenarios have come to their end so far. */
  public long done() {
    return done.get();
  }

  /** How many steps they have taken so far. */
  public long steps() {
    return steps.get();
  }

  /**
   * The processors' time that those who ran them have taken, once all are done; less than nothing
   * where the JVM does not measure it.
   */
  public Duration processorTime() {
    return Duration.ofNanos(processorNanos.get());
  }

  /** What failed, with the lowest seed of those that did; null if nothing has. */
  public Simulation.@Nullable Outcome failure() {
    return failure.get();
  }

  /** How often the rare things have happened so far. */
  public Map<Rarity, Long> seen() {
    synchronized (seen) {
      return new EnumMap<>(seen);
    }
  }

  /** How often each fault has befallen something so far. */
  public Map<Fault, Long> injected() {
    synchronized (seen) {
      return new EnumMap<>(injected);
    }
  }

  /** What should have happened in some run, and has not: rare things, and faults. */
  public Set<Enum<?>> neverSeen() {
    Set<Enum<?>> never = new LinkedHashSet<>(EnumSet.allOf(Rarity.class));
    never.addAll(EnumSet.allOf(Fault.class));
    never.removeAll(seen().keySet());
    never.removeAll(injected().keySet());
    return never;
  }
}
