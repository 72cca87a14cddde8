package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a grant is given anew, interval by interval. Every interval is a grant of its own; what is
 * left of the one before lapses, but for what rolls over.
 *
 * @param terms when, and what rolls over
 * @param anchor where the intervals are counted from
 * @param until no interval begins at or after it; null means that there is always another
 * @param amount what an interval grants by itself, above 0
 * @param costBasis what is paid for an interval, or null
 * @param series the name of the first grant
 * @param period which interval this is, from 1
 */
public record Recurrence(
    Terms terms,
    Instant anchor,
    @Nullable Instant until,
    Credits amount,
    @Nullable Money costBasis,
    String series,
    long period) {

  /** How long an interval is, by the calendar in UTC. */
  public enum Interval {
    DAY(ChronoUnit.DAYS, 1),
    WEEK(ChronoUnit.WEEKS, 1),
    MONTH(ChronoUnit.MONTHS, 1),
    QUARTER(ChronoUnit.MONTHS, 3),
    YEAR(ChronoUnit.MONTHS, 12);

    private final ChronoUnit unit;
    private final long units;

    Interval(ChronoUnit unit, long units) {
      this.unit = unit;
      this.units = units;
    }

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What the client says of it.
   *
   * @param interval how often
   * @param anchor where the intervals are counted from: one begins there, and one every interval
   *     before and after; null means where the grant takes effect
   * @param rolloverMin what rolls over at least, 0 or more
   * @param rolloverMax what rolls over at most, {@code rolloverMin} or more
   */
  public record Terms(
      Interval interval, @Nullable Instant anchor, Credits rolloverMin, Credits rolloverMax) {

    /** The same, with intervals that are counted from here. */
    public Terms anchoredAt(Instant from) {
      return new Terms(interval, from, rolloverMin, rolloverMax);
    }

    /** Whether the rollover makes sense. */
    boolean isSound() {
      return !rolloverMin.isNegative() && rolloverMin.compareTo(rolloverMax) <= 0;
    }

    /** How much of this remainder rolls over; with a minimum it can be more than there is. */
    public Credits rolledOver(Credits remainder) {
      return rolloverMax.min(rolloverMin.max(remainder));
    }
  }

  /** Until when the interval lasts that has begun by this time. */
  public Instant endOfIntervalAt(Instant at) {
    Instant next = nextAfter(at);
    return until != null && until.isBefore(next) ? until : next;
  }

  /** Whether another interval follows the one that ends at this time. */
  public boolean goesOnAt(Instant end) {
    return until == null || end.isBefore(until);
  }

  Recurrence next() {
    return new Recurrence(terms, anchor, until, amount, costBasis, series, period + 1);
  }

  /** The same, of which no interval begins at or after this time. */
  Recurrence until(@Nullable Instant end) {
    return new Recurrence(terms, anchor, end, amount, costBasis, series, period);
  }

  /**
   * How much of what an interval grants by itself is for the time from {@code from} on, rounded
   * down to the millionth: its amount times that time by the whole of the interval. An end of all
   * intervals makes none of them shorter.
   *
   * @param within a time in the interval
   */
  public Credits restOf(Instant within, Instant from) {
    Instant begin = beginOfIntervalAt(within);
    Instant end = boundary(within, true);
    Instant since = from.isBefore(begin) ? begin : from.isAfter(end) ? end : from;
    return new Credits(
        BigInteger.valueOf(amount.micros())
            .multiply(BigInteger.valueOf(ChronoUnit.MICROS.between(since, end)))
            .divide(BigInteger.valueOf(ChronoUnit.MICROS.between(begin, end)))
            .longValueExact());
  }

  /**
   * When the next interval begins. Each is counted from the anchor: an anchor on the 31st gives the
   * last day of a shorter month, and the 31st again after it.
   */
  public Instant nextAfter(Instant at) {
    return boundary(at, true);
  }

  /** When the interval began that lasts at this time. */
  Instant beginOfIntervalAt(Instant at) {
    return boundary(at, false);
  }

  /** Where the interval begins that lasts at this time, or ends. */
  private Instant boundary(Instant at, boolean end) {
    LocalDateTime from = LocalDateTime.ofInstant(anchor, ZoneOffset.UTC);
    Interval interval = terms.interval();
    long n =
        Math.floorDiv(
            interval.unit.between(from, LocalDateTime.ofInstant(at, ZoneOffset.UTC)),
            interval.units);
    // A difference in whole months may be one short or one too many around the end of a month.
    for (n -= 1; ; n++) {
      Instant next = from.plus(n * interval.units, interval.unit).toInstant(ZoneOffset.UTC);
      if (next.isAfter(at)) {
        return end
            ? next
            : from.plus((n - 1) * interval.units, interval.unit).toInstant(ZoneOffset.UTC);
      }
    }
  }
}
