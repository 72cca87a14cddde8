package dev.bursar.projections.usage;

import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.usage.PartitionedTable.Partition;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/**
 * Writes usage for one slice range: single events, the sums by hour and day, and what was reported,
 * all in one transaction, so that each request counts in the sums once. A request counts when it is
 * decided, and what it cost when it has run; both at the time for which it counts.
 */
public final class UsageTables {

  /** What it writes; of partitioned tables, the parent. */
  public static final List<String> NAMES =
      List.of(
          "usage_event",
          "usage_group",
          "usage_hour",
          "usage_hour_meter",
          "usage_day",
          "usage_day_meter",
          "reported_usage");

  private static final long MILLIS_PER_HOUR = TimeUnit.HOURS.toMillis(1);
  private static final long HOURS_PER_DAY = 24;

  private final Retention retention;
  private final InstantSource clock;
  private final GroupTable groups;
  private final Partitions partitions = new Partitions();

  /**
   * @param retention what has passed it is not written
   * @param clock the node's time
   * @param groupsRememberedMax how many groups are remembered, to save looking them up
   */
  public UsageTables(Retention retention, InstantSource clock, long groupsRememberedMax) {
    this.retention = retention;
    this.clock = clock;
    this.groups = new GroupTable(groupsRememberedMax);
  }

  /** Forgets what it remembers of the tables. */
  public void forget() {
    groups.forget();
    partitions.forget();
  }

  /** Writes what these rows decide and end. */
  public void project(Handle handle, List<JournalRow> rows) throws SQLException {
    UsagePage page = UsagePage.of(rows);
    if (page.isEmpty()) {
      return;
    }
    page.find(new StoredEvents(handle));
    Instant now = clock.instant();
    List<Tracked> fresh = page.fresh().stream().filter(row -> isWritten(row, now)).toList();
    List<Tracked> all = new ArrayList<>(page.fresh());
    all.addAll(page.changed());
    TreeMap<Slot, Usage> hours = sums(handle, all, PartitionedTable.USAGE_HOUR, now);
    TreeMap<Slot, Usage> days = sums(handle, all, PartitionedTable.USAGE_DAY, now);
    partitions.ensure(handle, needed(fresh, all, now));
    EventTable.insert(handle, fresh);
    EventTable.update(handle, page.changed());
    Rollup.HOUR.add(handle, hours);
    Rollup.DAY.add(handle, days);
    ReportedTable.insert(handle, all);
  }

  /**
   * Whether an event gets a row. One that has passed does if what becomes of it is still to be
   * counted or noted: it is found again by its row, which goes with the next partitions that do.
   */
  private boolean isWritten(Tracked row, Instant now) {
    EventState.End end = row.state.end();
    return retention.keeps(PartitionedTable.USAGE_EVENT, row.countedAt, now)
        || ((end == null || !end.isFinal())
            && (row.report != null
                || retention.keeps(PartitionedTable.USAGE_HOUR, row.countedAt, now)
                || retention.keeps(PartitionedTable.USAGE_DAY, row.countedAt, now)));
  }

  private TreeMap<Slot, Usage> sums(
      Handle handle, List<Tracked> rows, PartitionedTable table, Instant now) {
    TreeMap<Slot, Usage> sums = new TreeMap<>();
    List<Tracked> kept =
        rows.stream().filter(row -> retention.keeps(table, row.countedAt, now)).toList();
    Map<Group, UUID> ids =
        groups.ids(handle, kept.stream().map(row -> row.group).distinct().toList());
    for (Tracked row : kept) {
      long hour = Math.floorDiv(row.countedAt.toEpochMilli(), MILLIS_PER_HOUR);
      long at = table == PartitionedTable.USAGE_HOUR ? hour : Math.floorDiv(hour, HOURS_PER_DAY);
      UUID group = Objects.requireNonNull(ids.get(row.group));
      sums.merge(new Slot(row.org, at, group), row.change(), Usage::plus);
    }
    return sums;
  }

  private TreeSet<Partition> needed(List<Tracked> fresh, List<Tracked> all, Instant now) {
    TreeSet<Partition> needed = new TreeSet<>();
    fresh.forEach(row -> needed.add(PartitionedTable.USAGE_EVENT.at(row.countedAt)));
    for (Tracked row : all) {
      if (retention.keeps(PartitionedTable.USAGE_HOUR, row.countedAt, now)) {
        PartitionedTable.HOURS.forEach(table -> needed.add(table.at(row.countedAt)));
      }
      if (retention.keeps(PartitionedTable.USAGE_DAY, row.countedAt, now)) {
        PartitionedTable.DAYS.forEach(table -> needed.add(table.at(row.countedAt)));
      }
    }
    return needed;
  }
}
