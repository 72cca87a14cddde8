package dev.bursar.domain.time;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** A clock that stands still until it is moved, for tests. */
public interface TestClock {

  /** The last time that it can show: what is dated by then ends in years of four digits, too. */
  Instant LAST = Instant.parse("9900-01-01T00:00:00Z");

  /** The time. */
  Instant now();

  /**
   * Moves the clock forward; done once everything that fell due on the way is done and can be read.
   *
   * @throws IllegalArgumentException if that is not after the present
   */
  CompletionStage<Instant> moveTo(Instant now);
}
