package dev.bursar.domain.budget;

import dev.bursar.domain.enforcement.Reported;
import java.time.Instant;

/**
 * For when work counts that has run already.
 *
 * @param countsAt for when it counts in windows of a day or longer
 * @param ranAt when it ran, by which it counts against rates: what ran last week uses up nothing of
 *     this minute, however late it is told of
 */
public record CountedWork(Instant countsAt, Instant ranAt) {

  /** Work that counts at a time, by the word of who ran it; a clock that is ahead is not heeded. */
  public static CountedWork of(Instant countsAt, Instant happenedAt) {
    return new CountedWork(countsAt, happenedAt.isBefore(countsAt) ? happenedAt : countsAt);
  }

  /**
   * Reported work that counts at a time. What was decided from a lease counts against rates then,
   * too: the lease held of them, whatever the clock showed of who decided.
   */
  public static CountedWork of(Instant countsAt, Reported reported) {
    return of(countsAt, reported.lease() == null ? reported.happenedAt() : countsAt);
  }

  /** For when it counts in windows of this length. */
  public Instant in(WindowKind window) {
    return window.boundsRate() ? ranAt : countsAt;
  }
}
