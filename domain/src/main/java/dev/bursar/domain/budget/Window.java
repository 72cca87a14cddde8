package dev.bursar.domain.budget;

import java.time.Instant;

/**
 * A stretch of time in which a budget counts.
 *
 * @param start inclusive
 * @param end exclusive; when the count starts anew
 */
public record Window(Instant start, Instant end) {

  /** The window that neither begins nor ends. */
  public static final Window ALWAYS =
      new Window(Instant.EPOCH, Instant.parse("9999-12-31T23:59:59Z"));

  /** Whether the instant is inside. */
  public boolean contains(Instant at) {
    return !at.isBefore(start) && at.isBefore(end);
  }
}
