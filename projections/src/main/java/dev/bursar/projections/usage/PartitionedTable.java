package dev.bursar.projections.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The tables that are partitioned by time, and by which stretches of it, in UTC. */
enum PartitionedTable {
  USAGE_EVENT(Stretch.MONTH, "fillfactor = 85"),
  USAGE_HOUR(Stretch.MONTH, "fillfactor = 70"),
  USAGE_HOUR_METER(Stretch.MONTH, "fillfactor = 70"),
  USAGE_USER_DAY(Stretch.MONTH, "fillfactor = 70"),
  USAGE_DAY(Stretch.YEAR, "fillfactor = 70"),
  USAGE_DAY_METER(Stretch.YEAR, "fillfactor = 70"),
  USAGE_WORD(Stretch.YEAR, "fillfactor = 100");

  static final List<PartitionedTable> HOURS = List.of(USAGE_HOUR, USAGE_HOUR_METER);
  static final List<PartitionedTable> DAYS = List.of(USAGE_DAY, USAGE_DAY_METER, USAGE_WORD);

  /** How long a partition is. */
  private enum Stretch {
    MONTH("_[0-9]{4}_[0-9]{2}"),
    YEAR("_[0-9]{4}");

    final String names;

    Stretch(String names) {
      this.names = names;
    }

    LocalDate start(LocalDate day) {
      return switch (this) {
        case MONTH -> day.withDayOfMonth(1);
        case YEAR -> day.withDayOfYear(1);
      };
    }

    LocalDate end(LocalDate start) {
      return switch (this) {
        case MONTH -> start.plusMonths(1);
        case YEAR -> start.plusYears(1);
      };
    }

    String suffix(LocalDate start) {
      return switch (this) {
        case MONTH -> "_%04d_%02d".formatted(start.getYear(), start.getMonthValue());
        case YEAR -> "_%04d".formatted(start.getYear());
      };
    }

    LocalDate parse(String suffix) {
      int year = Integer.parseInt(suffix.substring(1, 5));
      return switch (this) {
        case MONTH -> LocalDate.of(year, Integer.parseInt(suffix.substring(6)), 1);
        case YEAR -> LocalDate.of(year, 1, 1);
      };
    }
  }

  /**
   * One partition. Rows ask for theirs one by one, and few of them for its name.
   *
   * @param start its first day
   */
  record Partition(PartitionedTable of, LocalDate start) implements Comparable<Partition> {
    private static final Comparator<Partition> ORDER =
        Comparator.comparing(Partition::of).thenComparing(Partition::start);

    /** What it is called. */
    String name() {
      return of.table() + of.stretch.suffix(start);
    }

    /** The day after its last. */
    LocalDate end() {
      return of.stretch.end(start);
    }

    @Override
    public int compareTo(Partition other) {
      return ORDER.compare(this, other);
    }
  }

  private final Stretch stretch;
  private final String options;

  PartitionedTable(Stretch stretch, String options) {
    this.stretch = stretch;
    this.options = options;
  }

  /** The table's name. */
  String table() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The storage options of its partitions: where rows are changed, it is in their place. */
  String options() {
    return options;
  }

  /** The column that says when. */
  String key() {
    return switch (this) {
      case USAGE_EVENT -> "counted_at";
      case USAGE_HOUR, USAGE_HOUR_METER -> "hour";
      case USAGE_USER_DAY, USAGE_DAY, USAGE_DAY_METER, USAGE_WORD -> "day";
    };
  }

  /** The partition for a time. */
  Partition at(Instant time) {
    return new Partition(this, stretch.start(LocalDate.ofInstant(time, ZoneOffset.UTC)));
  }

  /** The partition of this name; it has to be one of this table's. */
  Partition named(String name) {
    if (!name.matches(table() + stretch.names)) {
      throw new IllegalStateException(
          "%s is a partition of %s that this program has not made".formatted(name, table()));
    }
    return new Partition(this, stretch.parse(name.substring(table().length())));
  }

  /** The literal of a bound of its partitions. */
  String bound(LocalDate day) {
    return switch (this) {
      case USAGE_EVENT, USAGE_HOUR, USAGE_HOUR_METER -> "'" + day + " 00:00:00+00'";
      case USAGE_USER_DAY, USAGE_DAY, USAGE_DAY_METER, USAGE_WORD -> "'" + day + "'";
    };
  }
}
