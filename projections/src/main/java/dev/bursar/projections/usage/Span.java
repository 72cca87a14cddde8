package dev.bursar.projections.usage;

import java.time.Instant;

/**
 * A span of time.
 *
 * @param from inclusive
 * @param to exclusive; never before {@code from}
 */
record Span(Instant from, Instant to) {

  boolean isEmpty() {
    return !from.isBefore(to);
  }

  /** What both have, perhaps nothing. */
  Span intersect(Span other) {
    Instant start = from.isBefore(other.from) ? other.from : from;
    Instant end = to.isAfter(other.to) ? other.to : to;
    return new Span(start, end.isBefore(start) ? start : end);
  }
}
