package dev.bursar.projections.progress;

import java.time.Duration;

/**
 * By when something is to be done, whatever it consists of: waiting, connecting, any number of
 * statements.
 *
 * @param nanos on the monotonic clock
 */
public record Deadline(long nanos) {

  /** So much later than now. */
  public static Deadline after(Duration wait) {
    return new Deadline(System.nanoTime() + wait.toNanos());
  }

  /** What is left until then; zero once it has passed. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
  }

  public boolean hasPassed() {
    return nanos - System.nanoTime() <= 0;
  }

  /** This one, or the other if that comes first. */
  public Deadline orEarlier(Deadline other) {
    return other.nanos - nanos < 0 ? other : this;
  }
}
