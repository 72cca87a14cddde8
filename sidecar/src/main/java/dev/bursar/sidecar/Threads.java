package dev.bursar.sidecar;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sidecar's host in a process: the JVM's clocks, and threads. */
final class Threads implements Host {

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
  private static final int LIFE_BYTES = 9;
  private static final long FAILED_NANOS = 500_000_000L;

  private final InstantSource clock;

  Threads(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public String newLife() {
    byte[] random = new byte[LIFE_BYTES];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random).replace('_', '.');
  }

  @Override
  public void soon(Runnable what) {
    ForkJoinPool.commonPool().execute(what);
  }

  @Override
  public CompletableFuture<Void> after(long nanos) {
    return CompletableFuture.runAsync(
        () -> {}, CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS));
  }

  @Override
  public void completeAfter(CompletableFuture<Void> what, long nanos) {
    what.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public Running run(String name, Steps steps) {
    Loop loop = new Loop(name, steps);
    loop.thread.start();
    return loop;
  }

  /** A thread that takes steps. */
  private static final class Loop implements Running {
    private final Steps steps;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean woken;
    private volatile boolean closed;

    Loop(String name, Steps steps) {
      this.steps = steps;
      this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    private void run() {
      try {
        while (!closed) {
          await(step());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private long step() {
      try {
        return steps.step();
      } catch (IOException | RuntimeException e) {
        if (!closed) {
          LOG.atError()
              .setMessage("what is due could not be done; it is tried again")
              .addKeyValue("by", thread.getName())
              .setCause(e)
              .log();
        }
        return System.nanoTime() + FAILED_NANOS;
      }
    }

    private void await(long until) throws InterruptedException {
      lock.lock();
      try {
        long left = until - System.nanoTime();
        while (!woken && left > 0) {
          left = changed.awaitNanos(left);
        }
        woken = false;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void wake() {
      lock.lock();
      try {
        woken = true;
        changed.signal();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      closed = true;
      // An interrupt would close the file that a step is reading.
      wake();
      try {
        thread.join(1_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
