package dev.bursar.node.storage;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * For how long somebody who is asked over and over has given no answer. Only the time counts in
 * which somebody asked, or waited to ask again after a question that was not answered, and of each
 * question and each wait no more than it may take: what is longer, the whole process stood still,
 * and did not ask. Thread-safe.
 */
final class Silence {

  private final LongSupplier clock;
  private final long questionMax;
  private final long waitMax;

  /** Without an answer, before what goes on now. */
  private long before;

  /** When the question that goes on was asked, or the wait began. */
  private long since;

  /** The most that what goes on counts; 0 while all is answered, and nothing is asked. */
  private long most;

  /**
   * @param clock a monotonic time, in nanoseconds
   * @param questionMax how long a question may take
   * @param waitMax how long it is until it is asked again
   */
  Silence(LongSupplier clock, Duration questionMax, Duration waitMax) {
    this.clock = clock;
    this.questionMax = questionMax.toNanos();
    this.waitMax = waitMax.toNanos();
  }

  /** A question is asked. */
  synchronized void asked() {
    goOn(questionMax);
  }

  /** It was not answered, and is asked again after a while. */
  synchronized void unanswered() {
    goOn(waitMax);
  }

  private void goOn(long max) {
    before += lasting();
    since = clock.getAsLong();
    most = max;
  }

  /** It was answered. */
  synchronized void answered() {
    before = 0;
    most = 0;
  }

  private long lasting() {
    return most == 0 ? 0 : Math.min(clock.getAsLong() - since, most);
  }

  /** How long it has been so far. */
  synchronized Duration length() {
    return Duration.ofNanos(before + lasting());
  }
}
