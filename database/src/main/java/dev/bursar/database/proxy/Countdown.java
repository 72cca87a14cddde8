package dev.bursar.database.proxy;

import java.util.concurrent.TimeUnit;

/** So many times something is still to be done, by whoever comes first. */
public final class Countdown {

  private int left;

  /** Sets how many times. */
  public synchronized void set(int times) {
    left = times;
    notifyAll();
  }

  /** Whether the caller is to do it, which counts then as done. */
  public synchronized boolean take() {
    if (left == 0) {
      return false;
    }
    left--;
    notifyAll();
    return true;
  }

  /**
   * Waits until it was done so many times, and has it not be done any more.
   *
   * @return how many times were left
   */
  public synchronized int await(long millisMax) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
    while (left > 0 && System.nanoTime() < end) {
      wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
    }
    int undone = left;
    left = 0;
    return undone;
  }
}
