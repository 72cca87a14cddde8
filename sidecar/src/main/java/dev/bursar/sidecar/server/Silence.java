package dev.bursar.sidecar.server;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server that is asked answers anything. Told the time on a clock that only runs forward,
 * in nanoseconds. Safe for use by many threads.
 */
final class Silence {

  /** What was asked so long ago, and nothing since was answered: it is silent. */
  private static final long SILENT_NANOS = Duration.ofSeconds(3).toNanos();

  /** Nothing was asked for so long: nobody knows. */
  private static final long ASKED_NANOS = Duration.ofSeconds(15).toNanos();

  /** When the first was asked that nothing was answered since. */
  private final AtomicReference<@Nullable Long> unanswered = new AtomicReference<>();

  private volatile long askedAt;

  /** Something is asked. What was not answered before a long pause says nothing of now. */
  void asked(long now) {
    boolean isAfterPause = now - askedAt >= ASKED_NANOS;
    askedAt = now;
    if (isAfterPause) {
      unanswered.set(now);
    } else {
      unanswered.compareAndSet(null, now);
    }
  }

  /** Something was answered. */
  void answered() {
    unanswered.set(null);
  }

  /** Whether it is known to be silent. */
  boolean isKnown(long now) {
    Long since = unanswered.get();
    return since != null && now - since > SILENT_NANOS && now - askedAt < ASKED_NANOS;
  }
}
