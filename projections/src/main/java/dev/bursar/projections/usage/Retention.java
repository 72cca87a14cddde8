package dev.bursar.projections.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;

/**
 * How long usage is kept. A partition goes as a whole, once all that it may hold has passed.
 *
 * @param events single events, and sums by user, which say who did what, too
 * @param hours sums by hour
 * @param days sums by day
 */
public record Retention(Duration events, Duration hours, Duration days) {

  /**
   * Work is open, and what was reported too late has run, for some days; what becomes of it is
   * found by its event.
   */
  private static final Duration EVENTS_AT_LEAST = Duration.ofDays(31);

  private static final Duration LONG = Duration.ofDays(365_000);

  /** Longer than there is a journal: nothing ever passes. */
  public static final Retention FOR_EVER = new Retention(LONG, LONG, LONG);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if sums are kept for a shorter time than what they sum up, or
   *     events for a shorter time than something may still become of them
   */
  public Retention {
    if (events.compareTo(EVENTS_AT_LEAST) < 0) {
      throw new IllegalArgumentException(
          "bursar.projections.retention: usage-events, %s, has to be at least %s"
              .formatted(events, EVENTS_AT_LEAST));
    }
    if (hours.compareTo(events) < 0 || days.compareTo(hours) < 0) {
      throw new IllegalArgumentException(
          "bursar.projections.retention: usage-hours, %s, has to be at least usage-events, %s, and usage-days, %s, at least usage-hours"
              .formatted(hours, events, days));
    }
  }

  /** Whether all of a partition has passed by this time. */
  boolean hasPassed(PartitionedTable.Partition partition, Instant now) {
    return partition.start().isBefore(keptSince(partition.of(), now));
  }

  /** Whether what counts at a time is kept in a table any more. */
  boolean keeps(PartitionedTable table, Instant countedAt, Instant now) {
    return !hasPassed(table.at(countedAt), now);
  }

  /** The first day of the first partition that has not passed by this time. */
  LocalDate keptSince(PartitionedTable table, Instant now) {
    return table.at(now.minus(of(table))).start();
  }

  private Duration of(PartitionedTable table) {
    return switch (table) {
      case USAGE_EVENT, USAGE_USER_DAY -> events;
      case USAGE_HOUR, USAGE_HOUR_METER -> hours;
      case USAGE_DAY, USAGE_DAY_METER, USAGE_WORD -> days;
    };
  }
}
